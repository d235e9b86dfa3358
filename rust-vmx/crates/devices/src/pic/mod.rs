//! The pair of 8259A interrupt controllers of the PC, with the edge/level control registers of its chip set.
//!
//! Sources: Intel 8259A data sheet (231468); Intel 82371AB (PIIX4) data sheet for ELCR1/ELCR2 and the cascade on IRQ 2.
//! Modelled: edge and level triggering, single and cascade mode, 8086 and MCS-80 vectors, fully nested and special fully
//! nested mode, automatic, specific and non-specific end of interrupt, rotating and set priorities, special mask mode, poll
//! command, IRR and ISR reads, and the default IR7 of a request that went away before it was acknowledged.
//!
//! # An edge whose line falls
//!
//! One thing differs from the data sheet on purpose. There (section "Edge and Level Triggered Modes", figure 10) an input must
//! stay high until the first INTA, in edge mode too; one that falls earlier takes its request along, or ends as a default
//! IR7. Intel's later chips repeat the sentence (ICH, 386EX), and Bochs does the same. QEMU and KVM remember the edge until it
//! is served, and they are where today's kernels are written: one that starts its disk with interrupts off, polls the status
//! register, which drops INTRQ, and then waits for IRQ 14 works there and waits for ever by the data sheet.
//!
//! So an edge waits here until it is acknowledged or polled, or ICW1 clears the latches. What software can see of that is at
//! most one interrupt more for a line, whose handler finds that its device has nothing to say; handlers must expect that
//! anyway where lines are shared or a default IR7 may come. No program can rely on the other behaviour, for whether the edge
//! is lost there depends on who is faster. Level-triggered inputs ask while they are high and no longer, and so does the
//! slave at the master's input 2, because the slave has the latches: an IRQ that is masked after it rose leaves no default
//! IR7 of the slave behind.

mod chip;
mod command;
#[cfg(test)]
mod tests;

use crate::{AccessError, Context, IrqLine, PortDevice, PortRange, Width, Wires};
use chip::Chip;
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("8259 master", 0x20, 2),
    PortRange::new("8259 slave", 0xA0, 2),
    PortRange::new("ELCR", 0x4D0, 2),
];

/// The master's input that the slave's INT output is wired to.
const CASCADE: u8 = 2;

/// Lines 0, 1 and 2 are edge-triggered for ever: timer, keyboard, cascade.
const ELCR1_WRITABLE: u8 = 0xF8;
/// So are 8 (clock) and 13 (coprocessor error).
const ELCR2_WRITABLE: u8 = 0xDE;

/// What the data bus reads when nobody drives it.
const FLOATING: u8 = 0xFF;

/// The answer to an interrupt acknowledge cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// The vector the processor gets.
    pub vector: u8,
    /// The line behind it; none for a spurious interrupt.
    pub line: Option<IrqLine>,
}

/// The two controllers, cascaded on line 2.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pic {
    master: Chip,
    slave: Chip,
}

impl Pic {
    /// Power-on state: uninitialised, deaf until ICW1 to ICW4 arrived.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the interrupt lines from the wires, edges included. The machine calls it when one has changed.
    pub fn sync(&mut self, wires: &mut Wires) {
        let levels = wires.irq_levels();
        let dips = wires.take_dips();
        if dips != 0 {
            self.set_levels(levels & !dips);
        }
        self.set_levels(levels);
    }

    /// Drives the sixteen inputs, line 0 in bit 0. Line 2 is not connected: the slave is there.
    pub fn set_levels(&mut self, levels: u16) {
        let [low, high] = levels.to_le_bytes();
        // Most of what happens is the timer's, and the slave sees nothing of it.
        if self.slave.lines() != high {
            self.slave.set_lines(high);
            self.update_cascade();
        }
        let cascade = self.master.lines() & (1 << CASCADE);
        self.master.set_lines((low & !(1 << CASCADE)) | cascade);
    }

    /// Whether the INT output to the processor is high.
    #[must_use]
    pub fn pending(&self) -> bool {
        self.master.int()
    }

    /// The processor's interrupt acknowledge cycle. Without a request it yields the spurious interrupt, as the chip does.
    pub fn acknowledge(&mut self) -> Acknowledged {
        let master = self.master.acknowledge();
        if master.spurious || !self.master.has_slave(master.input) {
            let line = (!master.spurious).then_some(master.input);
            return Acknowledged {
                vector: self.master.vector(master.input),
                line,
            };
        }
        if master.input != CASCADE || !self.slave.answers_to(CASCADE) {
            return Acknowledged {
                vector: FLOATING,
                line: None,
            };
        }
        let slave = self.slave.acknowledge();
        self.cascade_after_acknowledge();
        let line = (!slave.spurious).then_some(8 + slave.input);
        Acknowledged {
            vector: self.slave.vector(slave.input),
            line,
        }
    }

    /// The lines that cannot interrupt the processor because of the mask registers, line 0 in bit 0.
    #[must_use]
    pub fn masked(&self) -> u16 {
        let cascade_masked = self.master.imr() & (1 << CASCADE) != 0;
        let slave = if cascade_masked { 0xFF } else { self.slave.imr() };
        u16::from_le_bytes([self.master.imr(), slave])
    }

    /// Interrupt request registers, line 0 in bit 0.
    #[must_use]
    pub fn requested(&self) -> u16 {
        u16::from_le_bytes([self.master.irr(), self.slave.irr()])
    }

    /// In-service registers, line 0 in bit 0.
    #[must_use]
    pub fn in_service(&self) -> u16 {
        u16::from_le_bytes([self.master.isr(), self.slave.isr()])
    }

    /// INT of a chip falls during its acknowledge cycle even when it has another request, so the master sees an edge.
    fn cascade_after_acknowledge(&mut self) {
        self.master.set_cascade(CASCADE, false);
        self.update_cascade();
    }

    fn update_cascade(&mut self) {
        self.master.set_cascade(CASCADE, self.slave.int());
    }
}

impl PortDevice for Pic {
    fn ports(&self) -> &'static [PortRange] {
        PORTS
    }

    fn read(&mut self, port: u16, width: Width, _cx: &mut Context<'_>) -> Result<u32, AccessError> {
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        let value = match port {
            0x20 | 0x21 => self.master.read(port & 1 != 0),
            0xA0 | 0xA1 => {
                // A poll acknowledges.
                let value = self.slave.read(port & 1 != 0);
                self.update_cascade();
                value
            }
            0x4D0 => self.master.elcr(),
            0x4D1 => self.slave.elcr(),
            _ => return Err(AccessError::NoRegister),
        };
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
        let value = value as u8;
        match port {
            0x20 | 0x21 => self.master.write(port & 1 != 0, value),
            0xA0 | 0xA1 => {
                self.slave.write(port & 1 != 0, value);
                self.update_cascade();
            }
            0x4D0 => self.master.set_elcr(value & ELCR1_WRITABLE),
            0x4D1 => {
                self.slave.set_elcr(value & ELCR2_WRITABLE);
                self.update_cascade();
            }
            _ => return Err(AccessError::NoRegister),
        }
        cx.wires.masked_irqs = self.masked();
        Ok(())
    }

    fn reset(&mut self, cx: &mut Context<'_>) {
        *self = Self::default();
        self.sync(cx.wires);
        cx.wires.masked_irqs = self.masked();
    }
}
