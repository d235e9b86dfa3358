//! Reset and power-off ports, and the ACPI fixed hardware: PM1a event and control blocks and the PM timer.

use crate::{AccessError, Context, PortDevice, PortRange, Width};
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("system control port A", 0x92, 1),
    PortRange::new("isa-debug-exit", 0xF4, 4),
    PortRange::new("ACPI PM1a and PM timer", 0x600, 12),
    PortRange::new("reset control", 0xCF9, 1),
    PortRange::new("Bochs power-off", 0x8900, 1),
    PortRange::new("Bochs ACPI PM1a control", 0xB004, 2),
];

/// The ports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Power {}

impl Power {
    /// Power-on state.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Presses the power button: an ACPI event the guest may act on.
    pub fn press_button(&mut self, _cx: &mut Context<'_>) {}
}

impl PortDevice for Power {
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
