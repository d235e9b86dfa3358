//! The palette: 256 colours of three times six bits.

use alloc::vec::Vec;
use bounds::Cyclic;
use serde::{Deserialize, Serialize};

const COLOURS: usize = 256;
/// Colours that the BIOS loads for text modes: two bits for each of red, green and blue.
const TEXT_COLOURS: usize = 64;

/// The digital-to-analogue converter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Dac {
    pub(super) mask: u8,
    palette: Vec<Cyclic<u8, 3>>,
    write_index: u8,
    read_index: u8,
    /// Which of red, green and blue comes next.
    component: u8,
    /// The last address written was for reading.
    reading: bool,
}

impl Default for Dac {
    fn default() -> Self {
        let text = (0..TEXT_COLOURS).map(|colour| {
            // Bits 2 to 0 are the two-thirds parts of red, green and blue, bits 5 to 3 the one-third parts.
            let level = |bit: usize| (42 * (colour >> bit & 1) + 21 * (colour >> (bit + 3) & 1)) as u8;
            Cyclic([level(2), level(1), level(0)])
        });
        let palette = text
            .chain(core::iter::repeat_n(Cyclic([0; 3]), COLOURS - TEXT_COLOURS))
            .collect();
        Self {
            mask: 0xFF,
            palette,
            write_index: 0,
            read_index: 0,
            component: 0,
            reading: false,
        }
    }
}

impl Dac {
    /// 3 after an address for reading was written, else 0.
    pub(super) fn state(&self) -> u8 {
        if self.reading { 3 } else { 0 }
    }

    pub(super) fn write_index(&self) -> u8 {
        self.write_index
    }

    pub(super) fn start_reading(&mut self, index: u8) {
        (self.read_index, self.component, self.reading) = (index, 0, true);
    }

    pub(super) fn start_writing(&mut self, index: u8) {
        (self.write_index, self.component, self.reading) = (index, 0, false);
    }

    pub(super) fn read(&mut self) -> u8 {
        let (index, component) = (usize::from(self.read_index), usize::from(self.component));
        if self.step() {
            self.read_index = self.read_index.wrapping_add(1);
        }
        self.palette.get(index).map_or(0, |colour| colour[component])
    }

    pub(super) fn write(&mut self, value: u8) {
        let (index, component) = (usize::from(self.write_index), usize::from(self.component));
        if self.step() {
            self.write_index = self.write_index.wrapping_add(1);
        }
        if let Some(colour) = self.palette.get_mut(index) {
            colour[component] = value & 0x3F;
        }
    }

    /// On to the next component. True when it is the next colour's.
    fn step(&mut self) -> bool {
        self.component = (self.component + 1) % 3;
        self.component == 0
    }
}
