//! INT 05h, 11h, 12h, 15h, 18h, 19h: printing the screen, equipment, memory, A20, block moves, booting.

use super::caller::Caller;
use super::rom::Routine;
use super::{data, video, wait};
use crate::cpu::VirtualCpu;
use crate::guest::GuestRam;
use crate::host::Host;
use crate::loader::Start;
use crate::memory::MemoryError;
use crate::memory::layout::HIGH_MEMORY;
use bounds::Clip;
use vmx::addr::Gpa;
use vmx::state::SegmentName;
use vmx::state::gpr::{RAX, RBX, RCX, RDI, RDX, RSI};

/// "SMAP", what a caller of E820h says and hears.
const SMAP: u32 = 0x534D_4150;
/// AH of an unknown service.
const UNSUPPORTED: u8 = 0x86;
/// AH of a block move that met memory that is not there.
const EXCEPTION: u8 = 0x02;
/// System control port A, with the A20 gate in bit 1.
const PORT_A: u16 = 0x92;
const A20: u8 = 1 << 1;

/// INT 11h: the equipment list.
pub fn equipment<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let list = caller.load_word(data::EQUIPMENT);
    caller.set_word(RAX, list);
}

/// INT 12h: conventional memory in KiB.
pub fn memory_size<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let size = caller.load_word(data::MEMORY_KIB);
    caller.set_word(RAX, size);
}

/// INT 05h: there is no printer, which is an error for who looks.
pub fn print_screen<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    const FAILED: u8 = 0xFF;
    caller.store_byte(data::PRINT_STATUS, FAILED);
}

/// INT 15h.
pub fn serve<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    let supported = match (caller.ah(), caller.al()) {
        (0x24, function) => a20(function, caller),
        // The keyboard intercept: the scan code in AL is a key.
        (0x4F, _) => return caller.set_carry(true),
        (0x86, _) => return wait::begin(caller),
        (0x87, _) => {
            let failed = move_block(caller).is_err();
            caller.set_high(RAX, if failed { EXCEPTION } else { 0 });
            return caller.set_carry(failed);
        }
        (0x88, _) => {
            let above = (caller.guest.layout.low_end() - HIGH_MEMORY) >> 10;
            caller.set_word(RAX, above.min(0xFFFF) as u16);
            true
        }
        // SysReq; waiting for a device, and its end: nothing to do.
        (0x85 | 0x90 | 0x91, _) => {
            caller.set_high(RAX, 0);
            true
        }
        (0xE8, 0x01) => {
            extended_memory(caller);
            true
        }
        (0xE8, 0x20) => memory_map(caller),
        _ => false,
    };
    if !supported {
        caller.set_high(RAX, UNSUPPORTED);
    }
    caller.set_carry(!supported);
}

/// AH=24h: the A20 gate.
fn a20<C: VirtualCpu, M: GuestRam, H: Host>(function: u8, caller: &mut Caller<'_, C, M, H>) -> bool {
    let port = caller.input(PORT_A);
    match function {
        // The port's bit 0 would reset the machine.
        0 => caller.output(PORT_A, port & !A20 & !1),
        1 => caller.output(PORT_A, (port | A20) & !1),
        2 => caller.set_low(RAX, u8::from(port & A20 != 0)),
        // Both the keyboard controller and port 92h drive the gate.
        3 => caller.set_word(RBX, 0b11),
        _ => return false,
    }
    caller.set_high(RAX, 0);
    true
}

/// AH=87h: moves CX words between the bases of the descriptors 2 and 3 of the table at ES:SI. The bases are physical addresses, for a
/// BIOS does this in protected mode without paging; a monitor of virtual-8086 mode has to do it itself.
fn move_block<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C, M, H>,
) -> Result<(), MemoryError> {
    let offset = caller.word(RSI);
    let table = caller.address(SegmentName::Es, offset);
    let (from, to) = (base(caller, table, 2), base(caller, table, 3));
    // In order and piece by piece, as the REP MOVSW of a BIOS.
    let mut piece = [0; 512];
    let length = 2 * u64::from(caller.cx());
    let mut done = 0;
    while done < length {
        let count = (length - done).min(piece.len() as u64);
        let piece = piece.upto_mut(count as usize);
        caller.guest.memory.read(Gpa(from + done), piece)?;
        caller.guest.memory.write(Gpa(to + done), piece)?;
        done += count;
    }
    Ok(())
}

/// The base in a descriptor of a table.
fn base<C: VirtualCpu, M: GuestRam, H: Host>(
    caller: &mut Caller<'_, C, M, H>,
    table: u64,
    number: u64,
) -> u64 {
    let mut descriptor = [0; 8];
    let _ = caller.read(table + 8 * number, &mut descriptor);
    let [_, _, low, middle, high, _, _, highest] = descriptor;
    u32::from_le_bytes([low, middle, high, highest]).into()
}

/// AX=E801h: memory above 1 MiB in KiB, and above 16 MiB in units of 64 KiB.
fn extended_memory<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    const SIXTEEN: u64 = 16 << 20;
    let end = caller.guest.layout.low_end();
    let below = ((end.min(SIXTEEN) - HIGH_MEMORY) >> 10) as u16;
    let above = (end.saturating_sub(SIXTEEN) >> 16) as u16;
    for (register, value) in [(RAX, below), (RBX, above), (RCX, below), (RDX, above)] {
        caller.set_word(register, value);
    }
}

/// AX=E820h: entry EBX of the memory map, to ES:DI; EBX becomes the next one, 0 after the last.
fn memory_map<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) -> bool {
    const ENTRY: u32 = 20;
    let registers = caller.cpu.registers();
    let (index, room, magic) = (registers.low32(RBX), registers.low32(RCX), registers.low32(RDX));
    let regions = caller.guest.layout.regions();
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
    if caller.write(at, &entry).is_err() {
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

/// INT 18h: nothing to boot. The machine says so and serves interrupts for good.
pub fn no_boot<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    for character in b"No bootable disk.\r\n" {
        video::teletype(caller, *character);
    }
    caller.go_on_in(Routine::Idle);
}

/// INT 19h: loads the first disk's boot sector and starts it.
pub fn bootstrap<C: VirtualCpu, M: GuestRam, H: Host>(caller: &mut Caller<'_, C, M, H>) {
    caller.cpu.unload();
    let guest = &mut *caller.guest;
    if guest.disks.load_boot_sector(&mut guest.memory).is_err() {
        return no_boot(caller);
    }
    let drive = super::boot_drive(&guest.disks);
    Start::BootSector { drive }.apply(caller.cpu);
    caller.stay();
}
