//! An index register and the data registers behind it.

use serde::{Deserialize, Serialize};

/// A register file as the sequencer, the CRT controller and the graphics controller have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Indexed {
    pub(super) index: u8,
    registers: alloc::vec::Vec<u8>,
}

impl Indexed {
    pub(super) fn new(values: &[u8]) -> Self {
        Self {
            index: 0,
            registers: values.to_vec(),
        }
    }

    /// Register `index`; 0 beyond the last.
    pub(super) fn get(&self, index: usize) -> u8 {
        self.registers.get(index).copied().unwrap_or(0)
    }

    /// The register the index register chooses.
    pub(super) fn read(&self) -> u8 {
        self.get(self.index.into())
    }

    /// Writes the register the index register chooses; only the bits in its mask exist. Beyond the last nothing happens.
    pub(super) fn write(&mut self, value: u8, writable: &[u8]) {
        let mask = writable.get(usize::from(self.index)).copied().unwrap_or(0);
        self.write_masked(value & mask, 0xFF);
    }

    /// Writes some bits of the chosen register.
    pub(super) fn write_masked(&mut self, value: u8, mask: u8) {
        if let Some(register) = self.registers.get_mut(usize::from(self.index)) {
            *register = (*register & !mask) | (value & mask);
        }
    }
}
