//! Exits for a script.

use vmx::event::Event;
use vmx::exit::{ControlRegisterAccess, EptViolation, ExceptionExit, IoAccess, TaskSwitch, reason as r};

/// An exit with what its handler may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScriptedExit {
    /// What happened.
    pub exit: Exit,
    /// The length of the instruction.
    pub instruction_length: u8,
    /// The event whose delivery it interrupted.
    pub interrupted: Option<Event>,
}

/// What happens in scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// A reason that says it all.
    Plain(u16),
    /// An exception, or what the CPU describes as none.
    Exception(Option<ExceptionExit>),
    /// A task switch.
    TaskSwitch(TaskSwitch),
    /// MOV to or from a control register, CLTS or LMSW.
    ControlRegister(ControlRegisterAccess),
    /// IN, OUT, INS or OUTS.
    Io(IoAccess),
    /// RDMSR of this MSR.
    ReadMsr(u32),
    /// WRMSR of this value to this MSR.
    WriteMsr(u32, u64),
    /// An access that EPT does not allow.
    EptViolation(EptViolation),
}

impl Exit {
    /// The basic exit reason.
    pub fn reason(&self) -> u16 {
        match *self {
            Self::Plain(reason) => reason,
            Self::Exception(_) => r::EXCEPTION_OR_NMI,
            Self::TaskSwitch(_) => r::TASK_SWITCH,
            Self::ControlRegister(_) => r::CONTROL_REGISTER,
            Self::Io(_) => r::IO,
            Self::ReadMsr(_) => r::RDMSR,
            Self::WriteMsr(..) => r::WRMSR,
            Self::EptViolation(_) => r::EPT_VIOLATION,
        }
    }
}

/// An exit of two bytes' length.
pub fn exit(exit: Exit) -> ScriptedExit {
    ScriptedExit {
        exit,
        instruction_length: 2,
        interrupted: None,
    }
}

/// An exit whose reason says it all.
pub fn plain(reason: u16) -> ScriptedExit {
    exit(Exit::Plain(reason))
}
