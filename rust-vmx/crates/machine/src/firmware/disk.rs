//! INT 13h: the hard disks.

use super::caller::Caller;
use crate::cpu::VirtualCpu;
use crate::exits::Outcome;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::memory::zeroed;
use bounds::Clip;
use devices::ide::SECTOR_SIZE;
use vmx::addr::Gpa;
use vmx::state::SegmentName;
use vmx::state::gpr::{RAX, RBX, RCX, RDX, RSI};

/// The number of the first hard disk.
const FIRST: u8 = 0x80;
/// Sectors of one transfer of the host.
const CHUNK: u64 = 64;

/// Status codes.
mod status {
    pub const GOOD: u8 = 0x00;
    pub const BAD_COMMAND: u8 = 0x01;
    pub const NOT_FOUND: u8 = 0x04;
    pub const BOUNDARY: u8 = 0x09;
    pub const READ_ERROR: u8 = 0x10;
    /// The controller failed.
    pub const CONTROLLER: u8 = 0x20;
    pub const WRITE_FAULT: u8 = 0xCC;
}

/// The geometry that cylinders, heads and sectors are counted in.
struct Geometry {
    cylinders: u64,
    heads: u64,
    sectors: u64,
}

impl Geometry {
    /// The translation that BIOSes agree on: 63 sectors, and as few heads as bring the cylinders below 1024.
    fn of(total: u64) -> Self {
        const SECTORS: u64 = 63;
        let heads = [16, 32, 64, 128]
            .into_iter()
            .find(|heads| total <= 1024 * heads * SECTORS)
            .unwrap_or(255);
        Self {
            cylinders: (total / (heads * SECTORS)).clamp(1, 1024),
            heads,
            sectors: SECTORS,
        }
    }
}

/// What a transfer does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Read,
    Write,
    Verify,
}

/// Carries out a service. Reads and writes block the vCPU's thread.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> Outcome {
    let function = caller.ah();
    let drive = usize::from(caller.low(RDX).wrapping_sub(FIRST));
    let result = if drive < guest.disks.count() {
        function_of(function, drive, caller, guest)
    } else if function == 0x00 {
        // Resetting the diskette controller, which is not there, succeeds everywhere.
        Ok(())
    } else {
        Err(status::BAD_COMMAND)
    };
    let code = result.err().unwrap_or(status::GOOD);
    if function != 0x01 {
        guest.firmware.disk_status = code;
    }
    // These return something else in AH.
    if !(matches!(function, 0x15 | 0x41) && result.is_ok()) {
        caller.set_high(RAX, code);
    }
    caller.set_carry(&mut guest.memory, result.is_err());
    Outcome::Done
}

fn function_of<C: VirtualCpu, M: GuestRam, H: Host>(
    function: u8,
    drive: usize,
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> Result<(), u8> {
    let total = guest.disks.sectors(drive);
    match function {
        // Reset, initialise, seek, recalibrate, test: nothing to do.
        0x00 | 0x09 | 0x0C | 0x0D | 0x10 | 0x11 | 0x14 | 0x47 => Ok(()),
        0x01 => match guest.firmware.disk_status {
            status::GOOD => Ok(()),
            code => Err(code),
        },
        0x02 => by_geometry(Direction::Read, drive, caller, guest),
        0x03 => by_geometry(Direction::Write, drive, caller, guest),
        0x04 => by_geometry(Direction::Verify, drive, caller, guest),
        0x08 => {
            let geometry = Geometry::of(total);
            let cylinder = geometry.cylinders - 1;
            caller.set_word(
                RCX,
                (cylinder as u16) << 8 | (cylinder >> 2 & 0xC0) as u16 | geometry.sectors as u16,
            );
            let count = guest.disks.count() as u16;
            caller.set_word(RDX, (geometry.heads as u16 - 1) << 8 | count);
            caller.set_low(RAX, 0);
            caller.set_low(RBX, 0);
            Ok(())
        }
        // A hard disk, with its size.
        0x15 => {
            caller.set_high(RAX, 3);
            let size = u32::try_from(total).unwrap_or(u32::MAX);
            caller.set_word(RCX, (size >> 16) as u16);
            caller.set_word(RDX, size as u16);
            Ok(())
        }
        // The extensions are there, version 2.1, with packets.
        0x41 if caller.bx() == 0x55AA => {
            caller.set_word(RBX, 0xAA55);
            caller.set_high(RAX, 0x21);
            caller.set_word(RCX, 1);
            Ok(())
        }
        0x42 => by_packet(Direction::Read, drive, caller, guest),
        0x43 => by_packet(Direction::Write, drive, caller, guest),
        0x44 => by_packet(Direction::Verify, drive, caller, guest),
        0x48 => parameters(total, caller, guest),
        _ => Err(status::BAD_COMMAND),
    }
}

/// Sectors by cylinder, head and sector, into or from ES:BX.
fn by_geometry<C: VirtualCpu, M: GuestRam, H: Host>(
    direction: Direction,
    drive: usize,
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> Result<(), u8> {
    let geometry = Geometry::of(guest.disks.sectors(drive));
    let (cx, head) = (caller.cx(), u64::from(caller.high(RDX)));
    let cylinder = u64::from(cx >> 8) | u64::from(cx & 0xC0) << 2;
    let sector = u64::from(cx & 0x3F);
    if sector == 0 || sector > geometry.sectors || head >= geometry.heads {
        return Err(status::NOT_FOUND);
    }
    let lba = (cylinder * geometry.heads + head) * geometry.sectors + sector - 1;
    let count = u64::from(caller.al());
    let offset = caller.bx();
    let at = caller.address(SegmentName::Es, offset);
    transfer(direction, drive, lba, count, at, caller, guest)
}

/// Sectors by the packet at DS:SI: size, count, offset, segment, first sector.
fn by_packet<C: VirtualCpu, M: GuestRam, H: Host>(
    direction: Direction,
    drive: usize,
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> Result<(), u8> {
    let offset = caller.word(RSI);
    let at = caller.address(SegmentName::Ds, offset);
    let mut packet = [0; 16];
    guest.memory.read(at, &mut packet).map_err(|_| status::BOUNDARY)?;
    let packet = u128::from_le_bytes(packet);
    let word = |at: u32| (packet >> (8 * at)) as u64 & 0xFFFF;
    if word(0) & 0xFF < 16 {
        return Err(status::BAD_COMMAND);
    }
    let lba = (packet >> 64) as u64;
    let buffer = Gpa(word(6) * 16 + word(4));
    transfer(direction, drive, lba, word(2), buffer, caller, guest)
}

fn transfer<C: VirtualCpu, M: GuestRam, H: Host>(
    direction: Direction,
    drive: usize,
    lba: u64,
    count: u64,
    at: Gpa,
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> Result<(), u8> {
    let end = lba.checked_add(count).ok_or(status::NOT_FOUND)?;
    if end > guest.disks.sectors(drive) {
        return Err(status::NOT_FOUND);
    }
    // The host's disk may block.
    caller.cpu.unload();
    let Ok(mut buffer) = zeroed(CHUNK.min(count) as usize * SECTOR_SIZE) else {
        log::warn!("INT 13h: the host has no memory for a disk buffer");
        return Err(status::CONTROLLER);
    };
    let mut done = 0;
    while done < count {
        let sectors = CHUNK.min(count - done);
        let bytes = buffer.upto_mut(sectors as usize * SECTOR_SIZE);
        let place = Gpa(at.0 + done * SECTOR_SIZE as u64);
        match direction {
            Direction::Read | Direction::Verify => {
                guest
                    .disks
                    .read(drive, lba + done, bytes)
                    .map_err(|_| status::READ_ERROR)?;
                guest.control.statistics.sectors_read.add(sectors);
                if direction == Direction::Read {
                    guest.memory.write(place, bytes).map_err(|_| status::BOUNDARY)?;
                }
            }
            Direction::Write => {
                guest.memory.read(place, bytes).map_err(|_| status::BOUNDARY)?;
                guest
                    .disks
                    .write(drive, lba + done, bytes)
                    .map_err(|_| status::WRITE_FAULT)?;
                guest.control.statistics.sectors_written.add(sectors);
            }
        }
        done += sectors;
    }
    Ok(())
}

/// The extended parameters, at DS:SI.
fn parameters<C: VirtualCpu, M: GuestRam, H: Host>(
    total: u64,
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> Result<(), u8> {
    const SIZE: u16 = 26;
    let offset = caller.word(RSI);
    let at = caller.address(SegmentName::Ds, offset);
    let geometry = Geometry::of(total);
    let mut table = [0; SIZE as usize];
    table[..2].copy_from_slice(&SIZE.to_le_bytes());
    // The geometry is valid.
    table[2..4].copy_from_slice(&2u16.to_le_bytes());
    table[4..8].copy_from_slice(&(geometry.cylinders as u32).to_le_bytes());
    table[8..12].copy_from_slice(&(geometry.heads as u32).to_le_bytes());
    table[12..16].copy_from_slice(&(geometry.sectors as u32).to_le_bytes());
    table[16..24].copy_from_slice(&total.to_le_bytes());
    table[24..].copy_from_slice(&(SECTOR_SIZE as u16).to_le_bytes());
    guest.memory.write(at, &table).map_err(|_| status::BOUNDARY)
}
