//! From scan codes to the state of the keyboard in the BIOS data area, and to words for the ring.

use super::caller::Caller;
use super::keymap::{self, shift};
use super::rom::Routine;
use super::{data, ring};
use crate::cpu::VirtualCpu;
use crate::guest::GuestRam;
use crate::host::Host;
use vmx::state::gpr::RAX;

/// A key was released.
const RELEASED: u8 = 0x80;
/// What comes before the codes of keys that the first keyboards had not.
const GREY: u8 = 0xE0;
const PAUSE: u8 = 0xE1;

/// Scan codes.
mod key {
    pub const CTRL: u8 = 0x1D;
    pub const LEFT_SHIFT: u8 = 0x2A;
    pub const RIGHT_SHIFT: u8 = 0x36;
    /// With the prefix E0.
    pub const PRINT_SCREEN: u8 = 0x37;
    pub const ALT: u8 = 0x38;
    pub const CAPS_LOCK: u8 = 0x3A;
    /// Also the last of Pause.
    pub const NUM_LOCK: u8 = 0x45;
    /// With the prefix E0 it is Break.
    pub const SCROLL_LOCK: u8 = 0x46;
    pub const INSERT: u8 = 0x52;
    pub const DELETE: u8 = 0x53;
    pub const SYSTEM_REQUEST: u8 = 0x54;
}

/// Bits of the byte at 40:18: keys that are held, and the pause.
pub mod down {
    pub const LEFT_CTRL: u8 = 1;
    pub const LEFT_ALT: u8 = 1 << 1;
    pub const SYSTEM_REQUEST: u8 = 1 << 2;
    pub const PAUSE: u8 = 1 << 3;
    pub const SCROLL: u8 = 1 << 4;
    pub const NUM: u8 = 1 << 5;
    pub const CAPS: u8 = 1 << 6;
}

/// Bits of the byte at 40:96.
mod mode {
    /// The last code was this prefix.
    pub const AFTER_E1: u8 = 1;
    pub const AFTER_E0: u8 = 1 << 1;
    pub const RIGHT_CTRL: u8 = 1 << 2;
    pub const RIGHT_ALT: u8 = 1 << 3;
}

/// What Ctrl-Alt-Del writes to the keyboard controller: a pulse on the line that resets the processor.
const RESET_PULSE: u8 = 0xFE;

/// The state of the keyboard.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    flags: u8,
    down: u8,
    mode: u8,
}

impl State {
    fn load<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) -> Self {
        Self {
            flags: caller.load_byte(data::SHIFT_FLAGS),
            down: caller.load_byte(data::KEYS_DOWN),
            mode: caller.load_byte(data::KEYBOARD_MODE),
        }
    }

    fn store<C: VirtualCpu, M: GuestRam, H: Host>(self, caller: &mut Caller<'_, C, M, H>) {
        caller.store_byte(data::SHIFT_FLAGS, self.flags);
        caller.store_byte(data::KEYS_DOWN, self.down);
        caller.store_byte(data::KEYBOARD_MODE, self.mode);
        // ScrollLock, NumLock and CapsLock have the order of the keyboard's lights. That has none to be told.
        let lights = caller.load_byte(data::KEYBOARD_LIGHTS);
        caller.store_byte(data::KEYBOARD_LIGHTS, lights & !7 | self.flags >> 4 & 7);
    }

    fn has(self, flags: u8) -> bool {
        self.flags & flags != 0
    }

    /// Notes what a key other than a plain one does; whether that is all of it.
    fn modify(&mut self, code: u8, grey: bool, released: bool) -> bool {
        match (code, grey) {
            // A keyboard puts Shift around its grey keys where NumLock would matter: nobody touched it.
            (key::LEFT_SHIFT | key::RIGHT_SHIFT, true) => {}
            (key::LEFT_SHIFT, false) => set(&mut self.flags, shift::LEFT, !released),
            (key::RIGHT_SHIFT, false) => set(&mut self.flags, shift::RIGHT, !released),
            (key::CTRL, _) => self.hold(grey, !released, CTRL_KEYS),
            (key::ALT, _) => self.hold(grey, !released, ALT_KEYS),
            (key::CAPS_LOCK, false) => self.toggle(shift::CAPS, released),
            (key::NUM_LOCK, false) => self.toggle(shift::NUM, released),
            (key::SCROLL_LOCK, false) => self.toggle(shift::SCROLL, released),
            (key::INSERT, _) => {
                if self.is_insert(grey) || released {
                    self.toggle(shift::INSERT, released);
                }
                return released;
            }
            _ => return false,
        }
        true
    }

    /// Control and Alt are there twice; either makes the flag.
    fn hold(&mut self, grey: bool, held: bool, keys: Pair) {
        if grey {
            set(&mut self.mode, keys.right, held);
        } else {
            set(&mut self.down, keys.left, held);
        }
        let any = self.down & keys.left != 0 || self.mode & keys.right != 0;
        set(&mut self.flags, keys.flag, any);
    }

    /// A key that changes its flag each time it goes down; with Control it does not. The bits of both bytes are the same.
    fn toggle(&mut self, bit: u8, released: bool) {
        let held = self.down & bit != 0;
        if !released && !held && !self.has(shift::CTRL) {
            self.flags ^= bit;
        }
        set(&mut self.down, bit, !released);
    }

    /// Whether the key is Insert now, and no digit.
    fn is_insert(self, grey: bool) -> bool {
        let digit = !grey && self.has(shift::NUM) != self.has(shift::LEFT | shift::RIGHT);
        !digit && !self.has(shift::CTRL | shift::ALT)
    }
}

/// A key that is there twice.
#[derive(Clone, Copy)]
struct Pair {
    left: u8,
    right: u8,
    flag: u8,
}

const CTRL_KEYS: Pair = Pair {
    left: down::LEFT_CTRL,
    right: mode::RIGHT_CTRL,
    flag: shift::CTRL,
};
const ALT_KEYS: Pair = Pair {
    left: down::LEFT_ALT,
    right: mode::RIGHT_ALT,
    flag: shift::ALT,
};

fn set(byte: &mut u8, bit: u8, on: bool) {
    *byte = if on { *byte | bit } else { *byte & !bit };
}

/// AH of INT 16h, AH=12h: which of the keys that are there twice, or that toggle, are held.
pub fn extended_flags<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) -> u8 {
    const SYSTEM_REQUEST: u8 = 1 << 7;
    let state = State::load(caller);
    let mut flags = state.down & (down::LEFT_CTRL | down::LEFT_ALT | down::SCROLL | down::NUM | down::CAPS)
        | state.mode & (mode::RIGHT_CTRL | mode::RIGHT_ALT);
    set(&mut flags, SYSTEM_REQUEST, state.down & down::SYSTEM_REQUEST != 0);
    flags
}

/// A scan code has come.
pub fn scanned<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>, code: u8) {
    let mut state = State::load(caller);
    let (grey, pause) = (state.mode & mode::AFTER_E0 != 0, state.mode & mode::AFTER_E1 != 0);
    state.mode &= !(mode::AFTER_E0 | mode::AFTER_E1);
    let (released, key) = (code & RELEASED != 0, code & !RELEASED);
    match code {
        GREY => state.mode |= mode::AFTER_E0,
        PAUSE => state.mode |= mode::AFTER_E1,
        // Pause is E1 and a Control that nobody holds, then NumLock's code.
        _ if pause && key == key::CTRL => state.mode |= mode::AFTER_E1,
        _ if pause => {
            if code == key::NUM_LOCK {
                state.down |= down::PAUSE;
                caller.go_on_in(Routine::WaitForResume);
            }
        }
        _ if state.modify(key, grey, released) => {
            state.store(caller);
            if released && key == key::ALT && !state.has(shift::ALT) {
                alt_number(caller);
            }
            return;
        }
        _ if key == key::SYSTEM_REQUEST && !grey => system_request(caller, &mut state, released),
        _ if released => {}
        // Any key ends the pause, and is lost.
        _ if state.down & down::PAUSE != 0 => state.down &= !down::PAUSE,
        _ => {
            state.store(caller);
            pressed(caller, state, key, grey);
            return;
        }
    }
    state.store(caller);
}

/// A plain key was pressed.
fn pressed<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C, M, H>,
    state: State,
    key: u8,
    grey: bool,
) {
    let (ctrl, alt) = (state.has(shift::CTRL), state.has(shift::ALT));
    if alt
        && !ctrl
        && !grey
        && let Some(digit @ b'0'..=b'9') = keymap::keypad(key)
    {
        let number = caller.load_byte(data::ALT_NUMBER);
        let number = number.wrapping_mul(10).wrapping_add(digit - b'0');
        caller.store_byte(data::ALT_NUMBER, number);
        return;
    }
    caller.store_byte(data::ALT_NUMBER, 0);
    match (key, grey) {
        (key::DELETE, _) if ctrl && alt => caller.output(0x64, RESET_PULSE),
        (key::SCROLL_LOCK, true) if ctrl => ctrl_break(caller),
        (key::PRINT_SCREEN, true) if ctrl => {
            const CTRL_PRINT_SCREEN: u16 = 0x7200;
            ring::push(caller, CTRL_PRINT_SCREEN);
        }
        (key::PRINT_SCREEN, true) if !alt => caller.go_on_in(Routine::PrintScreen),
        _ => {
            if let Some(word) = keymap::word(key, grey, state.flags) {
                ring::push(caller, word);
            }
        }
    }
}

/// Alt was released: the character whose number was typed on the keypad meanwhile.
fn alt_number<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let number = caller.load_byte(data::ALT_NUMBER);
    caller.store_byte(data::ALT_NUMBER, 0);
    if number != 0 {
        ring::push(caller, u16::from(number));
    }
}

/// What was typed ahead is lost, programs are told in three ways: a flag, a word in the ring, INT 1Bh.
fn ctrl_break<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    const BREAK_FLAG: u8 = 1 << 7;
    ring::clear(caller);
    ring::push(caller, 0);
    caller.store_byte(data::BREAK_FLAG, BREAK_FLAG);
    caller.go_on_in(Routine::Break);
}

/// SysReq, which is for INT 15h, AH=85h, alone: AL=0 pressed, 1 released.
fn system_request<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C, M, H>,
    state: &mut State,
    released: bool,
) {
    const SYSTEM_REQUEST: u16 = 0x8500;
    let held = state.down & down::SYSTEM_REQUEST != 0;
    set(&mut state.down, down::SYSTEM_REQUEST, !released);
    // A key that is held repeats itself.
    if held == released {
        caller.set_word(RAX, SYSTEM_REQUEST | u16::from(released));
        caller.go_on_in(Routine::SystemRequest);
    }
}
