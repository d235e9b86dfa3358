//! What becomes of an entry: said by the CPU, and said by the checker.

use crate::exit::reason;
use core::fmt;

/// What the CPU did, or what the checker expects it to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The guest was entered.
    Entered,
    /// VMfailInvalid: there is no current VMCS.
    Invalid,
    /// VMfailValid with the VM-instruction error.
    Error(u32),
    /// An exit with "VM-entry failure": basic reason and qualification.
    Refused(u16, u64),
}

/// VM-instruction errors of failed entries (SDM 31.4, table 31-1).
pub const INVALID_CONTROLS: u32 = 7;
/// The host's state.
pub const INVALID_HOST: u32 = 8;

impl Verdict {
    /// Whether the CPU loaded the host's state from the VMCS on the way (SDM 27.8).
    #[must_use]
    pub const fn loads_host(self) -> bool {
        matches!(self, Self::Entered | Self::Refused(..))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entered => f.write_str("enters"),
            Self::Invalid => f.write_str("VMfailInvalid"),
            Self::Error(number) => write!(f, "VMfailValid {number}"),
            Self::Refused(reason::ENTRY_MSR_LOADING, entry) => write!(f, "refuses MSR {entry} of the list"),
            Self::Refused(reason::ENTRY_GUEST_STATE, 0) => f.write_str("refuses the guest's state"),
            Self::Refused(reason, qualification) => {
                write!(f, "refuses with reason {reason}, qualification {qualification}")
            }
        }
    }
}
