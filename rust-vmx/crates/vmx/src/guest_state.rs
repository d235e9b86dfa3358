//! The guest's state after a reset (SDM "Processor State After Reset", 10.1.1, table 10-1), in the form VM entry checks ask for
//! (27.3.1): an accessed code segment, a busy TSS.

use crate::registers::cr0;
use crate::state::{Segment, SegmentName};

/// CR0: caches off, extension type fixed to 1.
pub(crate) const CR0: u64 = cr0::CD | cr0::NW | cr0::ET;
/// RIP; with the base of CS the first instruction lies 16 bytes below 4 GiB.
pub(crate) const RIP: u64 = 0xFFF0;
/// RFLAGS: only the bit that is always 1.
pub(crate) const RFLAGS: u64 = 2;
/// DR6.
pub(crate) const DR6: u64 = 0xFFFF_0FF0;
/// DR7.
pub(crate) const DR7: u64 = 0x400;
/// IA32_PAT: WB, WT, UC-, UC, twice (SDM table 12-12).
pub(crate) const PAT: u64 = 0x0007_0406_0007_0406;
/// Limit of GDTR and IDTR.
pub(crate) const TABLE_LIMIT: u32 = 0xFFFF;
/// The VMCS link pointer: no shadow VMCS (SDM 25.4.2).
pub(crate) const NO_LINK: u64 = u64::MAX;

/// Present, code or data, accessed.
const DATA: u32 = 0x93;
const CODE: u32 = 0x9B;
/// Present LDT.
const LDT: u32 = 0x82;
/// Present busy 32-bit TSS: VM entry takes no other outside IA-32e mode.
const BUSY_TSS: u32 = 0x8B;

const fn segment(selector: u16, base: u64, access: u32) -> Segment {
    Segment {
        selector,
        base,
        limit: 0xFFFF,
        access,
    }
}

/// The segment registers, LDTR and TR.
pub(crate) const SEGMENTS: [(SegmentName, Segment); 8] = [
    (SegmentName::Es, segment(0, 0, DATA)),
    (SegmentName::Cs, segment(0xF000, 0xFFFF_0000, CODE)),
    (SegmentName::Ss, segment(0, 0, DATA)),
    (SegmentName::Ds, segment(0, 0, DATA)),
    (SegmentName::Fs, segment(0, 0, DATA)),
    (SegmentName::Gs, segment(0, 0, DATA)),
    (SegmentName::Ldtr, segment(0, 0, LDT)),
    (SegmentName::Tr, segment(0, 0, BUSY_TSS)),
];
