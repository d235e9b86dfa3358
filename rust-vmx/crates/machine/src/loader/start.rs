//! The state in which a guest's first instruction runs.

use super::multiboot::Loaded;
use crate::cpu::VirtualCpu;
use vmx::state::{Segment, SegmentName, SystemRegister, gpr};

/// EAX for a kernel that a Multiboot loader started.
const BOOTED: u32 = 0x2BAD_B002;
/// Access rights in the VMCS' format: present, accessed, code or data; the 32-bit ones with granularity and size.
mod access {
    pub const CODE32: u32 = 0xC09B;
    pub const DATA32: u32 = 0xC093;
    pub const CODE16: u32 = 0x9B;
    pub const DATA16: u32 = 0x93;
}
/// A stack in conventional memory, below the boot sector. Multiboot leaves ESP undefined; a valid one hurts nobody.
const STACK: u64 = 0x7C00;
/// CR0 bits.
const CR0_PE: u64 = 1;
/// CR0.ET, always 1. What a reset leaves of CR0 beside it, CD and NW, the firmware has cleared: caches are on.
const CR0_ET: u64 = 1 << 4;
/// RFLAGS bit 1 is always set; IF allows interrupts.
const RFLAGS_FIXED: u64 = 1 << 1;
const RFLAGS_IF: u64 = 1 << 9;

/// How a guest starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// In flat protected mode, as Multiboot says (section "Machine state").
    Multiboot(Loaded),
    /// In real mode at 0000:7C00, as a BIOS enters a boot sector.
    BootSector {
        /// The BIOS number of the drive it came from.
        drive: u8,
    },
}

impl Start {
    /// Brings a CPU that was reset to this start.
    pub fn apply<C: VirtualCpu>(self, cpu: &mut C) {
        match self {
            Self::Multiboot(loaded) => multiboot(cpu, loaded),
            Self::BootSector { drive } => boot_sector(cpu, drive),
        }
    }
}

const DATA_SEGMENTS: [SegmentName; 5] = [
    SegmentName::Ds,
    SegmentName::Es,
    SegmentName::Fs,
    SegmentName::Gs,
    SegmentName::Ss,
];

fn multiboot<C: VirtualCpu>(cpu: &mut C, loaded: Loaded) {
    let flat = |selector, access| Segment {
        selector,
        base: 0,
        limit: 0xFFFF_FFFF,
        access,
    };
    set(cpu, SystemRegister::Cr0, CR0_ET | CR0_PE);
    cpu.set_segment(SegmentName::Cs, flat(0x08, access::CODE32));
    for name in DATA_SEGMENTS {
        cpu.set_segment(name, flat(0x10, access::DATA32));
    }
    let registers = cpu.registers_mut();
    registers.set32(gpr::RAX, BOOTED);
    registers.set32(gpr::RBX, loaded.info);
    set(cpu, SystemRegister::Rsp, STACK);
    set(cpu, SystemRegister::Rip, u64::from(loaded.entry));
    set(cpu, SystemRegister::Rflags, RFLAGS_FIXED);
}

fn boot_sector<C: VirtualCpu>(cpu: &mut C, drive: u8) {
    let real = |access| Segment {
        selector: 0,
        base: 0,
        limit: 0xFFFF,
        access,
    };
    cpu.set_segment(SegmentName::Cs, real(access::CODE16));
    for name in DATA_SEGMENTS {
        cpu.set_segment(name, real(access::DATA16));
    }
    set(cpu, SystemRegister::Cr0, CR0_ET);
    let registers = cpu.registers_mut();
    registers.set32(gpr::RDX, u32::from(drive));
    set(cpu, SystemRegister::Rsp, STACK);
    set(cpu, SystemRegister::Rip, super::flat::ADDRESS);
    // A BIOS enters a boot sector with interrupts enabled.
    set(cpu, SystemRegister::Rflags, RFLAGS_FIXED | RFLAGS_IF);
}

/// Writes a register with a value that is right in every mode, so that no fault can come back.
fn set<C: VirtualCpu>(cpu: &mut C, register: SystemRegister, value: u64) {
    let written = cpu.write(register, value);
    debug_assert!(written.is_ok(), "{register:?} = {value:#x}");
}
