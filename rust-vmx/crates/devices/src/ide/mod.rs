//! Two ATA channels of two disks each, programmed I/O.

use crate::{AccessError, Context, PortDevice, PortRange, Width};
use alloc::string::String;
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("primary IDE", 0x1F0, 8),
    PortRange::new("secondary IDE", 0x170, 8),
    PortRange::new("primary IDE control", 0x3F6, 1),
    PortRange::new("secondary IDE control", 0x376, 1),
];

/// Bytes of a sector.
pub const SECTOR_SIZE: usize = 512;

/// A disk that is plugged in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriveConfig {
    /// Capacity.
    pub sectors: u64,
    /// Writes fail with a write fault.
    pub read_only: bool,
    /// Serial number, up to 20 ASCII characters.
    pub serial: String,
}

/// What a disk shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DiskOperation {
    /// Fill [`Ide::buffer`].
    Read,
    /// Store [`Ide::buffer`].
    Write,
    /// Make everything written durable.
    Flush,
}

/// Work for the machine. The channel is busy until [`Ide::complete`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskRequest {
    /// 0 and 1: master and slave of the primary channel; 2 and 3: of the secondary.
    pub drive: u8,
    /// What to do.
    pub operation: DiskOperation,
    /// First sector.
    pub lba: u64,
    /// How many; the length of [`Ide::buffer`] in sectors; 0 for a flush.
    pub sectors: u32,
}

/// Why the machine could not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DiskError {
    /// The medium is unreadable or the host's disk failed.
    Unrecoverable,
    /// The medium refused the write.
    WriteProtected,
}

/// The controller with its disks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ide {}

impl Ide {
    /// Power-on state with these disks plugged in: primary master, primary slave, secondary master, secondary slave.
    #[must_use]
    pub fn new(_drives: [Option<DriveConfig>; 4]) -> Self {
        Self::default()
    }

    /// The next request, if any; each is handed out once. The machine asks after each access.
    pub fn take_request(&mut self) -> Option<DiskRequest> {
        None
    }

    /// The data of the outstanding request on `drive`: to be filled (read) or stored (write). Empty without one.
    pub fn buffer(&mut self, _drive: u8) -> &mut [u8] {
        &mut []
    }

    /// Ends the outstanding request on `drive`.
    pub fn complete(&mut self, _drive: u8, _result: Result<(), DiskError>, _cx: &mut Context<'_>) {}
}

impl PortDevice for Ide {
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
