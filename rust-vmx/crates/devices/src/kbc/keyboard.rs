//! The PS/2 keyboard: what it answers to commands and what it sends for keys.
//!
//! Source: IBM PS/2 Hardware Interface Technical Reference, "Keyboards (101- and 102-Key)". Scan code set 3 and the commands
//! that only matter there are accepted without effect; choosing set 3 is answered by Resend, as keyboards without it do.

use alloc::collections::VecDeque;
use serde::{Deserialize, Serialize};

use super::scancodes::{EXTENDED, EXTENDED_TWICE, to_set_2};

/// Bytes of key codes the keyboard keeps.
pub(super) const BUFFER: usize = 16;

const ACK: u8 = 0xFA;
const RESEND: u8 = 0xFE;
const ECHO: u8 = 0xEE;
const SELF_TEST_PASSED: u8 = 0xAA;
const IDENTITY: [u8; 2] = [0xAB, 0x83];

/// Commands are from here on; below are their parameters.
const FIRST_COMMAND: u8 = 0xED;

/// The scan code set in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Set {
    One,
    #[default]
    Two,
}

impl Set {
    fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// What says that keys were lost.
    fn overrun(self) -> u8 {
        match self {
            Self::One => 0xFF,
            Self::Two => 0x00,
        }
    }
}

/// The keyboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Keyboard {
    set: Set,
    scanning: bool,
    leds: u8,
    typematic: u8,
    /// The command whose parameter is to come.
    command: Option<u8>,
    /// Answers to commands go before keys.
    answers: VecDeque<u8>,
    keys: VecDeque<u8>,
    /// The bytes so far of a set 1 code that arrives in pieces.
    partial: VecDeque<u8>,
    overrun: bool,
    last_sent: u8,
}

impl Default for Keyboard {
    fn default() -> Self {
        Self {
            set: Set::default(),
            scanning: true,
            leds: 0,
            typematic: 0x2B,
            command: None,
            answers: VecDeque::new(),
            keys: VecDeque::new(),
            partial: VecDeque::new(),
            overrun: false,
            last_sent: 0,
        }
    }
}

impl Keyboard {
    /// Scroll, Num and Caps Lock lights in bits 0 to 2.
    pub(super) fn leds(&self) -> u8 {
        self.leds
    }

    /// Whether there are keys to send.
    pub(super) fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    /// A byte of set 1 from the host. A code of several bytes counts as one: it is sent whole or not at all.
    pub(super) fn key(&mut self, byte: u8) {
        self.partial.push_back(byte);
        let whole = match self.partial.front() {
            Some(&EXTENDED) => 2,
            Some(&EXTENDED_TWICE) => 3,
            _ => 1,
        };
        if self.partial.len() < whole {
            return;
        }
        let set = self.set;
        let code = core::mem::take(&mut self.partial);
        if !self.scanning {
            return;
        }
        let bytes = code.into_iter().flat_map(|byte| {
            let (raw, converted) = match set {
                Set::One => (Some(byte), None),
                Set::Two => (None, Some(to_set_2(byte))),
            };
            raw.into_iter().chain(converted.into_iter().flatten())
        });
        let bytes: VecDeque<u8> = bytes.collect();
        if self.keys.len() + bytes.len() <= BUFFER {
            self.overrun = false;
            self.keys.extend(bytes);
        } else if !self.overrun {
            self.overrun = true;
            self.keys.push_back(set.overrun());
        }
    }

    /// The next byte on the wire.
    pub(super) fn send(&mut self) -> Option<u8> {
        let byte = self.answers.pop_front().or_else(|| self.keys.pop_front())?;
        self.last_sent = byte;
        Some(byte)
    }

    /// A byte from the controller.
    pub(super) fn receive(&mut self, byte: u8) {
        // A new command stops the answers to the one before.
        self.answers.clear();
        match self.command.take() {
            Some(command) if byte < FIRST_COMMAND => self.parameter(command, byte),
            _ => self.execute(byte),
        }
    }

    fn answer(&mut self, bytes: &[u8]) {
        self.answers.extend(bytes);
    }

    fn execute(&mut self, command: u8) {
        match command {
            0xEE => self.answer(&[ECHO]),
            0xFE => self.answer(&[self.last_sent]),
            // LEDs, scan code set, typematic rate; set 3's key types (FB to FD) name a key.
            0xED | 0xF0 | 0xF3 | 0xFB..=0xFD => {
                self.command = Some(command);
                self.answer(&[ACK]);
            }
            0xF2 => self.answer(&[ACK, IDENTITY[0], IDENTITY[1]]),
            0xF4 => {
                self.keys.clear();
                self.scanning = true;
                self.answer(&[ACK]);
            }
            0xF5 | 0xF6 => {
                let scanning = command == 0xF6;
                *self = Self {
                    scanning,
                    leds: self.leds,
                    last_sent: self.last_sent,
                    ..Self::default()
                };
                self.answer(&[ACK]);
            }
            // Set 3: the type of all keys.
            0xF7..=0xFA => self.answer(&[ACK]),
            0xFF => {
                *self = Self::default();
                self.answer(&[ACK, SELF_TEST_PASSED]);
            }
            _ => self.answer(&[RESEND]),
        }
    }

    fn parameter(&mut self, command: u8, value: u8) {
        match (command, value) {
            (0xED, leds) => self.leds = leds & 7,
            (0xF3, rate) => self.typematic = rate & 0x7F,
            (0xF0, 0) => return self.answer(&[ACK, self.set.number()]),
            (0xF0, 1) => self.choose(Set::One),
            (0xF0, 2) => self.choose(Set::Two),
            (0xF0, _) => return self.answer(&[RESEND]),
            _ => {}
        }
        self.answer(&[ACK]);
    }

    fn choose(&mut self, set: Set) {
        self.set = set;
        self.keys.clear();
    }
}
