//! The receiving half: the FIFO, its trigger level and time-out, and the line that feeds it.
//!
//! A character on a real line comes when it comes. Here the other end is a queue that waits until the FIFO has room, as if
//! flow control worked; only what the queue cannot hold is lost, and reported as an overrun.

use alloc::collections::VecDeque;
use bounds::Clip;
use serde::{Deserialize, Serialize};

use super::registers::lsr;
use crate::Time;

/// Characters in the FIFO; without FIFO mode it is the one receiver buffer register.
const DEPTH: usize = 16;

/// Characters waiting on the line.
pub(super) const LINE: usize = 4096;

/// A character with the errors it came with, as bits of the line status register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Character {
    pub(super) byte: u8,
    pub(super) errors: u8,
}

/// The receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Receiver {
    fifo_mode: bool,
    /// Characters that raise the interrupt, as FCR bits 7 and 6 encode them.
    trigger: u8,
    fifo: VecDeque<Character>,
    line: VecDeque<u8>,
    /// What the guest reads when there is nothing.
    last: u8,
    /// Error bits of the line status register.
    errors: u8,
    /// When characters below the trigger level will have waited long enough.
    timeout_at: Option<Time>,
    timed_out: bool,
}

impl Receiver {
    pub(super) fn fifo_mode(&self) -> bool {
        self.fifo_mode
    }

    /// Switching FIFO mode on or off empties the FIFO.
    pub(super) fn set_fifo_mode(&mut self, on: bool) {
        if on != self.fifo_mode {
            self.fifo_mode = on;
            self.trigger = 0;
            self.clear();
        }
    }

    pub(super) fn set_trigger(&mut self, code: u8) {
        self.trigger = code & 3;
    }

    pub(super) fn clear(&mut self) {
        self.fifo.clear();
        self.timeout_at = None;
        self.timed_out = false;
    }

    /// How many more bytes the line takes.
    pub(super) fn space(&self) -> usize {
        LINE.saturating_sub(self.line.len())
    }

    /// Bytes arrive on the line; the number that found room.
    pub(super) fn arrive(&mut self, bytes: &[u8]) -> usize {
        let taken = bytes.len().min(self.space());
        self.line.extend(bytes.upto(taken));
        if taken < bytes.len() {
            self.errors |= lsr::OVERRUN;
        }
        taken
    }

    /// Whether characters wait on the line.
    pub(super) fn has_arrivals(&self) -> bool {
        !self.line.is_empty()
    }

    /// Moves characters from the line into the FIFO while there is room.
    pub(super) fn fill(&mut self, now: Time, patience: u64) {
        while self.fifo.len() < self.depth() {
            let Some(byte) = self.line.pop_front() else { break };
            self.push(Character { byte, errors: 0 }, now, patience);
        }
    }

    /// A character gets into the FIFO, or is lost when it is full. `patience` is the time-out in nanoseconds.
    pub(super) fn push(&mut self, character: Character, now: Time, patience: u64) {
        if self.fifo.len() >= self.depth() {
            self.errors |= lsr::OVERRUN;
            // Without FIFO the new character takes the old one's place; with it the new one is lost.
            if !self.fifo_mode {
                self.fifo.clear();
            }
        }
        if self.fifo.len() < self.depth() {
            self.fifo.push_back(character);
            if self.fifo.len() == 1 {
                self.errors |= character.errors;
            }
        }
        self.restart_timeout(now, patience);
    }

    /// A read of the receiver buffer register.
    pub(super) fn pop(&mut self, now: Time, patience: u64) -> u8 {
        if let Some(character) = self.fifo.pop_front() {
            self.last = character.byte;
        }
        // Errors show when their character is at the top.
        self.errors |= self.fifo.front().map_or(0, |character| character.errors);
        self.restart_timeout(now, patience);
        self.last
    }

    /// Time passes.
    pub(super) fn advance(&mut self, now: Time) {
        if self.timeout_at.is_some_and(|at| at <= now) {
            self.timeout_at = None;
            self.timed_out = true;
        }
    }

    pub(super) fn deadline(&self) -> Option<Time> {
        self.timeout_at
    }

    /// Error bits, which reading clears.
    pub(super) fn take_errors(&mut self) -> u8 {
        core::mem::take(&mut self.errors)
    }

    pub(super) fn has_errors(&self) -> bool {
        self.errors != 0
    }

    /// Whether a character in the FIFO has an error (FIFO mode only).
    pub(super) fn fifo_has_errors(&self) -> bool {
        self.fifo_mode && self.fifo.iter().any(|character| character.errors != 0)
    }

    pub(super) fn data_ready(&self) -> bool {
        !self.fifo.is_empty()
    }

    /// Enough for the received-data interrupt.
    pub(super) fn triggered(&self) -> bool {
        self.fifo.len() >= self.level()
    }

    /// Characters below the trigger level have waited for four character times.
    pub(super) fn timed_out(&self) -> bool {
        self.timed_out
    }

    fn depth(&self) -> usize {
        if self.fifo_mode { DEPTH } else { 1 }
    }

    fn level(&self) -> usize {
        match (self.fifo_mode, self.trigger) {
            (false, _) | (true, 0) => 1,
            (true, 1) => 4,
            (true, 2) => 8,
            (true, _) => 14,
        }
    }

    fn restart_timeout(&mut self, now: Time, patience: u64) {
        self.timed_out = false;
        let waiting = self.fifo_mode && self.data_ready();
        self.timeout_at = waiting.then(|| now + patience);
    }
}
