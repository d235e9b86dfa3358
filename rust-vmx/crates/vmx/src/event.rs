//! Events delivered through the guest's IDT.

use serde::{Deserialize, Serialize};

/// An event for a guest, as VM-entry interruption information describes it (SDM "VM-Entry Controls for Event
/// Injection", 25.8.3) and IDT-vectoring information reports it (25.9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What kind of event it is.
    pub kind: EventKind,
    /// The vector in the guest's IDT.
    pub vector: u8,
    /// The error code to push, for the hardware exceptions that have one.
    pub error_code: Option<u32>,
    /// Length of the instruction that caused it; only for the software kinds.
    pub instruction_length: u8,
}

/// The interruption types of the SDM, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum EventKind {
    /// An interrupt from the guest's interrupt controller.
    ExternalInterrupt = 0,
    /// A non-maskable interrupt.
    Nmi = 2,
    /// A fault, trap or abort of the CPU.
    HardwareException = 3,
    /// INT n.
    SoftwareInterrupt = 4,
    /// INT1.
    PrivilegedSoftwareException = 5,
    /// INT3 or INTO.
    SoftwareException = 6,
}

impl Event {
    /// An interrupt from the interrupt controller.
    #[must_use]
    pub const fn interrupt(vector: u8) -> Self {
        Self {
            kind: EventKind::ExternalInterrupt,
            vector,
            error_code: None,
            instruction_length: 0,
        }
    }

    /// A fault without an error code.
    #[must_use]
    pub const fn fault(vector: u8) -> Self {
        Self {
            kind: EventKind::HardwareException,
            vector,
            error_code: None,
            instruction_length: 0,
        }
    }

    /// A fault with an error code.
    #[must_use]
    pub const fn fault_with_code(vector: u8, error_code: u32) -> Self {
        Self {
            kind: EventKind::HardwareException,
            vector,
            error_code: Some(error_code),
            instruction_length: 0,
        }
    }

    /// #UD, invalid opcode.
    pub const UD: Self = Self::fault(6);
    /// #GP(0), general protection.
    pub const GP: Self = Self::fault_with_code(13, 0);
}
