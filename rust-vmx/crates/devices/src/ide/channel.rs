//! An ATA channel: two disks on one cable (ATA/ATAPI-6, clause 7 and 9.16 for what device 0 answers for an absent device 1).

use bounds::Cyclic;
use serde::{Deserialize, Serialize};

use super::drive::Drive;
use super::registers::{DEVICE_SLAVE, control, status};
use crate::{AccessError, Sink, Source, Width};

/// EXECUTE DEVICE DIAGNOSTIC: the one command that both devices execute, whichever is selected.
const DIAGNOSE: u8 = 0x90;

/// What nobody drives.
const FLOATING: u32 = u32::MAX;

/// A channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Channel {
    drives: Cyclic<Option<Drive>, 2>,
    /// Which drive the device register selects.
    selected: usize,
    /// The device control register.
    control: u8,
}

impl Channel {
    pub(super) fn new(drives: [Option<Drive>; 2]) -> Self {
        Self {
            drives: Cyclic(drives),
            ..Self::default()
        }
    }

    pub(super) fn drive(&self, index: usize) -> Option<&Drive> {
        self.drives[index].as_ref()
    }

    pub(super) fn drive_mut(&mut self, index: usize) -> Option<&mut Drive> {
        self.drives[index].as_mut()
    }

    /// Power-on.
    pub(super) fn reset(&mut self) {
        self.present().for_each(Drive::power_on);
        self.selected = 0;
        self.control = 0;
    }

    /// Gives memory back that no drive has used since the last time. False if there is some still.
    pub(super) fn give_back_unused(&mut self) -> bool {
        let mut all = true;
        for drive in self.present() {
            all &= drive.transfer.give_back_unused();
        }
        all
    }

    /// The level of the interrupt line: only the selected drive drives it.
    pub(super) fn interrupt(&self) -> bool {
        let asserted = self.drive(self.selected).is_some_and(|drive| drive.interrupt);
        asserted && self.control & control::NIEN == 0
    }

    /// A read of register 0 to 7 of the command block.
    pub(super) fn read(&mut self, register: u16, width: Width) -> Result<u32, AccessError> {
        if self.is_empty() {
            return Err(AccessError::NoRegister);
        }
        if register == 0 {
            return Ok(self.read_data(width));
        }
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        let previous = self.control & control::HOB != 0;
        let value = match register {
            7 => {
                if let Some(drive) = self.drive_mut(self.selected) {
                    drive.interrupt = false;
                }
                self.status()
            }
            1 => self.answering().map_or(0, |drive| drive.error),
            6 => self.answering().map_or(0, |drive| drive.task.read(6, false)),
            _ => self
                .answering()
                .map_or(0, |drive| drive.task.read(register, previous)),
        };
        Ok(value.into())
    }

    /// A write to register 0 to 7 of the command block.
    pub(super) fn write(&mut self, register: u16, width: Width, value: u32) -> Result<(), AccessError> {
        if self.is_empty() {
            return Err(AccessError::NoRegister);
        }
        if register == 0 {
            self.write_data(width, value);
            return Ok(());
        }
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        let value = value as u8;
        self.control &= !control::HOB;
        if self.control & control::SRST != 0 || self.drive(self.selected).is_some_and(Drive::busy) {
            return Ok(());
        }
        if register == 7 {
            self.command(value);
        } else {
            // Both devices hear what the host writes.
            self.present().for_each(|drive| drive.task.write(register, value));
            if register == 6 {
                self.selected = usize::from(value & DEVICE_SLAVE != 0);
            }
        }
        Ok(())
    }

    /// The alternate status register: the status without its effect on the interrupt.
    pub(super) fn alternate_status(&self) -> Result<u32, AccessError> {
        if self.is_empty() {
            Err(AccessError::NoRegister)
        } else {
            Ok(self.status().into())
        }
    }

    /// The device control register.
    pub(super) fn write_control(&mut self, value: u8) {
        let released = self.control & control::SRST != 0 && value & control::SRST == 0;
        self.control = value;
        if value & control::SRST != 0 {
            self.present().for_each(|drive| drive.interrupt = false);
        } else if released {
            self.present().for_each(Drive::soft_reset);
            self.selected = 0;
        }
    }

    pub(super) fn selected_drive(&self) -> Option<&Drive> {
        self.drive(self.selected)
    }

    /// Fast path of the data port: up to `length` bytes.
    pub(super) fn read_block(&mut self, length: usize, sink: Sink<'_>) {
        if let Some(drive) = self.drive_mut(self.selected) {
            drive.read_data(length, sink);
        }
    }

    /// Fast path of the data port: up to `length` bytes.
    pub(super) fn write_block(&mut self, length: usize, source: Source<'_>) {
        if let Some(drive) = self.drive_mut(self.selected) {
            drive.write_data(length, source);
        }
    }

    fn command(&mut self, code: u8) {
        if code == DIAGNOSE {
            self.present().for_each(|drive| drive.execute(code));
            self.selected = 0;
        } else if let Some(drive) = self.drive_mut(self.selected)
            && drive.status & status::DRQ == 0
        {
            drive.execute(code);
        }
    }

    /// The data port is 16 bits wide; a byte access still moves a word.
    fn read_data(&mut self, width: Width) -> u32 {
        let mut bytes = [0xFF; 4];
        let length = width.bytes().max(2);
        if let Some(drive) = self.drive_mut(self.selected) {
            drive.read_data(length, &mut |data| {
                bounds::copy(&mut bytes, data);
            });
        }
        let value = u32::from_le_bytes(bytes);
        if width == Width::Dword {
            value
        } else {
            value & (FLOATING >> 16)
        }
    }

    fn write_data(&mut self, width: Width, value: u32) {
        let length = width.bytes().max(2);
        if let Some(drive) = self.drive_mut(self.selected) {
            drive.write_data(length, &mut |data| {
                bounds::copy(data, &value.to_le_bytes());
            });
        }
    }

    fn present(&mut self) -> impl Iterator<Item = &mut Drive> {
        self.drives.iter_mut().flatten()
    }

    fn is_empty(&self) -> bool {
        self.drives.iter().all(Option::is_none)
    }

    /// The drive that answers reads other than of the status: device 0 does for an absent device 1.
    fn answering(&self) -> Option<&Drive> {
        self.drive(self.selected).or(self.drive(0))
    }

    /// An absent drive beside a present one reads as 0, which tells a driver at once that there is none.
    fn status(&self) -> u8 {
        match self.drive(self.selected) {
            None => 0,
            Some(_) if self.control & control::SRST != 0 => status::BSY,
            Some(drive) => drive.status,
        }
    }
}
