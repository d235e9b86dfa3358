//! Two ATA channels of up to two disks each, moved by programmed I/O.
//!
//! Sources: ATA/ATAPI-6 (T13/1410D) for registers, commands and protocols; ATA-1 to ATA/ATAPI-5 for CHS addressing and the
//! older command codes; Intel 82371AB (PIIX4) data sheet for the legacy ports and IRQ 14 and 15. Not there: DMA, packet
//! devices, and optional feature sets, all of which IDENTIFY DEVICE denies and whose commands are aborted.
//!
//! A disk never waits. A command that needs the medium leaves a [`DiskRequest`] and the channel busy; the machine carries it
//! out on [`Ide::buffer`] and calls [`Ide::complete`], at once or much later.

mod buffer;
mod channel;
mod command;
mod drive;
mod geometry;
mod identify;
mod registers;
#[cfg(test)]
mod tests;
mod transfer;

use crate::{AccessError, Context, PortDevice, PortRange, Sink, Source, Time, Width};
use alloc::string::String;
use bounds::Cyclic;
use channel::Channel;
use drive::Drive;
use serde::{Deserialize, Serialize};
use transfer::Pending;

const PORTS: &[PortRange] = &[
    PortRange::new("primary IDE", 0x1F0, 8),
    PortRange::new("secondary IDE", 0x170, 8),
    PortRange::new("primary IDE control", 0x3F6, 1),
    PortRange::new("secondary IDE control", 0x376, 1),
];

/// The channels' interrupt lines.
const IRQS: [u8; 2] = [14, 15];

/// Bytes of a sector.
pub const SECTOR_SIZE: usize = 512;

/// A disk that is plugged in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriveConfig {
    /// Capacity; 48-bit addresses reach 2^48.
    pub sectors: u64,
    /// Write commands fail: ERR with WP and ABRT.
    pub read_only: bool,
    /// Serial number, up to 20 printable ASCII characters.
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

/// Work for the machine. The disk is busy until [`Ide::complete`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskRequest {
    /// 0 and 1: master and slave of the primary channel; 2 and 3: of the secondary.
    pub drive: u8,
    /// What to do.
    pub operation: DiskOperation,
    /// First sector; the whole range is inside the disk's capacity.
    pub lba: u64,
    /// How many sectors [`Ide::buffer`] has; 0 for a flush.
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

/// What a disk has done since the machine was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriveStatistics {
    /// Requests to the machine.
    pub requests: u64,
    /// Sectors read, verifications included.
    pub sectors_read: u64,
    /// Sectors written.
    pub sectors_written: u64,
    /// Flushes.
    pub flushes: u64,
    /// Requests that failed.
    pub errors: u64,
}

impl DriveStatistics {
    fn count(&mut self, done: &Pending, result: Result<(), DiskError>) {
        self.requests = self.requests.wrapping_add(1);
        if result.is_err() {
            self.errors = self.errors.wrapping_add(1);
            return;
        }
        let (counter, amount) = match done.operation() {
            DiskOperation::Read => (&mut self.sectors_read, u64::from(done.sectors)),
            DiskOperation::Write => (&mut self.sectors_written, u64::from(done.sectors)),
            DiskOperation::Flush => (&mut self.flushes, 1),
        };
        *counter = counter.wrapping_add(amount);
    }
}

/// So many nanoseconds memory for sectors stays when no command has used it: longer than a pause between two, and short for a guest
/// that has come to rest.
const KEEP: u64 = 1_000_000_000;

/// The controller with its disks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ide {
    channels: Cyclic<Channel, 2>,
    /// When unused memory is given back.
    clear_up: Option<Time>,
}

impl Ide {
    /// Power-on state with these disks plugged in: primary master, primary slave, secondary master, secondary slave.
    #[must_use]
    pub fn new(drives: [Option<DriveConfig>; 4]) -> Self {
        let [master, slave, second_master, second_slave] = drives;
        let channel = |master: Option<DriveConfig>, slave: Option<DriveConfig>| {
            Channel::new([
                master.map(|disk| Drive::new(disk, false)),
                slave.map(|disk| Drive::new(disk, true)),
            ])
        };
        Self {
            channels: Cyclic([channel(master, slave), channel(second_master, second_slave)]),
            clear_up: None,
        }
    }

    /// Whether there is a request to take. The machine asks after each access.
    #[must_use]
    pub fn has_request(&self) -> bool {
        (0..4_usize).any(|index| {
            let drive = self.channels[index >> 1].drive(index);
            let pending = drive.and_then(|drive| drive.transfer.pending.as_ref());
            pending.is_some_and(|pending| !pending.taken)
        })
    }

    /// The next request, if any; each is handed out once.
    pub fn take_request(&mut self) -> Option<DiskRequest> {
        for index in 0..4 {
            if let Some(pending) = self
                .drive_mut(index)
                .and_then(|drive| drive.transfer.pending.as_mut())
                && !pending.taken
            {
                pending.taken = true;
                let Pending { lba, sectors, .. } = *pending;
                return Some(DiskRequest {
                    drive: index,
                    operation: pending.operation(),
                    lba,
                    sectors,
                });
            }
        }
        None
    }

    /// The data of the outstanding request on `drive`: to be filled (read) or stored (write). Empty without one.
    pub fn buffer(&mut self, drive: u8) -> &mut [u8] {
        match self.drive_mut(drive) {
            Some(drive) if drive.transfer.pending.is_some() => drive.transfer.requested(),
            _ => &mut [],
        }
    }

    /// Ends the outstanding request on `drive`. Without one, nothing happens.
    pub fn complete(&mut self, drive: u8, result: Result<(), DiskError>, cx: &mut Context<'_>) {
        if let Some(drive) = self.drive_mut(drive) {
            drive.complete(result);
        }
        self.clear_up.get_or_insert(cx.now + KEEP);
        self.update_interrupts(cx);
    }

    /// What `drive` has done; nothing for an empty place.
    #[must_use]
    pub fn statistics(&self, drive: u8) -> Option<DriveStatistics> {
        let drive = usize::from(drive);
        self.channels[drive >> 1]
            .drive(drive)
            .map(|drive| drive.statistics)
    }

    fn drive_mut(&mut self, drive: u8) -> Option<&mut Drive> {
        let drive = usize::from(drive);
        self.channels[drive >> 1].drive_mut(drive)
    }

    /// The drive whose data port this is.
    fn data_drive(&self, port: u16) -> Option<&Drive> {
        let (channel, register) = decode(port);
        self.channels[channel]
            .selected_drive()
            .filter(|_| register == Some(0))
    }

    fn update_interrupts(&self, cx: &mut Context<'_>) {
        for (channel, irq) in self.channels.iter().zip(IRQS) {
            cx.wires.set_irq(irq, channel.interrupt());
        }
    }
}

/// Which channel a port belongs to, and which of its registers it is: 0 to 7 the command block, none the control block.
fn decode(port: u16) -> (usize, Option<u16>) {
    // The secondary channel's ports are the primary's without bit 7.
    let channel = usize::from(port & 0x80 == 0);
    (channel, (port & 0x200 == 0).then_some(port & 7))
}

/// The data port has a fast path for words and wider; a byte is an odd way to read it.
fn whole_items(bytes: usize, width: Width) -> usize {
    match width {
        Width::Byte => 0,
        _ => bytes - bytes % width.bytes(),
    }
}

impl PortDevice for Ide {
    fn ports(&self) -> &'static [PortRange] {
        PORTS
    }

    fn read(&mut self, port: u16, width: Width, cx: &mut Context<'_>) -> Result<u32, AccessError> {
        let (channel, register) = decode(port);
        let channel = &mut self.channels[channel];
        let value = match register {
            Some(register) => channel.read(register, width),
            None if width != Width::Byte => Err(AccessError::BadWidth),
            None => channel.alternate_status(),
        };
        self.update_interrupts(cx);
        value
    }

    fn write(
        &mut self,
        port: u16,
        width: Width,
        value: u32,
        cx: &mut Context<'_>,
    ) -> Result<(), AccessError> {
        let (channel, register) = decode(port);
        let channel = &mut self.channels[channel];
        match register {
            Some(register) => channel.write(register, width, value)?,
            None if width != Width::Byte => return Err(AccessError::BadWidth),
            None => channel.write_control(value as u8),
        }
        self.update_interrupts(cx);
        Ok(())
    }

    fn readable(&self, port: u16, width: Width) -> usize {
        whole_items(self.data_drive(port).map_or(0, Drive::readable), width)
    }

    fn read_block(&mut self, port: u16, length: usize, sink: Sink<'_>, cx: &mut Context<'_>) {
        let (channel, _) = decode(port);
        self.channels[channel].read_block(length, sink);
        self.update_interrupts(cx);
    }

    fn writable(&self, port: u16, width: Width) -> usize {
        whole_items(self.data_drive(port).map_or(0, Drive::writable), width)
    }

    fn write_block(&mut self, port: u16, length: usize, source: Source<'_>, cx: &mut Context<'_>) {
        let (channel, _) = decode(port);
        self.channels[channel].write_block(length, source);
        self.update_interrupts(cx);
    }

    /// Memory that was not used for so long goes back to the host. A guest cannot tell.
    fn advance(&mut self, cx: &mut Context<'_>) {
        if self.clear_up.is_none_or(|time| time > cx.now) {
            return;
        }
        let mut all = true;
        for channel in self.channels.iter_mut() {
            all &= channel.give_back_unused();
        }
        self.clear_up = (!all).then(|| cx.now + KEEP);
    }

    fn deadline(&self) -> Option<Time> {
        self.clear_up
    }

    fn reset(&mut self, cx: &mut Context<'_>) {
        self.channels.iter_mut().for_each(Channel::reset);
        self.update_interrupts(cx);
    }
}
