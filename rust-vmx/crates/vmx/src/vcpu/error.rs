//! How a vCPU fails.

use crate::check::Violation;
use crate::error::VmInstructionError;
use crate::exit::EntryFailure;
use crate::vmcs::VmcsError;
use core::fmt;

/// Why a vCPU could not be made or cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryError {
    /// No page frame for the VMCS or the extended state.
    OutOfFrames,
    /// A VMX instruction failed.
    Instruction(VmInstructionError),
    /// A field could not be read or written.
    Field {
        /// Its name.
        name: &'static str,
        /// How the access failed.
        error: VmInstructionError,
    },
    /// VMLAUNCH or VMRESUME failed because of a control or host-state field.
    NotEntered {
        /// What the CPU says.
        error: VmInstructionError,
        /// Which rule of the SDM the field breaks.
        rule: Violation,
    },
    /// The CPU checked the guest state and refused it, after VMLAUNCH or VMRESUME itself succeeded.
    Refused {
        /// What the CPU says.
        failure: EntryFailure,
        /// Which rule of the SDM the guest state breaks, if this library finds one.
        rule: Option<Violation>,
    },
    /// A debug build looked before the first entry and found that the CPU would refuse it.
    Unsound(Violation),
}

impl fmt::Display for EntryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfFrames => f.write_str("the host has no page frame left for a virtual CPU"),
            Self::Instruction(error) => error.fmt(f),
            Self::Field { name, error } => write!(f, "VMCS field {name}: {error}"),
            Self::Refused { failure, rule: None } => failure.fmt(f),
            Self::Refused {
                failure,
                rule: Some(rule),
            } => write!(f, "{failure}: {rule}"),
            Self::NotEntered { error, rule } => write!(f, "{error}: {rule}"),
            Self::Unsound(rule) => write!(
                f,
                "the CPU would refuse the first VM entry ({}): {rule}",
                rule.stage()
            ),
        }
    }
}

impl From<VmInstructionError> for EntryError {
    fn from(error: VmInstructionError) -> Self {
        Self::Instruction(error)
    }
}

impl From<VmcsError> for EntryError {
    fn from(error: VmcsError) -> Self {
        match error {
            VmcsError::OutOfFrames => Self::OutOfFrames,
            VmcsError::Instruction(error) => Self::Instruction(error),
        }
    }
}
