//! INT 09h and 16h: keys, from the controller into the buffer at 40:1E and from there to programs.
//!
//! A BIOS beeps when its buffer is full, and the key is lost. Here it waits in the controller, and with it whoever types, until
//! a program has taken a key: text that is typed ahead, or pasted, arrives whole.

use super::caller::Caller;
use super::{data, keymap};
use crate::cpu::VirtualCpu;
use crate::exits::Outcome;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use devices::Width;
use vmx::state::gpr::{RAX, RCX};

/// Bits of the shift flags.
pub mod shift {
    pub const RIGHT: u8 = 1;
    pub const LEFT: u8 = 1 << 1;
    pub const CTRL: u8 = 1 << 2;
    pub const ALT: u8 = 1 << 3;
    pub const SCROLL: u8 = 1 << 4;
    pub const NUM: u8 = 1 << 5;
    pub const CAPS: u8 = 1 << 6;
}

/// A key was released.
const BREAK: u8 = 0x80;
/// The prefixes of keys that came later.
const PREFIXES: [u8; 2] = [0xE0, 0xE1];

/// The controller's status: a byte waits, and the mouse sent it.
const OUTPUT_FULL: u8 = 1;
const FROM_MOUSE: u8 = 1 << 5;

/// The keyboard's interrupt.
pub fn interrupt<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) {
    receive(guest);
    super::acknowledge(0x09, guest);
}

/// Takes the byte that waits in the controller, unless a key would be lost. Its interrupt comes once, so this is called again when
/// there is room: by INT 16h, and with the timer's tick for programs that take keys out of the buffer themselves.
pub fn receive<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) {
    let now = guest.now();
    let status = guest.board.read(0x64, Width::Byte, now) as u8;
    if status & (OUTPUT_FULL | FROM_MOUSE) == OUTPUT_FULL && !is_full(guest) {
        let code = guest.board.read(0x60, Width::Byte, now) as u8;
        scancode(guest, code);
    }
}

/// Changes the shift flags, or puts a key into the buffer.
fn scancode<M: GuestRam, H: Host>(guest: &mut Guest<M, H>, code: u8) {
    let extended = core::mem::replace(&mut guest.firmware.extended_key, PREFIXES.contains(&code));
    if !guest.firmware.extended_key {
        let flags = data::byte(&guest.memory, data::SHIFT_FLAGS);
        match modifier(code & !BREAK) {
            Some((bit, toggles)) => {
                let flags = match (toggles, code & BREAK != 0) {
                    (true, false) => flags ^ bit,
                    (true, true) => flags,
                    (false, false) => flags | bit,
                    (false, true) => flags & !bit,
                };
                data::store(&mut guest.memory, data::SHIFT_FLAGS, &[flags]);
            }
            None if code & BREAK == 0 => {
                if let Some(key) = keymap::key(code, flags, extended) {
                    push(guest, key);
                }
            }
            None => {}
        }
    }
}

/// The shift flag behind a key, and whether the key toggles it.
fn modifier(code: u8) -> Option<(u8, bool)> {
    match code {
        0x36 => Some((shift::RIGHT, false)),
        0x2A => Some((shift::LEFT, false)),
        0x1D => Some((shift::CTRL, false)),
        0x38 => Some((shift::ALT, false)),
        0x46 => Some((shift::SCROLL, true)),
        0x45 => Some((shift::NUM, true)),
        0x3A => Some((shift::CAPS, true)),
        _ => None,
    }
}

/// INT 16h.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> Outcome {
    match caller.ah() {
        0x00 | 0x10 => match take(guest) {
            Some(key) => caller.set_word(RAX, key),
            None => {
                caller.wait(0x16);
                return Outcome::Resume;
            }
        },
        0x01 | 0x11 => {
            let key = peek(guest);
            if let Some(key) = key {
                caller.set_word(RAX, key);
            }
            caller.set_zero(&mut guest.memory, key.is_none());
        }
        0x02 | 0x12 => {
            let flags = data::byte(&guest.memory, data::SHIFT_FLAGS);
            caller.set_low(RAX, flags);
        }
        0x05 => {
            let key = caller.word(RCX);
            let full = !push(guest, key);
            caller.set_low(RAX, u8::from(full));
        }
        _ => {}
    }
    Outcome::Done
}

/// A pointer into the buffer, on it whatever the data area says.
fn pointer<M: GuestRam, H: Host>(guest: &Guest<M, H>, at: u64) -> u64 {
    let pointer = 0x400 + u64::from(data::word(&guest.memory, at) & !1);
    if (data::KEY_BUFFER..data::KEY_BUFFER_END).contains(&pointer) {
        pointer
    } else {
        data::KEY_BUFFER
    }
}

fn after(pointer: u64) -> u64 {
    if pointer + 2 == data::KEY_BUFFER_END {
        data::KEY_BUFFER
    } else {
        pointer + 2
    }
}

fn is_full<M: GuestRam, H: Host>(guest: &Guest<M, H>) -> bool {
    after(pointer(guest, data::KEY_TAIL)) == pointer(guest, data::KEY_HEAD)
}

fn push<M: GuestRam, H: Host>(guest: &mut Guest<M, H>, key: u16) -> bool {
    if is_full(guest) {
        return false;
    }
    let tail = pointer(guest, data::KEY_TAIL);
    let next = after(tail);
    data::store(&mut guest.memory, tail, &key.to_le_bytes());
    data::store(
        &mut guest.memory,
        data::KEY_TAIL,
        &((next - 0x400) as u16).to_le_bytes(),
    );
    true
}

fn peek<M: GuestRam, H: Host>(guest: &Guest<M, H>) -> Option<u16> {
    let (head, tail) = (pointer(guest, data::KEY_HEAD), pointer(guest, data::KEY_TAIL));
    (head != tail).then(|| data::word(&guest.memory, head))
}

fn take<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) -> Option<u16> {
    let key = peek(guest)?;
    let next = after(pointer(guest, data::KEY_HEAD));
    data::store(
        &mut guest.memory,
        data::KEY_HEAD,
        &((next - 0x400) as u16).to_le_bytes(),
    );
    receive(guest);
    Some(key)
}
