//! IN, OUT, INS and OUTS.
//!
//! A repeated string instruction is carried out in chunks: after each one the registers say how far it came, and after some the
//! instruction is left to run again, as after an interrupt on a real processor. So a long one cannot hold the host up.

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
use vmx::addr::{Gva, PAGE_SIZE};
use vmx::exit::{IoAccess, StringIo};
use vmx::state::SystemRegister;
use vmx::state::gpr::{RAX, RCX, RDI, RSI};

/// The most bytes of one chunk: what can be translated at once.
pub const CHUNK: usize = PAGE_SIZE as usize;
/// The most chunks of an exit: the largest piece of a disk. Longer the host's interrupts shall not wait.
const CHUNKS: usize = 16;
/// The most bytes of a chunk whose items the device takes or gives one by one.
pub const CHUNK_BY_ITEMS: usize = 512;
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

/// Carries out chunks until the instruction is over, or something else has its turn.
#[inline(never)]
fn string_io<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &mut Guest<M, H>,
    access: &IoAccess,
    mut string: StringIo,
) -> Outcome {
    for _ in 0..CHUNKS {
        match chunk(cpu, guest, access, &string) {
            Ok(Some(next)) if !guest.board.wants_attention() => string.linear = next,
            Ok(_) => break,
            Err(outcome) => return outcome,
        }
    }
    Outcome::Resume
}

/// Carries out a chunk. When more is to come: where the next one begins, if the whole of this one was moved and that follows on it. Both
/// the offset and, outside 64-bit mode, the linear address wrap; behind that the CPU says where it is. `Err` is what follows from the
/// instruction.
fn chunk<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &mut Guest<M, H>,
    access: &IoAccess,
    string: &StringIo,
) -> Result<Option<Gva>, Outcome> {
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
        return Err(Outcome::Done);
    }
    let within = match segment::reach(cpu, string.segment, offset, access.input) {
        Ok(bytes) => bytes / size as u64,
        Err(event) => return Err(Outcome::Raise(event)),
    };
    if within == 0 {
        return Err(Outcome::Raise(segment::fault(string.segment)));
    }
    let items = if down || rflags & RFLAGS_TF != 0 || cpu.watches() {
        1
    } else {
        // The offset wraps inside the address size; a chunk ends there.
        let bytes_to_wrap = (address_mask - offset).saturating_add(1);
        count
            .min((CHUNK / size) as u64)
            .min((bytes_to_wrap / size as u64).max(1))
            .min(within)
    };
    let walker = Walker::new(cpu, guest.cpuid.paging());
    let kind = if access.input { Access::Write } else { Access::Read };
    let span = match Span::new(
        &walker,
        &mut guest.memory,
        string.linear,
        items as usize * size,
        size,
        kind,
    ) {
        Ok(span) => span,
        Err(TranslationError::NotCanonical) => return Err(Outcome::Raise(segment::fault(string.segment))),
        Err(error) => return Err(Outcome::Raise(error.deliver(cpu))),
    };
    let moved = match transfer(guest, access, &span, size) {
        Ok(moved) => moved,
        Err(error) => return Err(Outcome::Fail(Failure::Memory(error))),
    };
    let done = (moved / size) as u64;
    cpu.accessed(Watched::Port(access.port), size as u64);
    let memory = if access.input {
        Watched::Write(string.linear)
    } else {
        Watched::Read(string.linear)
    };
    cpu.accessed(memory, moved as u64);
    advance(
        cpu,
        string,
        index,
        address_mask,
        if down {
            (moved as u64).wrapping_neg()
        } else {
            moved as u64
        },
        done,
    );
    if done == count {
        return Err(Outcome::Done);
    }
    cpu.skip_instruction(0);
    let next = string.linear.0.wrapping_add(moved as u64);
    let follows =
        offset.wrapping_add(moved as u64) & address_mask > offset && (next ^ string.linear.0) >> 32 == 0;
    Ok((moved == CHUNK && follows).then_some(Gva(next)))
}

/// Moves items between the port and memory; the bytes moved, at least one item.
fn transfer<M: GuestRam, H: Host>(
    guest: &mut Guest<M, H>,
    access: &IoAccess,
    span: &Span,
    size: usize,
) -> Result<usize, MemoryError> {
    let mut chunk = core::mem::take(&mut guest.chunk);
    let buffer = chunk.upto_mut(span.length());
    let moved = if access.input {
        let moved = input(guest, access, buffer, size);
        span.write(&mut guest.memory, buffer.upto(moved)).map(|()| moved)
    } else {
        span.read(&guest.memory, buffer)
            .map(|()| output(guest, access, buffer, size))
    };
    guest.chunk = chunk;
    moved
}

/// Reads items from a port; the bytes read, at least one item.
fn input<M: GuestRam, H: Host>(
    guest: &mut Guest<M, H>,
    access: &IoAccess,
    buffer: &mut [u8],
    size: usize,
) -> usize {
    let (now, width) = (guest.now(), width_of(access.width));
    let moved = guest.board.read_block(access.port, width, buffer, now);
    if moved > 0 {
        return moved.min(buffer.len());
    }
    let buffer = buffer.upto_mut(CHUNK_BY_ITEMS);
    for item in buffer.chunks_exact_mut(size) {
        let value = guest.board.read(access.port, width, now);
        bounds::copy(item, &value.to_le_bytes());
    }
    buffer.len()
}

/// Writes items to a port; the bytes written, at least one item.
fn output<M: GuestRam, H: Host>(
    guest: &mut Guest<M, H>,
    access: &IoAccess,
    buffer: &[u8],
    size: usize,
) -> usize {
    let (now, width) = (guest.now(), width_of(access.width));
    let moved = guest.board.write_block(access.port, width, buffer, now);
    if moved > 0 {
        return moved.min(buffer.len());
    }
    let buffer = buffer.upto(CHUNK_BY_ITEMS);
    for item in buffer.chunks_exact(size) {
        let mut bytes = [0; 4];
        bounds::copy(&mut bytes, item);
        guest
            .board
            .write(access.port, width, u32::from_le_bytes(bytes), now);
    }
    buffer.len()
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
