//! The 8042 keyboard controller with a PS/2 keyboard and a PS/2 mouse.
//!
//! Sources: IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller"; Intel 8042 data sheet
//! for the two ports. The controller passes one byte at a time: the next one shows up when the guest has read the one
//! before, with its own edge on IRQ 1 or 12.
//!
//! The host delivers scan codes of set 1. The keyboard sends them in the set the guest chose, set 2 at first, and the
//! controller translates set 2 back to set 1 while its translation bit is on, as on a real PC.

mod keyboard;
mod mouse;
mod scancodes;
#[cfg(test)]
mod tests;

use crate::{AccessError, Context, PortDevice, PortRange, PowerEvent, Width, Wires};
use alloc::collections::VecDeque;
use bounds::Cyclic;
use keyboard::Keyboard;
use mouse::Mouse;
use scancodes::{RELEASE, to_set_1};
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("8042 data", 0x60, 1),
    PortRange::new("8042 command", 0x64, 1),
];

const KEYBOARD_IRQ: u8 = 1;
const MOUSE_IRQ: u8 = 12;

/// Bits of the command byte, the first byte of the controller's memory.
mod config {
    pub const KEYBOARD_INTERRUPT: u8 = 1 << 0;
    pub const MOUSE_INTERRUPT: u8 = 1 << 1;
    /// Firmware has passed its self-test; shows up in the status register.
    pub const SYSTEM: u8 = 1 << 2;
    pub const KEYBOARD_OFF: u8 = 1 << 4;
    pub const MOUSE_OFF: u8 = 1 << 5;
    pub const TRANSLATE: u8 = 1 << 6;
}

/// Bits of the status register.
mod status {
    pub const OUTPUT_FULL: u8 = 1 << 0;
    /// Bit 2 is the command byte's system flag.
    pub const COMMAND: u8 = 1 << 3;
    /// The keylock is open.
    pub const UNLOCKED: u8 = 1 << 4;
    pub const MOUSE_DATA: u8 = 1 << 5;
}

/// Bits of the output port.
mod output_port {
    /// Low resets the processor.
    pub const NO_RESET: u8 = 1 << 0;
    pub const A20: u8 = 1 << 1;
    pub const KEYBOARD_FULL: u8 = 1 << 4;
    pub const MOUSE_FULL: u8 = 1 << 5;
    /// Clocks and data of keyboard and mouse are idle.
    pub const IDLE: u8 = 0xCC;
}

/// The input port: keylock open, colour display, and the pull-ups.
const INPUT_PORT: u8 = 0xB0;

/// Answers the controller keeps for a guest that does not read.
const MAX_ANSWERS: usize = 16;

/// What a mouse did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MouseEvent {
    /// Movement to the right.
    pub dx: i16,
    /// Movement up.
    pub dy: i16,
    /// Wheel movement, positive towards the user.
    pub dz: i8,
    /// Buttons held: bit 0 left, 1 right, 2 middle, 3 and 4 the side buttons.
    pub buttons: u8,
}

/// Which port a byte in the output buffer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Source {
    /// The keyboard, or the controller itself.
    Keyboard,
    Mouse,
}

/// What the next byte at port 0x60 is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Expecting {
    /// The keyboard.
    #[default]
    Keyboard,
    Memory(u8),
    OutputPort,
    KeyboardEcho,
    MouseEcho,
    Mouse,
    /// A password's bytes, up to a zero. There is no lock they could open.
    Password,
}

/// The controller with what is plugged into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kbc {
    keyboard: Keyboard,
    mouse: Mouse,
    /// The controller's memory; byte 0 is the command byte.
    memory: Cyclic<u8, 32>,
    /// The output buffer.
    output: Option<(u8, Source)>,
    /// What port 0x60 reads when the output buffer is empty.
    last_output: u8,
    /// The controller's own answers, which go before the devices' bytes.
    answers: VecDeque<(u8, Source)>,
    expecting: Expecting,
    /// The last write was a command.
    command_written: bool,
    /// Translation has seen the release prefix.
    release: bool,
}

impl Default for Kbc {
    fn default() -> Self {
        Self::new()
    }
}

impl Kbc {
    /// Power-on state as firmware leaves it: both ports work, translation on, interrupt of the keyboard on.
    #[must_use]
    pub fn new() -> Self {
        let mut memory = Cyclic([0; 32]);
        memory[0] = config::KEYBOARD_INTERRUPT | config::SYSTEM | config::TRANSLATE;
        Self {
            keyboard: Keyboard::default(),
            mouse: Mouse::default(),
            memory,
            output: None,
            last_output: 0,
            answers: VecDeque::new(),
            expecting: Expecting::default(),
            command_written: false,
            release: false,
        }
    }

    /// A byte of a set-1 scancode from the host's keyboard (E0/E1 prefixes and break codes as separate bytes). Dropped when
    /// the guest has switched scanning off; too many unread ones become the keyboard's overrun code.
    pub fn key(&mut self, scancode: u8, cx: &mut Context<'_>) {
        self.keyboard.key(scancode);
        self.update(cx.wires);
    }

    /// The host's mouse moved or a button changed.
    pub fn mouse(&mut self, event: MouseEvent, cx: &mut Context<'_>) {
        self.mouse.event(event);
        self.update(cx.wires);
    }

    /// Whether the guest has read all keys, so that the next one finds the output buffer free.
    #[must_use]
    pub fn keys_read(&self) -> bool {
        let waits = self.output.is_some_and(|(_, source)| source == Source::Keyboard);
        !waits && !self.keyboard.has_keys()
    }

    /// The keyboard's lights: Scroll, Num and Caps Lock in bits 0 to 2.
    #[must_use]
    pub fn leds(&self) -> u8 {
        self.keyboard.leds()
    }

    fn enabled(&self, bit: u8) -> bool {
        self.memory[0] & bit != 0
    }

    /// Fills the output buffer if it is empty, and drives the interrupt lines.
    fn update(&mut self, wires: &mut Wires) {
        if self.output.is_none() {
            self.output = self.next_output();
        }
        let source = self.output.map(|(_, source)| source);
        let keyboard = source == Some(Source::Keyboard) && self.enabled(config::KEYBOARD_INTERRUPT);
        let mouse = source == Some(Source::Mouse) && self.enabled(config::MOUSE_INTERRUPT);
        wires.set_irq(KEYBOARD_IRQ, keyboard);
        wires.set_irq(MOUSE_IRQ, mouse);
    }

    fn next_output(&mut self) -> Option<(u8, Source)> {
        if let Some(answer) = self.answers.pop_front() {
            return Some(answer);
        }
        if !self.enabled(config::KEYBOARD_OFF) {
            while let Some(byte) = self.keyboard.send() {
                if let Some(byte) = self.translate(byte) {
                    return Some((byte, Source::Keyboard));
                }
            }
        }
        if self.enabled(config::MOUSE_OFF) {
            return None;
        }
        self.mouse.send().map(|byte| (byte, Source::Mouse))
    }

    /// Set 2 to set 1: the release prefix is swallowed and becomes bit 7 of the next byte.
    fn translate(&mut self, byte: u8) -> Option<u8> {
        if !self.enabled(config::TRANSLATE) {
            self.release = false;
            return Some(byte);
        }
        if byte == RELEASE {
            self.release = true;
            return None;
        }
        let released = u8::from(core::mem::take(&mut self.release)) << 7;
        Some(to_set_1(byte) | released)
    }

    fn answer(&mut self, byte: u8) {
        self.answer_as(byte, Source::Keyboard);
    }

    fn answer_as(&mut self, byte: u8, source: Source) {
        if self.answers.len() < MAX_ANSWERS {
            self.answers.push_back((byte, source));
        }
    }

    fn read_data(&mut self, wires: &mut Wires) -> u8 {
        if let Some((byte, _)) = self.output.take() {
            self.last_output = byte;
        }
        let byte = self.last_output;
        // The lines fall before the next byte raises them again.
        wires.set_irq(KEYBOARD_IRQ, false);
        wires.set_irq(MOUSE_IRQ, false);
        byte
    }

    fn read_status(&self) -> u8 {
        let output = match self.output {
            None => 0,
            Some((_, Source::Keyboard)) => status::OUTPUT_FULL,
            Some((_, Source::Mouse)) => status::OUTPUT_FULL | status::MOUSE_DATA,
        };
        let command = if self.command_written { status::COMMAND } else { 0 };
        output | command | status::UNLOCKED | (self.memory[0] & config::SYSTEM)
    }

    /// A write to port 0x60.
    fn write_data(&mut self, value: u8, wires: &mut Wires) {
        match core::mem::take(&mut self.expecting) {
            Expecting::Keyboard => {
                // Sending to the keyboard switches its interface on.
                self.memory[0] &= !config::KEYBOARD_OFF;
                self.keyboard.receive(value);
            }
            Expecting::Mouse => {
                self.memory[0] &= !config::MOUSE_OFF;
                self.mouse.receive(value);
            }
            Expecting::Memory(address) => self.memory[usize::from(address)] = value,
            Expecting::OutputPort => {
                wires.a20 = value & output_port::A20 != 0;
                if value & output_port::NO_RESET == 0 {
                    wires.power = Some(PowerEvent::Reset);
                }
            }
            Expecting::KeyboardEcho => self.answer_as(value, Source::Keyboard),
            Expecting::MouseEcho => self.answer_as(value, Source::Mouse),
            Expecting::Password if value != 0 => self.expecting = Expecting::Password,
            Expecting::Password => {}
        }
    }

    /// A write to port 0x64.
    fn write_command(&mut self, command: u8, wires: &mut Wires) {
        self.expecting = Expecting::Keyboard;
        match command {
            0x20..=0x3F => self.answer(self.memory[usize::from(command)]),
            0x60..=0x7F => self.expecting = Expecting::Memory(command & 31),
            // Password installed? Not.
            0xA4 => self.answer(0xF1),
            0xA5 => self.expecting = Expecting::Password,
            0xA7 => self.memory[0] |= config::MOUSE_OFF,
            0xA8 => self.memory[0] &= !config::MOUSE_OFF,
            // Tests of the mouse port, the controller, the keyboard port: all well.
            0xA9 | 0xAB => self.answer(0x00),
            0xAA => {
                self.memory[0] |= config::SYSTEM;
                self.answer(0x55);
            }
            0xAD => self.memory[0] |= config::KEYBOARD_OFF,
            0xAE => self.memory[0] &= !config::KEYBOARD_OFF,
            0xC0 => self.answer(INPUT_PORT),
            0xD0 => self.answer(self.output_port(wires)),
            0xD1 => self.expecting = Expecting::OutputPort,
            0xD2 => self.expecting = Expecting::KeyboardEcho,
            0xD3 => self.expecting = Expecting::MouseEcho,
            0xD4 => self.expecting = Expecting::Mouse,
            // A20 off and on in one byte, as HP's controllers had it.
            0xDD => wires.a20 = false,
            0xDF => wires.a20 = true,
            // Test inputs: both clocks low.
            0xE0 => self.answer(0x00),
            // Pulse output lines whose bit is 0; line 0 resets the processor.
            0xF0..=0xFF if command & output_port::NO_RESET == 0 => wires.power = Some(PowerEvent::Reset),
            _ => {}
        }
    }

    fn output_port(&self, wires: &Wires) -> u8 {
        let a20 = if wires.a20 { output_port::A20 } else { 0 };
        let full = match self.output {
            None => 0,
            Some((_, Source::Keyboard)) => output_port::KEYBOARD_FULL,
            Some((_, Source::Mouse)) => output_port::MOUSE_FULL,
        };
        output_port::IDLE | output_port::NO_RESET | a20 | full
    }
}

impl PortDevice for Kbc {
    fn ports(&self) -> &'static [PortRange] {
        PORTS
    }

    fn read(&mut self, port: u16, width: Width, cx: &mut Context<'_>) -> Result<u32, AccessError> {
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        let value = if port == 0x60 {
            self.read_data(cx.wires)
        } else {
            self.read_status()
        };
        self.update(cx.wires);
        Ok(value.into())
    }

    fn write(
        &mut self,
        port: u16,
        width: Width,
        value: u32,
        cx: &mut Context<'_>,
    ) -> Result<(), AccessError> {
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        self.command_written = port != 0x60;
        if self.command_written {
            self.write_command(value as u8, cx.wires);
        } else {
            self.write_data(value as u8, cx.wires);
        }
        self.update(cx.wires);
        Ok(())
    }

    fn reset(&mut self, cx: &mut Context<'_>) {
        *self = Self::new();
        cx.wires.a20 = true;
        self.update(cx.wires);
    }
}
