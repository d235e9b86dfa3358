//! INT 16h, and the keyboard's interrupt up to the scan code.
//!
//! A BIOS beeps when its ring is full, and the key is lost. Here it waits in the controller, and with it whoever types, until
//! a program has taken a key: text that is typed ahead, or pasted, arrives whole.

use super::caller::Caller;
use super::rom::Routine;
use super::{data, keymap, keys, ring};
use crate::cpu::VirtualCpu;
use crate::guest::GuestRam;
use crate::host::Host;
use vmx::state::gpr::{RAX, RCX};

/// AH for the keyboard intercept of INT 15h.
const INTERCEPT: u16 = 0x4F00;

/// The controller's status: a byte waits, and the mouse sent it.
const OUTPUT_FULL: u8 = 1;
const FROM_MOUSE: u8 = 1 << 5;

/// The keyboard's interrupt. A program's own handler may have read the scan code before it went on here: then it is read again.
pub fn interrupt<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    caller.guest.firmware.key_waits = waits(caller) && ring::is_full(caller);
    if caller.guest.firmware.key_waits {
        super::acknowledge(caller, 0x09);
        caller.go_on_in(Routine::KeyDone);
    } else {
        fetch(caller);
    }
}

/// Reads the scan code and asks INT 15h, AH=4Fh, about it, in AL, with the carry flag set: take it.
pub fn fetch<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let code = caller.input(0x60);
    caller.set_word(RAX, INTERCEPT | u16::from(code));
    caller.set_carry_now();
}

/// INT 15h has answered, and the interrupt ends.
pub fn taken<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    super::acknowledge(caller, 0x09);
    fetched(caller);
}

/// INT 15h has answered: AL is the key, unless the carry flag is clear.
pub fn fetched<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    if caller.carry_now() {
        let code = caller.al();
        keys::scanned(caller, code);
    }
}

/// Whether the code that had to wait can be fetched now. Its interrupt comes once, so INT 16h asks this when it has made room, and
/// the timer's tick for programs that take keys out of the ring themselves.
pub fn waiting_fits<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) -> bool {
    let fits = caller.guest.firmware.key_waits && waits(caller) && !ring::is_full(caller);
    if fits {
        caller.guest.firmware.key_waits = false;
    }
    fits
}

/// Whether the controller has a scan code that nobody has read.
fn waits<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) -> bool {
    caller.input(0x64) & (OUTPUT_FULL | FROM_MOUSE) == OUTPUT_FULL
}

/// Whether a pause goes on.
pub fn paused<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    if caller.load_byte(data::KEYS_DOWN) & keys::down::PAUSE != 0 {
        caller.go_on_in(Routine::WaitForResume);
    }
}

/// INT 16h.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let function = caller.ah();
    match function {
        0x00 | 0x10 => match first(caller, function) {
            Some(word) => {
                ring::remove(caller);
                caller.set_word(RAX, word);
                if waiting_fits(caller) {
                    caller.go_on_in(Routine::KeyWaiting);
                }
            }
            None => caller.go_on_in(Routine::WaitForKey),
        },
        0x01 | 0x11 => {
            let word = first(caller, function);
            if let Some(word) = word {
                caller.set_word(RAX, word);
            }
            caller.set_zero(word.is_none());
        }
        0x02 => {
            let flags = caller.load_byte(data::SHIFT_FLAGS);
            caller.set_low(RAX, flags);
        }
        0x05 => {
            let word = caller.word(RCX);
            let full = !ring::push(caller, word);
            caller.set_low(RAX, u8::from(full));
        }
        0x12 => {
            let flags = caller.load_byte(data::SHIFT_FLAGS);
            let keys = keys::extended_flags(caller);
            caller.set_word(RAX, u16::from(keys) << 8 | u16::from(flags));
        }
        // How fast keys repeat is up to whoever types. Other functions have no way to say that they are not there.
        _ => {}
    }
}

/// The first word that a function tells; those before it, which it does not know, are lost.
fn first<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, function: u8) -> Option<u16> {
    loop {
        let word = ring::peek(caller)?;
        let told = if function < 0x10 {
            keymap::standard(word)
        } else {
            Some(keymap::extended(word))
        };
        if told.is_some() {
            return told;
        }
        ring::remove(caller);
    }
}
