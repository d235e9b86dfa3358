//! INT 13h: diskettes and hard disks.

use super::caller::Caller;
use super::drives::{Drives, Geometry};
use super::floppy::Format;
use super::{data, extended_disk, rom};
use crate::cpu::VirtualCpu;
use crate::guest::GuestRam;
use crate::host::Host;
use crate::memory::zeroed;
use bounds::Clip;
use devices::ide::SECTOR_SIZE;
use vmx::state::SegmentName;
use vmx::state::gpr::{RAX, RBX, RCX, RDI, RDX};

/// Sectors of one transfer of the host.
const CHUNK: u64 = 64;

/// Status codes.
pub mod status {
    pub const GOOD: u8 = 0x00;
    pub const BAD_COMMAND: u8 = 0x01;
    pub const WRITE_PROTECTED: u8 = 0x03;
    pub const NOT_FOUND: u8 = 0x04;
    pub const BOUNDARY: u8 = 0x09;
    pub const READ_ERROR: u8 = 0x10;
    /// The controller failed.
    pub const CONTROLLER: u8 = 0x20;
    pub const WRITE_FAULT: u8 = 0xCC;
}

/// A drive that is there.
#[derive(Clone, Copy, Debug)]
pub struct Drive {
    /// Its position among all disks.
    pub position: usize,
    /// Its sectors.
    pub total: u64,
    kind: Drives,
}

/// What a transfer does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Read,
    Write,
    Verify,
}

/// Sectors to move, and where from or to.
pub struct Transfer {
    pub direction: Direction,
    pub first: u64,
    pub count: u64,
    /// A linear address.
    pub buffer: u64,
}

/// Carries out a service. Reads and writes block the vCPU's thread.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let (function, number) = (caller.ah(), caller.low(RDX));
    let kind = Drives::of(number);
    let last_status = if kind == Drives::DISKETTES {
        data::DISKETTE_STATUS
    } else {
        data::DISK_STATUS
    };
    let disks = &caller.guest.disks;
    let drive = kind.position(disks, number).map(|position| Drive {
        position,
        total: disks.sectors(position),
        kind,
    });
    let result = match (drive, function) {
        (_, 0x01) => match caller.load_byte(last_status) {
            status::GOOD => Ok(()),
            code => Err(code),
        },
        (Some(drive), _) => serve_drive(function, drive, caller),
        // Resetting the controller needs no drive.
        (None, 0x00) => Ok(()),
        (None, 0x15) => {
            no_drive(caller);
            Ok(())
        }
        (None, _) => Err(status::BAD_COMMAND),
    };
    let code = result.err().unwrap_or(status::GOOD);
    if function != 0x01 {
        caller.store_byte(last_status, code);
    }
    // These return something else in AH.
    if !(matches!(function, 0x15 | 0x41) && result.is_ok()) {
        caller.set_high(RAX, code);
    }
    caller.set_carry(result.is_err());
}

fn serve_drive<C: VirtualCpu, M: GuestRam, H: Host>(
    function: u8,
    drive: Drive,
    caller: &mut Caller<'_, C, M, H>,
) -> Result<(), u8> {
    match function {
        0x00 => Ok(()),
        0x02 => by_geometry(Direction::Read, drive, caller),
        0x03 => by_geometry(Direction::Write, drive, caller),
        0x04 => by_geometry(Direction::Verify, drive, caller),
        0x08 => {
            parameters(drive, caller);
            Ok(())
        }
        0x15 => {
            kind(drive, caller);
            Ok(())
        }
        // The medium was not changed; nobody can.
        0x16 if drive.kind == Drives::DISKETTES => Ok(()),
        // Initialise, seek, reset, test, recalibrate, diagnose: nothing to do.
        0x09 | 0x0C | 0x0D | 0x10 | 0x11 | 0x14 if drive.kind == Drives::HARD_DISKS => Ok(()),
        0x41..=0x4F if drive.kind == Drives::HARD_DISKS => extended_disk::serve(function, drive, caller),
        _ => Err(status::BAD_COMMAND),
    }
}

/// AH=15h without such a drive.
fn no_drive<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    caller.set_high(RAX, 0);
    caller.set_word(RCX, 0);
    caller.set_word(RDX, 0);
}

/// AH=15h: what kind of drive it is; a hard disk with its size.
fn kind<C: VirtualCpu, M: GuestRam, H: Host>(drive: Drive, caller: &mut Caller<'_, C, M, H>) {
    const DISKETTE_THAT_TELLS_CHANGES: u8 = 2;
    const HARD_DISK: u8 = 3;
    if drive.kind == Drives::DISKETTES {
        caller.set_high(RAX, DISKETTE_THAT_TELLS_CHANGES);
        return;
    }
    caller.set_high(RAX, HARD_DISK);
    let size = u32::try_from(drive.total).unwrap_or(u32::MAX);
    caller.set_word(RCX, (size >> 16) as u16);
    caller.set_word(RDX, size as u16);
}

/// AH=08h: the geometry, and how many drives of the kind there are.
fn parameters<C: VirtualCpu, M: GuestRam, H: Host>(drive: Drive, caller: &mut Caller<'_, C, M, H>) {
    let geometry = Geometry::of(drive.total);
    let count = drive.kind.count(&caller.guest.disks);
    caller.set_low(RAX, 0);
    caller.set_word(RCX, geometry.last());
    caller.set_high(RDX, (geometry.heads - 1) as u8);
    caller.set_low(RDX, count);
    match Format::of(drive.total) {
        Some(format) => {
            caller.set_word(RBX, u16::from(format.drive_type));
            caller.set_segment(SegmentName::Es, rom::SEGMENT);
            caller.set_word(RDI, format.table());
        }
        None => caller.set_low(RBX, 0),
    }
}

/// Sectors by cylinder, head and sector, into or from ES:BX; AL says how many, and afterwards how many were moved.
fn by_geometry<C: VirtualCpu, M: GuestRam, H: Host>(
    direction: Direction,
    drive: Drive,
    caller: &mut Caller<'_, C, M, H>,
) -> Result<(), u8> {
    let (cx, head, count) = (caller.cx(), caller.high(RDX), caller.al());
    let offset = caller.bx();
    let buffer = caller.address(SegmentName::Es, offset);
    let first = Geometry::of(drive.total).sector(cx, head);
    let (moved, result) = match first {
        _ if count == 0 => (0, Err(status::BAD_COMMAND)),
        None => (0, Err(status::NOT_FOUND)),
        Some(first) => {
            let transfer = Transfer {
                direction,
                first,
                count: count.into(),
                buffer,
            };
            transfer.carry_out(drive, caller)
        }
    };
    caller.set_low(RAX, moved as u8);
    result
}

impl Transfer {
    /// Moves the sectors; how many were moved, and whether those are all.
    pub fn carry_out<C: VirtualCpu, M: GuestRam, H: Host>(
        &self,
        drive: Drive,
        caller: &mut Caller<'_, C, M, H>,
    ) -> (u64, Result<(), u8>) {
        let there = self
            .first
            .checked_add(self.count)
            .is_some_and(|end| end <= drive.total);
        if !there {
            return (0, Err(status::NOT_FOUND));
        }
        // The host's disk may block.
        caller.cpu.unload();
        let Ok(mut buffer) = zeroed(CHUNK.min(self.count) as usize * SECTOR_SIZE) else {
            log::warn!("INT 13h: the host has no memory for a disk buffer");
            return (0, Err(status::CONTROLLER));
        };
        let (mut moved, mut most) = (0, CHUNK);
        while moved < self.count {
            let sectors = most.min(self.count - moved);
            let bytes = buffer.upto_mut(sectors as usize * SECTOR_SIZE);
            match self.chunk(drive, moved, bytes, caller) {
                Ok(()) => moved += sectors,
                // One by one, up to the one that fails.
                Err(_) if sectors > 1 => most = 1,
                Err(code) => return (moved, Err(code)),
            }
        }
        (moved, Ok(()))
    }

    /// Moves the sectors from the `moved`-th on, as many as `bytes` holds.
    fn chunk<C: VirtualCpu, M: GuestRam, H: Host>(
        &self,
        drive: Drive,
        moved: u64,
        bytes: &mut [u8],
        caller: &mut Caller<'_, C, M, H>,
    ) -> Result<(), u8> {
        let sectors = (bytes.len() / SECTOR_SIZE) as u64;
        let (lba, place) = (self.first + moved, self.buffer + moved * SECTOR_SIZE as u64);
        if self.direction == Direction::Write {
            caller.read(place, bytes).map_err(|_| status::BOUNDARY)?;
            let disks = &caller.guest.disks;
            disks.write(drive.position, lba, bytes).map_err(|error| {
                if error == crate::disks::READ_ONLY {
                    status::WRITE_PROTECTED
                } else {
                    status::WRITE_FAULT
                }
            })?;
            caller.guest.control.statistics.sectors_written.add(sectors);
            return Ok(());
        }
        let disks = &caller.guest.disks;
        disks
            .read(drive.position, lba, bytes)
            .map_err(|_| status::READ_ERROR)?;
        caller.guest.control.statistics.sectors_read.add(sectors);
        if self.direction == Direction::Read {
            caller.write(place, bytes).map_err(|_| status::BOUNDARY)?;
        }
        Ok(())
    }
}
