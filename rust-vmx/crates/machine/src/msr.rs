//! What the model-specific registers are to a guest: one table. A register that is not in it does not exist, and touching
//! it is #GP(0), as on a processor without it.

use crate::cpu::VirtualCpu;
use serde::{Deserialize, Serialize};
use vmx::event::Event;
use vmx::state::{Segment, SegmentName, SystemRegister};

/// Which accesses to an MSR do not exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passes {
    Nothing,
    Reads,
    All,
}

use Passes::{All, Nothing, Reads};

/// What an MSR is backed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// A register of the CPU, and what of it does not exit.
    Register(SystemRegister, Passes),
    /// The base of a segment register; reads and writes do not exit.
    Base(SegmentName),
    /// The time stamp counter; reads do not exit.
    Tsc,
    /// The APIC's base: a stored value, since there is no APIC behind it. The host's own APIC is never touched.
    ApicBase,
    /// IA32_MISC_ENABLE: a stored value, in which a few bits tell facts.
    MiscEnable,
    /// A constant; writes are ignored.
    Constant(u64),
    /// A constant; writes are #GP(0), as for every read-only MSR (SDM volume 2, "WRMSR").
    ReadOnly(u64),
}

use Rule::{ApicBase, Base, Constant, MiscEnable, ReadOnly, Register, Tsc};

macro_rules! msrs {
    ($($number:literal => $rule:expr;)*) => {
        /// All that exist.
        const NUMBERS: &[u32] = &[$($number),*];

        /// What an MSR is backed by; `Err` is the #GP of one that does not exist.
        #[inline]
        const fn rule(msr: u32) -> Result<Rule, Event> {
            Ok(match msr {
                $($number => $rule,)*
                _ => return Err(Event::GP),
            })
        }
    };
}

// Number, backing. The reasons stand above the rows.
msrs! {
    // IA32_TIME_STAMP_COUNTER: the offset belongs to the VM. The CPU adds it when the guest reads.
    0x10 => Tsc;
    // IA32_PLATFORM_ID: no microcode is loaded by a guest, so one platform is as good as another.
    0x17 => ReadOnly(0);
    0x1B => ApicBase;
    // IA32_BIOS_SIGN_ID: written with 0 before CPUID to ask for the microcode's revision; there is none.
    0x8B => Constant(0);
    // The system call registers of 32-bit code live in the VMCS.
    0x174 => Register(SystemRegister::SysenterCs, All);
    0x175 => Register(SystemRegister::SysenterEsp, All);
    0x176 => Register(SystemRegister::SysenterEip, All);
    // IA32_MCG_CAP: no bank reports machine checks. Kernels read it before they ask CPUID.
    0x179 => ReadOnly(0);
    0x1A0 => MiscEnable;
    // IA32_DEBUGCTL: last branch records and single-stepping of branches; checked by the CPU.
    0x1D9 => Register(SystemRegister::DebugCtl, Nothing);
    // IA32_PAT: a bad type is #GP, and the host's own must not be replaced: it is switched at entry and exit.
    0x277 => Register(SystemRegister::Pat, Nothing);
    // IA32_EFER: LME and LMA decide about the kind of the next entry, so writes are looked at. Each entry loads the guest's value, which
    // it may read.
    0xC000_0080 => Register(SystemRegister::Efer, Reads);
    // The system call registers of 64-bit code are exchanged when another vCPU comes.
    0xC000_0081 => Register(SystemRegister::Star, All);
    0xC000_0082 => Register(SystemRegister::Lstar, All);
    0xC000_0083 => Register(SystemRegister::Cstar, All);
    // IA32_FMASK and IA32_TSC_AUX have 32 bits; not every emulator refuses the others, so it is decided here.
    0xC000_0084 => Register(SystemRegister::Sfmask, Nothing);
    // FS and GS base live in the VMCS; a context switch of the guest writes them, so they are passed.
    0xC000_0100 => Base(SegmentName::Fs);
    0xC000_0101 => Base(SegmentName::Gs);
    0xC000_0102 => Register(SystemRegister::KernelGsBase, All);
    0xC000_0103 => Register(SystemRegister::TscAux, Nothing);
}

/// IA32_APIC_BASE after a reset: at its usual place, boot processor, and globally disabled, as there is none.
const APIC_BASE_RESET: u64 = 0xFEE0_0000 | 1 << 8;
/// The bits of IA32_APIC_BASE that exist here: the base up to bit 35, and the global enable.
const APIC_BASE_WRITABLE: u64 = 0xF_FFFF_F000 | 1 << 11;

/// IA32_MISC_ENABLE after a reset: fast strings; no branch trace store, no event sampling.
const MISC_ENABLE_RESET: u64 = 1 | MISC_ENABLE_FACTS;
/// Its bits that only tell facts: what there is not.
const MISC_ENABLE_FACTS: u64 = 1 << 11 | 1 << 12;
/// Its bits that a guest finds again as it wrote them (SDM volume 4, table 2-2): fast strings, thermal control, SpeedStep, MONITOR, the
/// limit of CPUID, xTPR messages, and no execute-disable. They are for firmware to set before a kernel looks; nothing behind them changes.
const MISC_ENABLE_WRITABLE: u64 = 1 | 1 << 3 | 1 << 16 | 1 << 18 | 1 << 22 | 1 << 23 | 1 << 34;

/// The MSRs of a vCPU that no CPU register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Msrs {
    apic_base: u64,
    misc_enable: u64,
}

impl Default for Msrs {
    fn default() -> Self {
        Self {
            apic_base: APIC_BASE_RESET,
            misc_enable: MISC_ENABLE_RESET,
        }
    }
}

/// The MSRs that a guest reads without an exit.
pub fn read_freely() -> impl Iterator<Item = u32> {
    numbers_of(|rule| matches!(rule, Register(_, Reads | All) | Base(_) | Tsc))
}

/// The MSRs that a guest writes without an exit.
pub fn written_freely() -> impl Iterator<Item = u32> {
    numbers_of(|rule| matches!(rule, Register(_, All) | Base(_)))
}

fn numbers_of(wanted: fn(Rule) -> bool) -> impl Iterator<Item = u32> {
    NUMBERS
        .iter()
        .copied()
        .filter(move |msr| rule(*msr).is_ok_and(wanted))
}

impl Msrs {
    /// RDMSR.
    pub fn read<C: VirtualCpu>(&self, cpu: &mut C, msr: u32) -> Result<u64, Event> {
        match rule(msr)? {
            Register(register, _) => Ok(cpu.read(register)),
            Base(name) => Ok(cpu.segment(name).base),
            Tsc => Ok(cpu.host_tsc().wrapping_add(cpu.tsc_offset())),
            ApicBase => Ok(self.apic_base),
            MiscEnable => Ok(self.misc_enable),
            Constant(value) | ReadOnly(value) => Ok(value),
        }
    }

    /// WRMSR.
    pub fn write<C: VirtualCpu>(&mut self, cpu: &mut C, msr: u32, value: u64) -> Result<(), Event> {
        match rule(msr)? {
            Register(register, _) => cpu.write(register, value),
            Base(name) => {
                if value.wrapping_add(1 << 47) >> 48 != 0 {
                    // Not canonical.
                    return Err(Event::GP);
                }
                let segment = cpu.segment(name);
                cpu.set_segment(
                    name,
                    Segment {
                        base: value,
                        ..segment
                    },
                );
                Ok(())
            }
            Tsc => {
                let offset = value.wrapping_sub(cpu.host_tsc());
                cpu.set_tsc_offset(offset);
                Ok(())
            }
            ApicBase => {
                // The boot-processor flag is read-only; everything else is reserved (SDM "Local APIC Status and Location").
                if value & !(APIC_BASE_WRITABLE | 1 << 8) != 0 {
                    return Err(Event::GP);
                }
                self.apic_base = value & APIC_BASE_WRITABLE | 1 << 8;
                Ok(())
            }
            MiscEnable => {
                self.misc_enable = value & MISC_ENABLE_WRITABLE | MISC_ENABLE_FACTS;
                Ok(())
            }
            Constant(_) => Ok(()),
            ReadOnly(_) => Err(Event::GP),
        }
    }
}
