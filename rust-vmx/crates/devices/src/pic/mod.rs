//! The pair of 8259A interrupt controllers.

use crate::{AccessError, Context, PortDevice, PortRange, Width};
use crate::{IrqLine, Wires};
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("8259 master", 0x20, 2),
    PortRange::new("8259 slave", 0xA0, 2),
    PortRange::new("ELCR", 0x4D0, 2),
];

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
pub struct Pic {}

impl Pic {
    /// Power-on state: uninitialised, deaf until ICW1.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the interrupt lines from the wires, edges included. The machine calls it after each access and advance.
    pub fn sync(&mut self, wires: &mut Wires) {
        let dips = wires.take_dips();
        self.set_levels(wires.irq_levels() & !dips);
        self.set_levels(wires.irq_levels());
    }

    /// Drives the sixteen inputs, line 0 in bit 0.
    pub fn set_levels(&mut self, _levels: u16) {}

    /// Whether the INT output is high.
    #[must_use]
    pub fn pending(&self) -> bool {
        false
    }

    /// The processor's interrupt acknowledge cycle.
    pub fn acknowledge(&mut self) -> Acknowledged {
        Acknowledged {
            vector: 0,
            line: None,
        }
    }
}

impl PortDevice for Pic {
    fn ports(&self) -> &'static [PortRange] {
        PORTS
    }

    fn read(&mut self, _port: u16, _width: Width, _cx: &mut Context<'_>) -> Result<u32, AccessError> {
        Err(AccessError::NoRegister)
    }

    fn write(
        &mut self,
        _port: u16,
        _width: Width,
        _value: u32,
        _cx: &mut Context<'_>,
    ) -> Result<(), AccessError> {
        Err(AccessError::NoRegister)
    }

    fn reset(&mut self, _cx: &mut Context<'_>) {}
}
