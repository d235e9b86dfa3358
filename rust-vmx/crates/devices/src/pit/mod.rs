//! The 8254 programmable interval timer and port 0x61.

use crate::{AccessError, Context, PortDevice, PortRange, Width};
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("8254", 0x40, 4),
    PortRange::new("system control port B", 0x61, 1),
];

/// The timer: channel 0 drives IRQ 0, channel 2 the speaker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pit {}

impl Pit {
    /// Power-on state: no channel counts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells the timer that the processor took its interrupt (an [`Acknowledged`](crate::Acknowledged) with line 0), so
    /// that a tick missed while the guest did not run can follow.
    pub fn interrupt_taken(&mut self, _cx: &mut Context<'_>) {}
}

impl PortDevice for Pit {
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
