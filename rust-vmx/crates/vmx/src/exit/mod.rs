//! Why a guest stopped: the basic exit reasons of the SDM (appendix "VMX Basic Exit Reasons"), and what the exit-information fields
//! say about those that have operands. Each is decoded when its handler asks for it, so that no exit pays for another's fields.

pub mod decode;
pub mod reason;

use crate::addr::{Gpa, Gva};
use crate::event::Event;
use crate::state::SegmentName;
use core::fmt;

/// An exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The basic exit reason ([`reason`]).
    pub reason: u16,
    /// The guest's RIP: that of the instruction that caused the exit, or of the next one.
    pub rip: u64,
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
