//! What devices cause: interrupt lines, the A20 gate, output, power events.

use alloc::vec::Vec;
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

/// The wires between the devices and out of the machine. One value per machine, handed to each access; afterwards the
/// machine acts on it: [`Pic::sync`](crate::Pic::sync) takes the interrupt lines, output goes to the host, power events to
/// the run loop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wires {
    levels: u16,
    dips: u16,
    /// Lines the interrupt controllers hold back by their mask registers; driven by the PIC, read by devices that
    /// would otherwise queue interrupts nobody wants.
    pub masked_irqs: u16,
    /// The A20 gate: true lets address bit 20 through. Keyboard controller and port 0x92 both drive it.
    pub a20: bool,
    /// Output bytes, oldest first. The machine drains it.
    pub output: Vec<(Stream, u8)>,
    /// The last power event, if any. The machine takes it.
    pub power: Option<PowerEvent>,
}

impl Default for Wires {
    fn default() -> Self {
        Self {
            levels: 0,
            dips: 0,
            masked_irqs: 0,
            a20: true,
            output: Vec::new(),
            power: None,
        }
    }
}

impl Wires {
    /// Drives an interrupt line.
    pub fn set_irq(&mut self, line: IrqLine, level: bool) {
        let bit = 1 << (line & 15);
        if level {
            self.levels |= bit;
        } else {
            self.dips |= self.levels & bit;
            self.levels &= !bit;
        }
    }

    /// Lets a line go low and high again: one more edge for an edge-triggered input.
    pub fn pulse_irq(&mut self, line: IrqLine) {
        self.set_irq(line, false);
        self.set_irq(line, true);
    }

    /// The levels of the sixteen lines, line 0 in bit 0.
    #[must_use]
    pub fn irq_levels(&self) -> u16 {
        self.levels
    }

    /// Whether a line changed, or dipped, since the levels were `before` and the dips were taken.
    #[must_use]
    pub fn irqs_changed(&self, before: u16) -> bool {
        self.levels != before || self.dips != 0
    }

    /// The lines that were high and went low since the last call, whatever they are now; without this an edge between two
    /// looks at the levels would be lost.
    #[must_use]
    pub fn take_dips(&mut self) -> u16 {
        core::mem::take(&mut self.dips)
    }

    /// Sends a byte out of the machine.
    pub fn send(&mut self, stream: Stream, byte: u8) {
        self.output.push((stream, byte));
    }
}
