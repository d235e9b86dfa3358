//! The bus side of one 8254 counter: access modes, latches, status (data sheet, "Programming the 8254").

use serde::{Deserialize, Serialize};

use super::counter::{Counter, Mode};

/// How the bytes of a count are written and read (RW1 and RW0 of the control word).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Access {
    Low,
    High,
    #[default]
    LowThenHigh,
}

/// One counter with its latches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Channel {
    pub(super) counter: Counter,
    /// Bits 5 to 0 of the last control word, as the status gives them back.
    control: u8,
    access: Access,
    /// The low byte of a count whose high byte is still to come.
    low_written: Option<u8>,
    /// The next read gives the high byte.
    high_next: bool,
    latched_count: Option<u16>,
    latched_status: Option<u8>,
}

impl Channel {
    pub(super) fn new(gate: bool) -> Self {
        Self {
            counter: Counter::new(gate),
            ..Self::default()
        }
    }

    /// A control word that names this counter.
    pub(super) fn write_control(&mut self, value: u8) {
        self.access = match value >> 4 & 3 {
            0 => return self.latch_count(),
            1 => Access::Low,
            2 => Access::High,
            _ => Access::LowThenHigh,
        };
        self.control = value & 0x3F;
        self.low_written = None;
        self.high_next = false;
        self.latched_count = None;
        self.latched_status = None;
        self.counter.program(Mode::from_bits(value >> 1), value & 1 != 0);
    }

    /// Holds the count for reading; a count already held stays.
    pub(super) fn latch_count(&mut self) {
        self.latched_count.get_or_insert(self.counter.value());
    }

    /// Holds the status for reading; a status already held stays.
    pub(super) fn latch_status(&mut self) {
        let out = u8::from(self.counter.out()) << 7;
        let null = u8::from(self.counter.null_count()) << 6;
        self.latched_status.get_or_insert(out | null | self.control);
    }

    /// A write to the counter's port. Returns whether a whole count has arrived.
    pub(super) fn write(&mut self, value: u8) -> bool {
        let count = match (self.access, self.low_written.take()) {
            (Access::Low, _) => value.into(),
            (Access::High, _) => u16::from(value) << 8,
            (Access::LowThenHigh, Some(low)) => u16::from_le_bytes([low, value]),
            (Access::LowThenHigh, None) => {
                self.low_written = Some(value);
                self.counter.half_written();
                return false;
            }
        };
        self.counter.write(count);
        true
    }

    /// A read of the counter's port.
    pub(super) fn read(&mut self) -> u8 {
        if let Some(status) = self.latched_status.take() {
            return status;
        }
        let [low, high] = self
            .latched_count
            .unwrap_or_else(|| self.counter.value())
            .to_le_bytes();
        let (value, last) = match self.access {
            Access::Low => (low, true),
            Access::High => (high, true),
            Access::LowThenHigh if self.high_next => (high, true),
            Access::LowThenHigh => (low, false),
        };
        self.high_next = !last;
        if last {
            self.latched_count = None;
        }
        value
    }
}
