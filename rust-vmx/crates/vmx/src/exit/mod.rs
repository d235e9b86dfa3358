//! Why a guest stopped: every basic exit reason of the SDM (appendix "VMX Basic Exit Reasons") as one value
//! that carries what its handler needs, so that no handler reads the VMCS.

pub mod decode;
pub mod reason;

use crate::addr::{Gpa, Gva};
use crate::event::Event;
use crate::state::SegmentName;
use core::fmt;

/// One VM exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VmExit {
    /// What happened.
    pub exit: Exit,
    /// The basic exit reason as the SDM numbers it, for statistics and reports.
    pub reason: u16,
    /// Length of the instruction that exited; valid for instruction exits and software events.
    pub instruction_length: u8,
    /// The event whose delivery the exit interrupted; it must be delivered again or replaced.
    pub vectoring: Option<Event>,
}

/// The basic exit reasons, with what the exit qualification says decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: an exception of the exception bitmap.
    Exception(ExceptionExit),
    /// 0 with type NMI: an NMI for the host arrived while the guest ran.
    Nmi,
    /// 1: the host has an interrupt to serve.
    ExternalInterrupt,
    /// 2: the guest could not deliver a double fault.
    TripleFault,
    /// 3: an INIT signal.
    Init,
    /// 4: a start-up IPI with its vector.
    StartupIpi(u8),
    /// 5 and 6: an SMI (only with SMM treatment the product does not use).
    Smi,
    /// 7: the guest can take an interrupt now.
    InterruptWindow,
    /// 8: the guest can take an NMI now.
    NmiWindow,
    /// 9: a task switch.
    TaskSwitch(TaskSwitch),
    /// 10 CPUID, 11 GETSEC, 12 HLT and so on: instructions without operands to decode.
    Instruction(Instruction),
    /// 14: INVLPG.
    Invlpg(Gva),
    /// 28: MOV CR, CLTS or LMSW.
    ControlRegister(ControlRegisterAccess),
    /// 29: MOV DR.
    DebugRegister(DebugRegisterAccess),
    /// 30: IN, OUT, INS or OUTS.
    Io(IoAccess),
    /// 31: RDMSR of this MSR.
    ReadMsr(u32),
    /// 32: WRMSR of this value to this MSR.
    WriteMsr(u32, u64),
    /// 37: monitor trap flag.
    MonitorTrap,
    /// 43: TPR below threshold.
    TprBelowThreshold,
    /// 44 APIC access, 45 virtualized EOI, 56 APIC write, with the qualification.
    Apic(ApicExit, u64),
    /// 46 and 47: LGDT, LIDT, LLDT, LTR and their stores.
    DescriptorTable(u32),
    /// 48: an access that EPT does not allow.
    EptViolation(EptViolation),
    /// 49: an EPT entry is malformed: our own mistake.
    EptMisconfiguration(Gpa),
    /// 52: the VMX-preemption timer counted down to zero.
    PreemptionTimer,
    /// 62: the page-modification log is full.
    PmlFull,
    /// A reason this version of the SDM's list does not have here; the raw number.
    Other(u16),
}

/// Instructions that exit and whose operands, if any, are in the general registers.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instruction {
    Cpuid,
    Getsec,
    Hlt,
    Invd,
    Rdpmc,
    Rdtsc,
    Rsm,
    Vmcall,
    Vmclear,
    Vmlaunch,
    Vmptrld,
    Vmptrst,
    Vmread,
    Vmresume,
    Vmwrite,
    Vmxoff,
    Vmxon,
    Mwait,
    Monitor,
    Pause,
    Invept,
    Rdtscp,
    Invvpid,
    Wbinvd,
    Xsetbv,
    Rdrand,
    Invpcid,
    Vmfunc,
    Encls,
    Rdseed,
    Xsaves,
    Xrstors,
    Umwait,
    Tpause,
    Loadiwkey,
    Enclv,
    Pconfig,
}

/// An exception that exited (reason 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionExit {
    /// The event as the guest would have received it; inject it to reflect it.
    pub event: Event,
    /// For #PF the linear address (which is not in CR2 yet), for #DB the conditions, else 0.
    pub qualification: u64,
}

/// IN, OUT, INS or OUTS (SDM "Exit Qualification for I/O Instructions", table 28-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IoAccess {
    /// The port.
    pub port: u16,
    /// 1, 2 or 4 bytes.
    pub width: u8,
    /// IN or INS.
    pub input: bool,
    /// INS or OUTS, with its addressing.
    pub string: Option<StringIo>,
}

/// The addressing of INS and OUTS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringIo {
    /// With a REP prefix.
    pub rep: bool,
    /// The linear address of the first element (VMCS guest-linear address).
    pub linear: Gva,
    /// The segment of the memory operand: ES for INS, for OUTS DS or what a prefix says.
    pub segment: SegmentName,
    /// Address size of the instruction in bytes: 2, 4 or 8. It says how much of RCX, RSI and RDI counts.
    pub address_size: u8,
}

/// What a control-register exit does (table 28-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlRegisterAccess {
    /// MOV to CRn from the general register with this index.
    Write {
        /// 0, 3, 4 or 8.
        control: u8,
        /// Index in [`crate::state::Registers::gpr`].
        register: u8,
    },
    /// MOV from CRn to the general register with this index.
    Read {
        /// 3 or 8.
        control: u8,
        /// Index in [`crate::state::Registers::gpr`].
        register: u8,
    },
    /// CLTS.
    Clts,
    /// LMSW with its source operand.
    Lmsw(u16),
}

/// MOV to or from a debug register (table 28-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DebugRegisterAccess {
    /// 0 to 7.
    pub debug: u8,
    /// From the debug register to the general one.
    pub read: bool,
    /// Index in [`crate::state::Registers::gpr`].
    pub register: u8,
}

/// A task switch (table 28-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskSwitch {
    /// The selector of the new task's TSS.
    pub selector: u16,
    /// 0 CALL, 1 IRET, 2 JMP, 3 task gate in the IDT.
    pub source: u8,
}

/// An EPT violation (table 28-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EptViolation {
    /// The guest-physical address.
    pub gpa: Gpa,
    /// The linear address, when the access had one.
    pub gva: Option<Gva>,
    /// The access was a data read.
    pub read: bool,
    /// The access was a data write.
    pub write: bool,
    /// The access was an instruction fetch.
    pub fetch: bool,
    /// The address is a translation's result (false: a paging-structure entry's).
    pub translated: bool,
    /// What the EPT entries allowed: read 1, write 2, execute 4.
    pub allowed: u8,
}

/// A VM-entry failure that is reported as an exit (SDM "VM-Entry Failures During or After Loading Guest State").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryFailure {
    /// Which step failed.
    pub kind: EntryFailureKind,
    /// The exit qualification: for guest state 2 PDPTE, 3 NMI, 4 VMCS link; for MSR loading the entry's number.
    pub qualification: u64,
}

/// The three entry failures.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryFailureKind {
    GuestState,
    MsrLoading,
    MachineCheck,
    /// An exit reason that the SDM does not list for a failed entry.
    Other(u16),
}

impl fmt::Display for EntryFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let qualification = self.qualification;
        match self.kind {
            // SDM 27.8: what the exit qualification says about invalid guest state.
            EntryFailureKind::GuestState => {
                f.write_str("VM entry failed: invalid guest state")?;
                match qualification {
                    2 => f.write_str(" (PDPTEs)"),
                    3 => f.write_str(" (NMI injected while blocked by STI)"),
                    4 => f.write_str(" (VMCS link pointer)"),
                    _ => Ok(()),
                }
            }
            EntryFailureKind::MsrLoading => {
                write!(f, "VM entry failed: entry {qualification} of the MSR-load list")
            }
            EntryFailureKind::MachineCheck => f.write_str("VM entry failed: machine check"),
            EntryFailureKind::Other(reason) => write!(f, "VM entry failed: exit reason {reason}"),
        }
    }
}

/// The exits of a virtual APIC.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApicExit {
    Access,
    VirtualEoi,
    Write,
}
