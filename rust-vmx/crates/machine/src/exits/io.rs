//! IN, OUT, INS and OUTS.
//!
//! Of a repeated string instruction an exit carries out as much as the device can take or give at once; then the registers say how
//! far it came, and it is left to run again, as after an interrupt on a real processor. So a long one cannot hold the host up.

use super::span::Span;
use super::{Outcome, segment};
use crate::bus::width_of;
use crate::cpu::{VirtualCpu, Watched};
use crate::failure::Failure;
use crate::guest::{Guest, GuestRam};
use crate::history::Detail;
use crate::host::Host;
use crate::memory::MemoryError;
use crate::paging::{Access, TranslationError, Walker};
use bounds::Clip;
use devices::Width;
use vmx::addr::PAGE_SIZE;
use vmx::exit::{IoAccess, StringIo};
use vmx::state::SystemRegister;
use vmx::state::gpr::{RAX, RCX, RDI, RSI};

/// The most bytes of an exit: the largest piece of a disk. Longer the host's interrupts shall not wait.
const LONGEST: usize = 64 * 1024;
/// The same where the device takes or gives item by item.
pub const LONGEST_BY_ITEMS: usize = 512;
/// Where the bytes of an exit lie: it begins inside a page and ends inside another.
type LongSpan = Span<{ LONGEST / PAGE_SIZE as usize + 1 }>;
/// RFLAGS.TF: each instruction traps, and of a repeated one each item.
const RFLAGS_TF: u64 = 1 << 8;
/// RFLAGS.DF: strings run downwards.
const RFLAGS_DF: u64 = 1 << 10;

/// Handles an access to a port.
#[inline(never)]
pub fn handle<C: VirtualCpu, M: GuestRam, H: Host>(cpu: &mut C, guest: &mut Guest<M, H>) -> Outcome {
    let access = cpu.io_access();
    guest.history.tell(Detail::from(&access));
    if let Some(string) = access.string {
        return string_io(cpu, guest, &access, string);
    }
    let now = guest.now();
    let width = width_of(access.width);
    if access.input {
        let value = guest.board.read(access.port, width, now);
        let registers = cpu.registers_mut();
        match width {
            Width::Byte => registers.gpr[RAX] = registers.gpr[RAX] & !0xFF | u64::from(value),
            Width::Word => registers.gpr[RAX] = registers.gpr[RAX] & !0xFFFF | u64::from(value),
            Width::Dword => registers.set32(RAX, value),
        }
    } else {
        let value = cpu.registers().low32(RAX);
        guest.board.write(access.port, width, value, now);
    }
    cpu.accessed(Watched::Port(access.port), u64::from(access.width));
    Outcome::Done
}

/// Carries out as much as the device can take or give at once.
#[inline(never)]
fn string_io<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &mut Guest<M, H>,
    access: &IoAccess,
    string: StringIo,
) -> Outcome {
    let size = usize::from(access.width.clamp(1, 4));
    let address_mask = match string.address_size {
        2 => 0xFFFF,
        4 => 0xFFFF_FFFF,
        _ => u64::MAX,
    };
    let index = if access.input { RDI } else { RSI };
    let rflags = cpu.read(SystemRegister::Rflags);
    let down = rflags & RFLAGS_DF != 0;
    let registers = cpu.registers();
    let count = if string.rep {
        registers.gpr[RCX] & address_mask
    } else {
        1
    };
    let offset = registers.gpr[index] & address_mask;
    if count == 0 {
        return Outcome::Done;
    }
    let within = match segment::reach(cpu, string.segment, offset, access.input) {
        Ok(bytes) => bytes / size as u64,
        Err(event) => return Outcome::Raise(event),
    };
    if within == 0 {
        return Outcome::Raise(segment::fault(string.segment));
    }
    let pace = Pace::of(guest, access, size);
    let items = if down || rflags & RFLAGS_TF != 0 || cpu.watches() {
        1
    } else {
        // The offset wraps inside the address size; the string is taken up again there.
        let bytes_to_wrap = (address_mask - offset).saturating_add(1);
        count
            .min(pace.items(size))
            .min((bytes_to_wrap / size as u64).max(1))
            .min(within)
    };
    let walker = Walker::new(cpu, guest.cpuid.paging());
    let kind = if access.input { Access::Write } else { Access::Read };
    let span = match LongSpan::new(
        &walker,
        &mut guest.memory,
        string.linear,
        items as usize * size,
        size,
        kind,
    ) {
        Ok(span) => span,
        Err(TranslationError::NotCanonical) => return Outcome::Raise(segment::fault(string.segment)),
        Err(error) => return Outcome::Raise(error.deliver(cpu)),
    };
    if let Err(error) = transfer(guest, access, &span, size, pace) {
        return Outcome::Fail(Failure::Memory(error));
    }
    let moved = span.length() as u64;
    let done = moved / size as u64;
    cpu.accessed(Watched::Port(access.port), size as u64);
    let memory = if access.input {
        Watched::Write(string.linear)
    } else {
        Watched::Read(string.linear)
    };
    cpu.accessed(memory, moved);
    let distance = if down { moved.wrapping_neg() } else { moved };
    advance(cpu, &string, index, address_mask, distance, done);
    if done == count {
        return Outcome::Done;
    }
    cpu.skip_instruction(0);
    Outcome::Resume
}

/// How a device moves a string.
#[derive(Clone, Copy)]
enum Pace {
    /// So many bytes in one go.
    Block(usize),
    /// Item by item.
    Items,
}

impl Pace {
    fn of<M: GuestRam, H: Host>(guest: &mut Guest<M, H>, access: &IoAccess, size: usize) -> Self {
        let width = width_of(access.width);
        let bytes = if access.input {
            guest.board.readable(access.port, width)
        } else {
            guest.board.writable(access.port, width)
        };
        if bytes >= size {
            Self::Block(bytes)
        } else {
            Self::Items
        }
    }

    /// The most items of an exit.
    fn items(self, size: usize) -> u64 {
        let bytes = match self {
            Self::Block(bytes) => bytes.min(LONGEST),
            Self::Items => LONGEST_BY_ITEMS,
        };
        (bytes / size) as u64
    }
}

/// Moves all of a span between the port and memory.
fn transfer<M: GuestRam, H: Host>(
    guest: &mut Guest<M, H>,
    access: &IoAccess,
    span: &LongSpan,
    size: usize,
    pace: Pace,
) -> Result<(), MemoryError> {
    match pace {
        Pace::Block(_) => transfer_block(guest, access, span),
        Pace::Items => {
            let mut items = core::mem::take(&mut guest.items);
            let moved = transfer_items(guest, access, span, size, items.upto_mut(span.length()));
            guest.items = items;
            moved
        }
    }
}

/// Between the device's own bytes and memory, with nothing in between.
fn transfer_block<M: GuestRam, H: Host>(
    guest: &mut Guest<M, H>,
    access: &IoAccess,
    span: &LongSpan,
) -> Result<(), MemoryError> {
    let now = guest.now();
    let Guest { board, memory, .. } = guest;
    let mut result = Ok(());
    if access.input {
        let mut sink = |data: &[u8]| result = span.write(memory, data);
        board.read_block(access.port, span.length(), &mut sink, now);
    } else {
        let mut source = |place: &mut [u8]| result = span.read(memory, place);
        board.write_block(access.port, span.length(), &mut source, now);
    }
    result
}

/// Through a buffer: the device may look at the time, and at what else it pleases, with each item.
fn transfer_items<M: GuestRam, H: Host>(
    guest: &mut Guest<M, H>,
    access: &IoAccess,
    span: &LongSpan,
    size: usize,
    buffer: &mut [u8],
) -> Result<(), MemoryError> {
    let (now, width) = (guest.now(), width_of(access.width));
    if access.input {
        for item in buffer.chunks_exact_mut(size) {
            let value = guest.board.read(access.port, width, now);
            bounds::copy(item, &value.to_le_bytes());
        }
        return span.write(&mut guest.memory, buffer);
    }
    span.read(&guest.memory, buffer)?;
    for item in buffer.chunks_exact(size) {
        let mut bytes = [0; 4];
        bounds::copy(&mut bytes, item);
        guest
            .board
            .write(access.port, width, u32::from_le_bytes(bytes), now);
    }
    Ok(())
}

/// Moves the index and count registers on, in the width of the address size.
fn advance<C: VirtualCpu>(cpu: &mut C, string: &StringIo, index: usize, mask: u64, bytes: u64, items: u64) {
    let registers = &mut cpu.registers_mut().gpr;
    // A 32-bit result clears the upper half as always; a 16-bit one keeps the rest.
    let keep = if mask == 0xFFFF { !mask } else { 0 };
    let add = |value: u64, amount: u64| value & keep | value.wrapping_add(amount) & mask;
    registers[index] = add(registers[index], bytes);
    if string.rep {
        registers[RCX] = add(registers[RCX], items.wrapping_neg());
    }
}
