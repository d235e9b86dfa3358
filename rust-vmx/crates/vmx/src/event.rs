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

impl EventKind {
    /// The kind with this number; `None` for 1 and 7, which are no events.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Option<Self> {
        Some(match bits {
            0 => Self::ExternalInterrupt,
            2 => Self::Nmi,
            3 => Self::HardwareException,
            4 => Self::SoftwareInterrupt,
            5 => Self::PrivilegedSoftwareException,
            6 => Self::SoftwareException,
            _ => return None,
        })
    }

    /// Caused by an instruction, so that its length counts: the return address lies behind it.
    #[must_use]
    pub const fn is_software(self) -> bool {
        matches!(
            self,
            Self::SoftwareInterrupt | Self::PrivilegedSoftwareException | Self::SoftwareException
        )
    }

    /// A fault, trap or abort, from the CPU or from an instruction.
    #[must_use]
    pub const fn is_exception(self) -> bool {
        matches!(
            self,
            Self::HardwareException | Self::PrivilegedSoftwareException | Self::SoftwareException
        )
    }
}

impl Event {
    /// An exception whose handler returns to the instruction that raised it. #DB can be one, but only the CPU knows.
    #[must_use]
    pub const fn is_fault(&self) -> bool {
        const TRAPS_AND_ABORTS: u32 = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 8 | 1 << 18;
        self.kind.is_exception() && self.vector < 32 && TRAPS_AND_ABORTS >> self.vector & 1 == 0
    }

    /// The VM-entry interruption-information field that injects the event.
    #[must_use]
    pub const fn interruption_info(&self) -> u32 {
        1 << 31 | (self.error_code.is_some() as u32) << 11 | (self.kind as u32) << 8 | self.vector as u32
    }

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

    /// #DF(0), double fault.
    pub const DF: Self = Self::fault_with_code(8, 0);
    /// #UD, invalid opcode.
    pub const UD: Self = Self::fault(6);
    /// #GP(0), general protection.
    pub const GP: Self = Self::fault_with_code(13, 0);
}

/// What the CPU does with an exception raised while it delivered another event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escalation {
    /// It delivers this exception; the first event is dealt with (or, for a fault, will be raised again).
    Deliver(Event),
    /// It shuts down.
    TripleFault,
}

/// Classes of exceptions for double faults (SDM "Interrupt 8—Double Fault Exception (#DF)", 6.15, table 6-5).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Benign,
    Contributory,
    PageFault,
    DoubleFault,
}

const fn class(event: &Event) -> Class {
    match (event.kind, event.vector) {
        (EventKind::HardwareException, 8) => Class::DoubleFault,
        (EventKind::HardwareException, 0 | 10..=13 | 21) => Class::Contributory,
        (EventKind::HardwareException, 14 | 20) => Class::PageFault,
        _ => Class::Benign,
    }
}

/// What becomes of `second`, an exception raised while `first` was being delivered (same section, table 6-6, "Conditions for
/// Generating a Double Fault").
#[must_use]
pub const fn escalate(first: &Event, second: Event) -> Escalation {
    match (class(first), class(&second)) {
        (Class::DoubleFault, Class::Contributory | Class::PageFault | Class::DoubleFault) => {
            Escalation::TripleFault
        }
        (Class::Contributory, Class::Contributory)
        | (Class::PageFault, Class::Contributory | Class::PageFault) => Escalation::Deliver(Event::DF),
        _ => Escalation::Deliver(second),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PF: Event = Event::fault_with_code(14, 0);

    #[test]
    fn faults_escalate_as_the_table_says() {
        assert_eq!(escalate(&Event::interrupt(0x20), PF), Escalation::Deliver(PF));
        assert_eq!(escalate(&Event::UD, Event::GP), Escalation::Deliver(Event::GP));
        assert_eq!(escalate(&Event::GP, PF), Escalation::Deliver(PF));
        assert_eq!(escalate(&PF, Event::GP), Escalation::Deliver(Event::DF));
        assert_eq!(escalate(&PF, PF), Escalation::Deliver(Event::DF));
        assert_eq!(escalate(&Event::GP, Event::GP), Escalation::Deliver(Event::DF));
        assert_eq!(escalate(&Event::DF, Event::GP), Escalation::TripleFault);
        assert_eq!(escalate(&Event::DF, PF), Escalation::TripleFault);
    }

    #[test]
    fn faults_return_to_their_instruction() {
        let faults = (0..=255).filter(|&vector| Event::fault(vector).is_fault());
        let expected = [0, 5, 6, 7].into_iter().chain(9..18).chain(19..32);
        assert!(faults.eq(expected));
        assert!(!Event::interrupt(13).is_fault());
    }

    #[test]
    fn an_interrupt_with_an_exception_vector_is_still_an_interrupt() {
        let interrupt = Event::interrupt(13);
        assert_eq!(escalate(&interrupt, Event::GP), Escalation::Deliver(Event::GP));
    }
}
