//! INT 13h, AH=41h to 4Fh: the extensions for hard disks (EDD 1.1), which count sectors with 64 bits.

use super::caller::Caller;
use super::disk::{Direction, Drive, Transfer, status};
use super::drives::Geometry;
use crate::cpu::VirtualCpu;
use crate::guest::GuestRam;
use crate::host::Host;
use bounds::Clip;
use devices::ide::SECTOR_SIZE;
use vmx::state::SegmentName;
use vmx::state::gpr::{RAX, RBX, RCX, RSI};

/// EDD 1.1, which calls itself 2.1.
const VERSION: u8 = 0x21;
/// The subset of the extensions: access by packet.
const FIXED_DISK_ACCESS: u16 = 1;

/// Carries out a service.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(
    function: u8,
    drive: Drive,
    caller: &mut Caller<'_, C, M, H>,
) -> Result<(), u8> {
    match function {
        0x41 if caller.bx() == 0x55AA => {
            caller.set_word(RBX, 0xAA55);
            caller.set_high(RAX, VERSION);
            caller.set_word(RCX, FIXED_DISK_ACCESS);
            Ok(())
        }
        0x42 => by_packet(Direction::Read, drive, caller),
        0x43 => by_packet(Direction::Write, drive, caller),
        0x44 => by_packet(Direction::Verify, drive, caller),
        // Seek.
        0x47 => Ok(()),
        0x48 => parameters(drive, caller),
        _ => Err(status::BAD_COMMAND),
    }
}

/// Sectors by the packet at DS:SI: its size, the count, offset and segment of the buffer, the first sector. After a failure the count
/// is that of the sectors that were moved.
fn by_packet<C: VirtualCpu, M: GuestRam, H: Host>(
    direction: Direction,
    drive: Drive,
    caller: &mut Caller<'_, C, M, H>,
) -> Result<(), u8> {
    const COUNT: u64 = 2;
    let offset = caller.word(RSI);
    let at = caller.address(SegmentName::Ds, offset);
    let mut packet = [0; 16];
    caller.read(at, &mut packet).map_err(|_| status::BOUNDARY)?;
    let packet = u128::from_le_bytes(packet);
    let word = |at: u32| (packet >> (8 * at)) as u64 & 0xFFFF;
    if word(0) & 0xFF < 16 {
        return Err(status::BAD_COMMAND);
    }
    let transfer = Transfer {
        direction,
        first: (packet >> 64) as u64,
        count: word(2),
        buffer: word(6) * 16 + word(4),
    };
    let (moved, result) = transfer.carry_out(drive, caller);
    if result.is_err() {
        caller.store_word(at + COUNT, moved as u16);
    }
    result
}

/// AH=48h: the drive's parameters, into the buffer at DS:SI, which begins with its size.
fn parameters<C: VirtualCpu, M: GuestRam, H: Host>(
    drive: Drive,
    caller: &mut Caller<'_, C, M, H>,
) -> Result<(), u8> {
    /// Without, and with, the pointer to parameters of the controller.
    const SHORT: u16 = 26;
    const LONG: u16 = 30;
    const GEOMETRY_VALID: u16 = 2;
    let offset = caller.word(RSI);
    let at = caller.address(SegmentName::Ds, offset);
    let size = match caller.load_word(at) {
        ..SHORT => return Err(status::BAD_COMMAND),
        SHORT..LONG => SHORT,
        LONG.. => LONG,
    };
    let geometry = Geometry::of(drive.total);
    // The pointer of all ones says that there are no such parameters.
    let mut table = [0xFF; LONG as usize];
    let mut end = 0;
    let mut put = |bytes: &[u8]| end += bounds::copy(table.past_mut(end), bytes);
    put(&size.to_le_bytes());
    put(&GEOMETRY_VALID.to_le_bytes());
    for value in [geometry.cylinders, geometry.heads, geometry.sectors] {
        put(&(value as u32).to_le_bytes());
    }
    put(&drive.total.to_le_bytes());
    put(&(SECTOR_SIZE as u16).to_le_bytes());
    caller
        .write(at, table.upto(size.into()))
        .map_err(|_| status::BOUNDARY)
}
