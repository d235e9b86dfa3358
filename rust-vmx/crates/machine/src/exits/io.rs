//! IN, OUT, INS and OUTS.
//!
//! A repeated string instruction is carried out in chunks: after each one the registers say how far it came, and the
//! instruction is left to run again, as after an interrupt on a real processor. So a long one cannot hold the host up.

use super::{Outcome, segment};
use crate::bus::width_of;
use crate::cpu::VirtualCpu;
use crate::failure::Failure;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::memory::MemoryError;
use crate::paging::{Access, TranslationError, Walker};
use vmx::addr::{Gpa, Gva, PAGE_SIZE};
use vmx::exit::{IoAccess, StringIo};
use vmx::state::SystemRegister;
use vmx::state::gpr::{RAX, RCX, RDI, RSI};

/// The most bytes of one chunk: a disk sector.
const CHUNK: usize = 512;
/// RFLAGS.DF: strings run downwards.
const RFLAGS_DF: u64 = 1 << 10;

/// Handles an access to a port.
pub fn handle<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &mut Guest<M, H>,
    access: &IoAccess,
) -> Outcome {
    let now = guest.now();
    let width = width_of(access.width);
    match &access.string {
        Some(string) => string_io(cpu, guest, access, string),
        None if access.input => {
            let value = guest.board.read(access.port, width, now);
            let registers = cpu.registers_mut();
            match access.width {
                1 => registers.gpr[RAX] = registers.gpr[RAX] & !0xFF | u64::from(value),
                2 => registers.gpr[RAX] = registers.gpr[RAX] & !0xFFFF | u64::from(value),
                _ => registers.set32(RAX, value),
            }
            Outcome::Done
        }
        None => {
            let value = cpu.registers().low32(RAX);
            guest.board.write(access.port, width, value, now);
            Outcome::Done
        }
    }
}

/// The memory operand of a chunk: one or two stretches of physical memory, since it crosses at most one page border.
struct Span {
    pieces: [(Gpa, usize); 2],
    length: usize,
}

fn string_io<C: VirtualCpu, M: GuestRam, H: Host>(
    cpu: &mut C,
    guest: &mut Guest<M, H>,
    access: &IoAccess,
    string: &StringIo,
) -> Outcome {
    let size = usize::from(access.width.clamp(1, 4));
    let address_mask = match string.address_size {
        2 => 0xFFFF,
        4 => 0xFFFF_FFFF,
        _ => u64::MAX,
    };
    let index = if access.input { RDI } else { RSI };
    let down = cpu.read(SystemRegister::Rflags) & RFLAGS_DF != 0;
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
    let items = if down {
        1
    } else {
        // The offset wraps inside the address size; a chunk ends there.
        let bytes_to_wrap = (address_mask - offset).saturating_add(1);
        count
            .min((CHUNK / size) as u64)
            .min((bytes_to_wrap / size as u64).max(1))
            .min(within)
    };
    let walker = Walker::new(cpu);
    let kind = if access.input { Access::Write } else { Access::Read };
    let span = match span(
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
    let mut buffer = [0; CHUNK];
    let moved = if access.input {
        let moved = input(guest, access, &mut buffer[..span.length], size);
        let copied = copy(&span, moved, |at, range| guest.memory.write(at, &buffer[range]));
        if let Err(error) = copied {
            return Outcome::Fail(Failure::Memory(error));
        }
        moved
    } else {
        let copied = copy(&span, span.length, |at, range| {
            guest.memory.read(at, &mut buffer[range])
        });
        if let Err(error) = copied {
            return Outcome::Fail(Failure::Memory(error));
        }
        output(guest, access, &buffer[..span.length], size)
    };
    let done = (moved / size) as u64;
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
        Outcome::Done
    } else {
        Outcome::Resume
    }
}

/// Translates the operand. A fault on the second page shortens the chunk to what lies on the first, in whole items; the
/// fault comes when the instruction runs again.
fn span(
    walker: &Walker,
    memory: &mut impl GuestRam,
    linear: Gva,
    length: usize,
    size: usize,
    access: Access,
) -> Result<Span, TranslationError> {
    let first = walker.translate(memory, linear, access)?;
    let on_first = (PAGE_SIZE as usize - linear.page_offset()).min(length);
    if on_first == length {
        return Ok(Span {
            pieces: [(first, length), (first, 0)],
            length,
        });
    }
    match walker.translate(memory, Gva(linear.0.wrapping_add(on_first as u64)), access) {
        Ok(second) => Ok(Span {
            pieces: [(first, on_first), (second, length - on_first)],
            length,
        }),
        Err(error) if on_first < size => Err(error),
        Err(_) => {
            let length = on_first - on_first % size;
            Ok(Span {
                pieces: [(first, length), (first, 0)],
                length,
            })
        }
    }
}

/// Copies the first `length` bytes of a span, piece by piece. Where there is no memory the bus swallows the write, and the
/// buffer keeps its zeros on a read: a device's address is no place for a string of bytes from a port. Where there is memory
/// but the host has none left for it, what came from the port would be lost: that is the error.
fn copy(
    span: &Span,
    length: usize,
    mut transfer: impl FnMut(Gpa, core::ops::Range<usize>) -> Result<(), MemoryError>,
) -> Result<(), MemoryError> {
    let mut start = 0;
    for (at, size) in span.pieces {
        let end = (start + size).min(length);
        if start < end {
            match transfer(at, start..end) {
                Err(MemoryError::NotRam(_)) => log::debug!("string I/O outside guest memory at {at}"),
                result => result?,
            }
        }
        start = end;
    }
    Ok(())
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
    for item in buffer.chunks_exact_mut(size) {
        let value = guest.board.read(access.port, width, now);
        item.copy_from_slice(&value.to_le_bytes()[..size]);
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
    for item in buffer.chunks_exact(size) {
        let mut bytes = [0; 4];
        bytes[..size].copy_from_slice(item);
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
