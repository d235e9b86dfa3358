//! What devices cause: interrupt lines, output, power events.

use serde::{Deserialize, Serialize};

/// An ISA interrupt line, 0 to 15.
pub type IrqLine = u8;

/// Where output bytes of a machine go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    /// The first serial port's transmitter.
    Serial,
    /// The debug port 0xE9 or 0x402.
    Debug,
}

/// A request of the guest that concerns the whole machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PowerEvent {
    /// Start again from the loader.
    Reset,
    /// Power off.
    Off,
    /// Power off through the debug-exit port, with the value written there.
    Exit(u32),
}

/// The wires that leave the devices. The machine hands it to each access and acts on it afterwards:
/// changed lines go to the interrupt controller, output to the host, power events to the run loop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wires {
    levels: u16,
    /// Output bytes, oldest first.
    pub output: alloc::vec::Vec<(Stream, u8)>,
    /// The last power event, if any.
    pub power: Option<PowerEvent>,
}

impl Wires {
    /// Drives an interrupt line.
    pub fn set_irq(&mut self, line: IrqLine, level: bool) {
        let bit = 1 << (line & 15);
        self.levels = if level { self.levels | bit } else { self.levels & !bit };
    }

    /// The levels of the sixteen lines, line 0 in bit 0.
    #[must_use]
    pub fn irq_levels(&self) -> u16 {
        self.levels
    }

    /// Sends a byte out of the machine.
    pub fn send(&mut self, stream: Stream, byte: u8) {
        self.output.push((stream, byte));
    }
}
