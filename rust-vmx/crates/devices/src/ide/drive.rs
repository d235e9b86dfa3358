//! One disk: its registers, its settings, and the commands that move no data.

use alloc::string::String;
use serde::{Deserialize, Serialize};

use super::command::{Command, Width};
use super::geometry::Geometry;
use super::identify::{MAX_LBA_28, MAX_MULTIPLE};
use super::registers::{DEVICE_LBA, TaskFile, error, status};
use super::transfer::Transfer;
use super::{DriveConfig, DriveStatistics};

/// A disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Drive {
    config: DriveConfig,
    slave: bool,

    pub(super) task: TaskFile,
    pub(super) status: u8,
    pub(super) error: u8,
    /// INTRQ, before nIEN.
    pub(super) interrupt: bool,
    pub(super) transfer: Transfer,
    pub(super) statistics: DriveStatistics,

    geometry: Geometry,
    /// Sectors in a block of READ and WRITE MULTIPLE; 0 while they are disabled.
    multiple: u8,
    write_cache: bool,
    look_ahead: bool,
    standby: bool,
}

impl Drive {
    pub(super) fn new(config: DriveConfig, slave: bool) -> Self {
        Self {
            geometry: Geometry::default_for(config.sectors),
            config,
            slave,
            task: TaskFile::signature(),
            status: status::READY,
            error: error::PASSED,
            interrupt: false,
            transfer: Transfer::default(),
            statistics: DriveStatistics::default(),
            multiple: 0,
            write_cache: true,
            look_ahead: true,
            standby: false,
        }
    }

    /// Power-on: everything but the disk itself and its figures.
    pub(super) fn power_on(&mut self) {
        let config = core::mem::take(&mut self.config);
        *self = Self {
            statistics: self.statistics,
            ..Self::new(config, self.slave)
        };
    }

    pub(super) fn capacity(&self) -> u64 {
        self.config.sectors
    }

    pub(super) fn read_only(&self) -> bool {
        self.config.read_only
    }

    pub(super) fn serial(&self) -> &String {
        &self.config.serial
    }

    pub(super) fn is_slave(&self) -> bool {
        self.slave
    }

    pub(super) fn geometry(&self) -> Geometry {
        self.geometry
    }

    pub(super) fn multiple(&self) -> u8 {
        self.multiple
    }

    pub(super) fn write_cache(&self) -> bool {
        self.write_cache
    }

    pub(super) fn look_ahead(&self) -> bool {
        self.look_ahead
    }

    pub(super) fn busy(&self) -> bool {
        self.status & status::BSY != 0
    }

    /// A write to the command register. DIAGNOSE concerns both devices and is the channel's.
    pub(super) fn execute(&mut self, code: u8) {
        self.interrupt = false;
        self.error = 0;
        let Some(command) = Command::decode(code) else {
            return self.fail(error::ABRT);
        };
        if command != Command::CheckPower && command != Command::Standby {
            self.standby = false;
        }
        match command {
            Command::Recalibrate | Command::Idle => self.succeed(),
            Command::Diagnose => self.diagnosed(),
            Command::Standby => {
                self.standby = true;
                self.succeed();
            }
            Command::CheckPower => {
                self.task.count.current = if self.standby { 0x00 } else { 0xFF };
                self.succeed();
            }
            Command::Seek => self.seek(),
            Command::InitializeParameters => self.initialize_parameters(),
            Command::SetMultiple => self.set_multiple(),
            Command::SetFeatures => self.set_features(),
            Command::ReadNativeMax { width } => self.read_native_max(width),
            Command::Identify => self.start_identify(),
            Command::Flush => self.start_flush(),
            Command::Read { width, multiple } => self.start_read(width, multiple),
            Command::Verify { width } => self.start_verify(width),
            Command::Write { width, multiple } => self.start_write(width, multiple),
        }
    }

    /// The command is over, and well.
    pub(super) fn succeed(&mut self) {
        self.status = status::READY;
        self.interrupt = true;
    }

    /// The command is over, with these error bits.
    pub(super) fn fail(&mut self, bits: u8) {
        self.status = status::READY | status::ERR;
        self.error = bits;
        self.interrupt = true;
    }

    /// The registers after reset or diagnostics.
    pub(super) fn sign(&mut self) {
        self.task = TaskFile::signature();
        self.error = error::PASSED;
        self.status = status::READY;
    }

    fn diagnosed(&mut self) {
        self.sign();
        // Device 0 reports for both.
        self.interrupt = !self.slave;
    }

    /// The first sector of the command, or nothing when the address is not one of the disk's.
    pub(super) fn address(&self, width: Width) -> Option<u64> {
        let lba = match width {
            Width::Bits48 => self.task.lba_48(),
            Width::Bits28 if self.task.device & DEVICE_LBA != 0 => self.task.lba_28(),
            Width::Bits28 => {
                let cylinder = u16::from_le_bytes([self.task.mid.current, self.task.high.current]);
                self.geometry
                    .lba(cylinder, self.task.device & 15, self.task.low.current)?
            }
        };
        (lba < self.capacity()).then_some(lba)
    }

    /// Puts a sector's address into the registers, in the form the command used.
    pub(super) fn set_address(&mut self, width: Width, lba: u64) {
        match width {
            Width::Bits48 => self.task.set_lba_48(lba),
            Width::Bits28 if self.task.device & DEVICE_LBA != 0 => self.task.set_lba_28(lba),
            Width::Bits28 => {
                let (cylinder, head, sector) = self.geometry.chs(lba);
                [self.task.mid.current, self.task.high.current] = cylinder.to_le_bytes();
                self.task.device = (self.task.device & 0xF0) | (head & 15);
                self.task.low.current = sector;
            }
        }
    }

    fn seek(&mut self) {
        match self.address(Width::Bits28) {
            Some(_) => self.succeed(),
            None => self.fail(error::IDNF),
        }
    }

    fn initialize_parameters(&mut self) {
        let heads = (self.task.device & 15) + 1;
        match Geometry::with(self.capacity(), heads, self.task.count.current) {
            Some(geometry) => {
                self.geometry = geometry;
                self.succeed();
            }
            None => self.fail(error::ABRT),
        }
    }

    fn set_multiple(&mut self) {
        let sectors = self.task.count.current;
        if sectors > MAX_MULTIPLE || (sectors != 0 && !sectors.is_power_of_two()) {
            self.multiple = 0;
            return self.fail(error::ABRT);
        }
        self.multiple = sectors;
        self.succeed();
    }

    /// SET FEATURES (8.46). The write cache is the host's: while it is off, a write is not over before that is flushed.
    /// Look-ahead is a setting without effect.
    fn set_features(&mut self) {
        match self.task.features.current {
            0x02 => self.write_cache = true,
            0x82 => self.write_cache = false,
            0xAA => self.look_ahead = true,
            0x55 => self.look_ahead = false,
            // Transfer mode: PIO default, PIO default without IORDY, PIO modes 0 to 4.
            0x03 if matches!(self.task.count.current, 0x00 | 0x01 | 0x08..=0x0C) => {}
            // Reverting to defaults at a software reset: nothing here reverts.
            0x66 | 0xCC => {}
            _ => return self.fail(error::ABRT),
        }
        self.succeed();
    }

    fn read_native_max(&mut self, width: Width) {
        let last = self.capacity().saturating_sub(1);
        match width {
            Width::Bits48 => self.task.set_lba_48(last),
            Width::Bits28 => self.set_address(width, last.min(MAX_LBA_28)),
        }
        self.succeed();
    }
}
