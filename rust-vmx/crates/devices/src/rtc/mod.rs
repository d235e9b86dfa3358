//! The MC146818 real-time clock and its CMOS memory.

use crate::{AccessError, Context, PortDevice, PortRange, Width};
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[PortRange::new("RTC and CMOS", 0x70, 4)];

/// What the clock and the CMOS memory say at power-on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RtcConfig {
    /// Seconds since 1970-01-01 UTC at the machine's time zero.
    pub wall_clock: i64,
    /// RAM in bytes, from address 0.
    pub memory_bytes: u64,
    /// How many hard disks the CMOS drive type field shows (0 to 2).
    pub disks: u8,
}

/// The clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rtc {
    config: RtcConfig,
}

impl Rtc {
    /// A clock that was set, with its battery good.
    #[must_use]
    pub fn new(config: RtcConfig) -> Self {
        Self { config }
    }
}

impl PortDevice for Rtc {
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
