//! The segment of a string instruction's memory operand. INS and OUTS exit before the CPU looks at it (SDM "Relative Priority
//! of Faults and VM Exits", 26.1.1, puts only privilege and I/O permission first), so its checks are made here.

use crate::cpu::VirtualCpu;
use vmx::event::Event;
use vmx::registers::access;
use vmx::state::{CpuMode, Segment, SegmentName};

/// Type bits of a segment (SDM table 3-1).
mod kind {
    pub const CODE: u32 = 1 << 3;
    /// Of data: valid are the offsets above the limit.
    pub const EXPAND_DOWN: u32 = 1 << 2;
    /// Of data writable, of code readable.
    pub const WRITABLE_OR_READABLE: u32 = 1 << 1;
}

/// The fault of an operand that its segment does not allow: #SS for the stack's, #GP for the others.
pub fn fault(name: SegmentName) -> Event {
    const STACK_FAULT: u8 = 12;
    if name == SegmentName::Ss {
        Event::fault_with_code(STACK_FAULT, 0)
    } else {
        Event::GP
    }
}

/// How many bytes from `offset` on the operand may have. `Err` is the fault when the segment is null, or of a type that
/// does not take the access. 64-bit mode checks none of that (SDM "Segmentation in 64-Bit Mode", 3.2.4).
pub fn reach<C: VirtualCpu>(cpu: &mut C, name: SegmentName, offset: u64, write: bool) -> Result<u64, Event> {
    let protected = match cpu.mode() {
        CpuMode::Long => return Ok(u64::MAX),
        CpuMode::Real | CpuMode::Virtual8086 => false,
        _ => true,
    };
    let segment = cpu.segment(name);
    // Real mode ignores the type (SDM volume 3, 21.1), virtual-8086 mode has only one.
    if protected && (segment.access & access::UNUSABLE != 0 || !takes(&segment, write)) {
        return Err(fault(name));
    }
    Ok(bytes_from(&segment, offset))
}

fn takes(segment: &Segment, write: bool) -> bool {
    let code = segment.access & kind::CODE != 0;
    let open = segment.access & kind::WRITABLE_OR_READABLE != 0;
    if write { !code && open } else { !code || open }
}

/// From `offset` to the end of the segment.
fn bytes_from(segment: &Segment, offset: u64) -> u64 {
    let limit = u64::from(segment.limit);
    if segment.access & (kind::CODE | kind::EXPAND_DOWN) != kind::EXPAND_DOWN {
        return (limit + 1).saturating_sub(offset);
    }
    let last = if segment.access & access::DB != 0 {
        0xFFFF_FFFF
    } else {
        0xFFFF
    };
    if offset > limit {
        (last + 1u64).saturating_sub(offset)
    } else {
        0
    }
}
