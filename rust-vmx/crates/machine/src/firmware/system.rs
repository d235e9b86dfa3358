//! INT 11h, 12h, 15h, 18h, 19h: equipment, memory, A20, block moves, waiting, booting.

use super::caller::Caller;
use super::{data, video};
use crate::cpu::VirtualCpu;
use crate::exits::Outcome;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::loader::Start;
use crate::memory::layout::HIGH_MEMORY;
use bounds::Clip;
use devices::Width;
use vmx::addr::Gpa;
use vmx::state::SegmentName;
use vmx::state::gpr::{RAX, RBX, RCX, RDI, RDX, RSI};

/// "SMAP", what a caller of E820h says and hears.
const SMAP: u32 = 0x534D_4150;
/// AH of an unknown service.
const UNSUPPORTED: u8 = 0x86;
/// System control port A, with the A20 gate in bit 1.
const PORT_A: u16 = 0x92;
const A20: u32 = 1 << 1;

/// INT 11h: the equipment list.
pub fn equipment<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C>, guest: &mut Guest<M, H>) {
    let list = data::word(&guest.memory, data::EQUIPMENT);
    caller.set_word(RAX, list);
}

/// INT 12h: conventional memory in KiB.
pub fn memory_size<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C>, guest: &mut Guest<M, H>) {
    let size = data::word(&guest.memory, data::MEMORY_KIB);
    caller.set_word(RAX, size);
}

/// INT 15h.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> Outcome {
    let supported = match (caller.ah(), caller.al()) {
        (0x24, function) => a20(function, caller, guest),
        (0x86, _) => return wait(caller, guest),
        (0x87, _) => {
            let status = move_block(caller, guest);
            caller.set_high(RAX, u8::from(status.is_err()));
            caller.set_carry(&mut guest.memory, status.is_err());
            return Outcome::Done;
        }
        (0x88, _) => {
            let above = (guest.layout.low_end() - HIGH_MEMORY) >> 10;
            caller.set_word(RAX, above.min(0xFFFF) as u16);
            true
        }
        // Waiting for a device, and its end: nothing to do meanwhile.
        (0x90 | 0x91, _) => {
            caller.set_high(RAX, 0);
            true
        }
        (0xE8, 0x01) => {
            extended_memory(caller, guest);
            true
        }
        (0xE8, 0x20) => memory_map(caller, guest),
        _ => false,
    };
    if !supported {
        caller.set_high(RAX, UNSUPPORTED);
    }
    caller.set_carry(&mut guest.memory, !supported);
    Outcome::Done
}

/// AH=24h: the A20 gate.
fn a20<C: VirtualCpu, M: GuestRam, H: Host>(
    function: u8,
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> bool {
    let now = guest.now();
    let port = guest.board.read(PORT_A, Width::Byte, now);
    match function {
        // The port's bit 0 would reset the machine.
        0 => guest.board.write(PORT_A, Width::Byte, port & !A20 & !1, now),
        1 => guest.board.write(PORT_A, Width::Byte, (port | A20) & !1, now),
        2 => caller.set_low(RAX, u8::from(port & A20 != 0)),
        // Both the keyboard controller and port 92h drive the gate.
        3 => caller.set_word(RBX, 0b11),
        _ => return false,
    }
    caller.set_high(RAX, 0);
    true
}

/// AH=86h: waits CX:DX microseconds, halted.
fn wait<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C>, guest: &mut Guest<M, H>) -> Outcome {
    let now = guest.now();
    let microseconds = u64::from(caller.cx()) << 16 | u64::from(caller.dx());
    let end = *guest.firmware.wait_until.get_or_insert(now + microseconds * 1000);
    if now < end {
        // The timer's interrupt brings the caller back here; its period is the precision, as it was on the PC.
        caller.wait(0x15);
        return Outcome::Resume;
    }
    guest.firmware.wait_until = None;
    caller.set_carry(&mut guest.memory, false);
    Outcome::Done
}

/// AH=87h: moves CX words between the bases of the descriptors 2 and 3 of the table at ES:SI.
fn move_block<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> Result<(), crate::memory::MemoryError> {
    let offset = caller.word(RSI);
    let table = caller.address(SegmentName::Es, offset);
    let base = |number: u64| {
        let [_, _, low, middle, high, _, _, highest] =
            guest.memory.read_u64(Gpa(table.0 + 8 * number))?.to_le_bytes();
        Ok(Gpa(u32::from_le_bytes([low, middle, high, highest]).into()))
    };
    let (from, to) = (base(2)?, base(3)?);
    // In order and piece by piece, as the REP MOVSW of a BIOS.
    let mut piece = [0; 512];
    let length = 2 * u64::from(caller.cx());
    let mut done = 0;
    while done < length {
        let count = (length - done).min(piece.len() as u64);
        let piece = piece.upto_mut(count as usize);
        guest.memory.read(Gpa(from.0 + done), piece)?;
        guest.memory.write(Gpa(to.0 + done), piece)?;
        done += count;
    }
    Ok(())
}

/// AX=E801h: memory above 1 MiB in KiB, and above 16 MiB in units of 64 KiB.
fn extended_memory<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C>, guest: &mut Guest<M, H>) {
    const SIXTEEN: u64 = 16 << 20;
    let end = guest.layout.low_end();
    let below = ((end.min(SIXTEEN) - HIGH_MEMORY) >> 10) as u16;
    let above = (end.saturating_sub(SIXTEEN) >> 16) as u16;
    for (register, value) in [(RAX, below), (RBX, above), (RCX, below), (RDX, above)] {
        caller.set_word(register, value);
    }
}

/// AX=E820h: entry EBX of the memory map, to ES:DI; EBX becomes the next one, 0 after the last.
fn memory_map<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> bool {
    const ENTRY: u32 = 20;
    let registers = caller.cpu.registers();
    let (index, room, magic) = (registers.low32(RBX), registers.low32(RCX), registers.low32(RDX));
    let regions = guest.layout.regions();
    let Some(region) = regions
        .get(index as usize)
        .filter(|_| magic == SMAP && room >= ENTRY)
    else {
        return false;
    };
    let mut entry = [0; ENTRY as usize];
    entry[..8].copy_from_slice(&region.first.to_le_bytes());
    entry[8..16].copy_from_slice(&region.length.to_le_bytes());
    entry[16..].copy_from_slice(&(if region.usable { 1u32 } else { 2 }).to_le_bytes());
    let offset = caller.word(RDI);
    let at = caller.address(SegmentName::Es, offset);
    if guest.memory.write(at, &entry).is_err() {
        return false;
    }
    let next = if index as usize + 1 < regions.len() {
        index + 1
    } else {
        0
    };
    let registers = caller.cpu.registers_mut();
    registers.set32(RAX, SMAP);
    registers.set32(RBX, next);
    registers.set32(RCX, ENTRY);
    true
}

/// INT 18h: nothing to boot. The machine says so and halts for good.
pub fn no_boot<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> Outcome {
    for character in b"No bootable disk.\r\n" {
        video::teletype(guest, *character, None);
    }
    caller.wait(0x18);
    Outcome::Resume
}

/// INT 19h: loads the first disk's boot sector and starts it.
pub fn bootstrap<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C>,
    guest: &mut Guest<M, H>,
) -> Outcome {
    caller.cpu.unload();
    if guest.disks.load_boot_sector(&mut guest.memory).is_err() {
        return no_boot(caller, guest);
    }
    Start::BootSector { drive: 0x80 }.apply(caller.cpu);
    Outcome::Resume
}
