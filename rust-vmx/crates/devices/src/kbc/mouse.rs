//! The PS/2 mouse, with wheel and five buttons for a driver that asks for them.
//!
//! Sources: IBM PS/2 Hardware Interface Technical Reference, "Mouse"; Microsoft's description of the IntelliMouse extension
//! (sample rates 200, 100, 80 switch to identity 3; 200, 200, 80 to identity 4). Movement is summed up until the driver has
//! read the packet before, so a slow driver sees fewer, longer movements and never a late one.

use alloc::collections::VecDeque;
use serde::{Deserialize, Serialize};

use super::MouseEvent;

const ACK: u8 = 0xFA;
const RESEND: u8 = 0xFE;
const SELF_TEST_PASSED: u8 = 0xAA;

/// Leaves wrap mode.
const RESET_WRAP: u8 = 0xEC;
const RESET: u8 = 0xFF;

/// When packets are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Mode {
    /// When something happened.
    #[default]
    Stream,
    /// When asked for.
    Remote,
}

/// The mouse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mouse {
    mode: Mode,
    wrap: bool,
    reporting: bool,
    /// Movement in stream mode is doubled, small movements less.
    scaling: bool,
    resolution: u8,
    /// The last three sample rates: the present one last.
    rates: [u8; 3],
    identity: u8,
    command: Option<u8>,
    answers: VecDeque<u8>,
    packet: VecDeque<u8>,
    last_sent: u8,
    /// Movement that no packet has reported yet.
    dx: i32,
    dy: i32,
    dz: i32,
    buttons: u8,
    reported_buttons: u8,
}

impl Default for Mouse {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            wrap: false,
            reporting: false,
            scaling: false,
            resolution: 2,
            rates: [0, 0, 100],
            identity: 0,
            command: None,
            answers: VecDeque::new(),
            packet: VecDeque::new(),
            last_sent: 0,
            dx: 0,
            dy: 0,
            dz: 0,
            buttons: 0,
            reported_buttons: 0,
        }
    }
}

impl Mouse {
    /// Something happened to the mouse.
    pub(super) fn event(&mut self, event: MouseEvent) {
        self.buttons = event.buttons & 0x1F;
        if self.mode == Mode::Stream && !self.reporting {
            return;
        }
        self.dx = self.dx.saturating_add(event.dx.into());
        self.dy = self.dy.saturating_add(event.dy.into());
        self.dz = self.dz.saturating_add(event.dz.into());
    }

    /// The next byte on the wire.
    pub(super) fn send(&mut self) -> Option<u8> {
        let streaming = self.reporting && self.mode == Mode::Stream && !self.wrap && self.command.is_none();
        if self.answers.is_empty() && self.packet.is_empty() && streaming && self.has_news() {
            self.packet = self.report();
        }
        let byte = self.answers.pop_front().or_else(|| self.packet.pop_front())?;
        self.last_sent = byte;
        Some(byte)
    }

    /// A byte from the controller.
    pub(super) fn receive(&mut self, byte: u8) {
        self.answers.clear();
        self.packet.clear();
        if self.wrap && byte != RESET_WRAP && byte != RESET {
            return self.answer(&[byte]);
        }
        match self.command.take() {
            Some(command) if byte < 0xE6 => self.parameter(command, byte),
            _ => self.execute(byte),
        }
    }

    fn answer(&mut self, bytes: &[u8]) {
        self.answers.extend(bytes);
    }

    fn execute(&mut self, command: u8) {
        match command {
            0xE6 => self.scaling = false,
            0xE7 => self.scaling = true,
            // Resolution, sample rate.
            0xE8 | 0xF3 => self.command = Some(command),
            0xE9 => {
                let status = self.status();
                self.answer(&[ACK]);
                return self.answer(&status);
            }
            0xEA => self.mode = Mode::Stream,
            0xEB => {
                self.answer(&[ACK]);
                let packet = self.report();
                return self.answers.extend(packet);
            }
            RESET_WRAP => self.wrap = false,
            0xEE => self.wrap = true,
            0xF0 => self.mode = Mode::Remote,
            0xF2 => return self.answer(&[ACK, self.identity]),
            0xF4 => self.reporting = true,
            0xF5 => self.reporting = false,
            0xF6 => self.set_defaults(self.identity),
            0xFE => return self.answer(&[self.last_sent]),
            RESET => {
                self.set_defaults(0);
                return self.answer(&[ACK, SELF_TEST_PASSED, self.identity]);
            }
            _ => return self.answer(&[RESEND]),
        }
        self.forget_movement();
        self.answer(&[ACK]);
    }

    fn parameter(&mut self, command: u8, value: u8) {
        if command == 0xE8 {
            if value > 3 {
                return self.answer(&[RESEND]);
            }
            self.resolution = value;
        } else {
            self.rates = [self.rates[1], self.rates[2], value];
            self.identity = match self.rates {
                [200, 100, 80] => 3,
                [200, 200, 80] => 4,
                _ => self.identity,
            };
        }
        self.answer(&[ACK]);
    }

    fn set_defaults(&mut self, identity: u8) {
        *self = Self {
            identity,
            buttons: self.buttons,
            last_sent: self.last_sent,
            ..Self::default()
        };
    }

    fn forget_movement(&mut self) {
        (self.dx, self.dy, self.dz) = (0, 0, 0);
    }

    /// The three bytes of a status request.
    fn status(&self) -> [u8; 3] {
        // Left in bit 2, middle in bit 1, right in bit 0.
        let buttons = (self.buttons & 1) << 2 | self.buttons >> 1 & 2 | self.buttons >> 1 & 1;
        let remote = u8::from(self.mode == Mode::Remote) << 6;
        let flags = remote | u8::from(self.reporting) << 5 | u8::from(self.scaling) << 4;
        [flags | buttons, self.resolution, self.rates[2]]
    }

    fn has_news(&self) -> bool {
        let wheel = self.identity >= 3 && self.dz != 0;
        let mask = if self.identity == 4 { 0x1F } else { 0x07 };
        self.dx != 0 || self.dy != 0 || wheel || (self.buttons ^ self.reported_buttons) & mask != 0
    }

    /// A packet of what happened since the one before. What does not fit waits for the next.
    fn report(&mut self) -> VecDeque<u8> {
        let (dx, x_sign) = take(&mut self.dx, self.scaling && self.mode == Mode::Stream);
        let (dy, y_sign) = take(&mut self.dy, self.scaling && self.mode == Mode::Stream);
        self.reported_buttons = self.buttons;
        let first = y_sign << 5 | x_sign << 4 | 1 << 3 | (self.buttons & 7);
        let mut packet = VecDeque::from([first, dx, dy]);
        if self.identity >= 3 {
            let dz = self.dz.clamp(-8, 7);
            self.dz -= dz;
            let wheel = (dz as u8) & 0x0F;
            packet.push_back(if self.identity == 4 {
                (self.buttons & 0x18) << 1 | wheel
            } else {
                dz as u8
            });
        } else {
            self.dz = 0;
        }
        packet
    }
}

/// Takes up to nine bits of movement: the low byte, and the sign bit.
fn take(movement: &mut i32, scaling: bool) -> (u8, u8) {
    // With scaling up to 127 counts double to what fits.
    let limit = if scaling { 127 } else { 255 };
    let step = (*movement).clamp(-limit, limit);
    *movement -= step;
    let scaled = match step.abs() {
        size if !scaling => size,
        size @ (0 | 1 | 3) => size,
        2 => 1,
        4 => 6,
        5 => 9,
        size => 2 * size,
    };
    let value = if step < 0 { -scaled } else { scaled };
    (value as u8, u8::from(value < 0))
}
