//! Exceptions that exit whether the machine asked for them or not, because the host is at stake.
//!
//! * #MC belongs to the host: the machine that failed is the real one.
//! * #DB and #AC can be raised by their own delivery (a breakpoint on the handler's stack, an unaligned stack), so that the CPU
//!   would go on delivering them for ever without taking an interrupt: the guest gets them by injection, every round is an exit, and
//!   the last of a slice gives the host its turn.

use super::Vcpu;
use crate::event::{Event, EventKind};
use crate::exit::{ExceptionExit, reason};
use crate::field::{Natural, guest};
use crate::frames::Frames;
use crate::instructions as cpu;

const DEBUG: u8 = 1;
const ALIGNMENT_CHECK: u8 = 17;
const MACHINE_CHECK: u8 = 18;

/// The bits of the exception bitmap that are always set.
pub(super) const ALWAYS: u32 = 1 << DEBUG | 1 << ALIGNMENT_CHECK | 1 << MACHINE_CHECK;

/// What a #DB reports in its exit qualification: B0 to B3, BD, BS (SDM table 28-1). It is for DR6, which the exit leaves as it was.
const CONDITIONS: u64 = 0x600F;
/// DR6 bits that one #DB replaces: B0 to B3. BD and BS only accumulate (SDM "Debug Status Register (DR6)", 18.2.3).
const BREAKPOINTS: u64 = 0xF;
/// DR7.GD, which the CPU clears when it delivers a #DB.
const GENERAL_DETECT: u64 = 1 << 13;
/// IA32_DEBUGCTL.LBR and BTF, which a #DB ends (SDM "Monitoring Branches, Exceptions, and Interrupts", 18.4.2, and "Single-Stepping on
/// Branches", 18.4.3).
const TRACING: u64 = 0b11;

/// DR6 after a #DB with these conditions.
pub(super) const fn dr6_after(dr6: u64, qualification: u64) -> u64 {
    dr6 & !BREAKPOINTS | qualification & CONDITIONS
}

/// Whether a #DB sets bits of DR6. That of INT1 does not (SDM volume 2, "INT n/INTO/INT3/INT1"), even where traps were held off that
/// end with it and some CPUs put those into the qualification.
const fn reports_conditions(event: &Event) -> bool {
    matches!(event.kind, EventKind::HardwareException)
}

impl<F: Frames + Clone> Vcpu<F> {
    /// Deals with exit reason 0. `None`: the guest goes on (with the exception injected); otherwise the reason that the machine gets to
    /// see: what was the host's looks like an interrupt for it.
    pub(super) fn exception(&mut self) -> Option<u16> {
        let Some(ExceptionExit { event, qualification }) = self.exception_exit() else {
            return Some(reason::EXCEPTION_OR_NMI);
        };
        if event.kind == EventKind::Nmi {
            // SAFETY: the kernel has an NMI handler. Its IRET ends the blocking of NMIs that this exit left.
            unsafe { cpu::software_nmi() }
            return Some(reason::EXTERNAL_INTERRUPT);
        }
        match event.vector {
            MACHINE_CHECK => {
                // SAFETY: the kernel has a handler for #MC; what it does about it is the kernel's decision.
                unsafe { cpu::software_machine_check() }
                Some(reason::EXTERNAL_INTERRUPT)
            }
            vector if self.config.exception_bitmap & 1 << (vector & 31) != 0 => {
                Some(reason::EXCEPTION_OR_NMI)
            }
            DEBUG => {
                self.record_debug(&event, qualification);
                self.deliver(event)
            }
            ALIGNMENT_CHECK => self.deliver(event),
            _ => Some(reason::EXCEPTION_OR_NMI),
        }
    }

    fn deliver(&mut self, event: Event) -> Option<u16> {
        self.inject(event).err().map(|_| reason::TRIPLE_FAULT)
    }

    /// What a CPU does to the debug registers and IA32_DEBUGCTL before it calls the handler, and leaves undone when it exits (SDM
    /// "Architectural State Before a VM Exit", 28.1).
    fn record_debug(&mut self, event: &Event, qualification: u64) {
        if reports_conditions(event) {
            self.debug.update_dr6(|dr6| dr6_after(dr6, qualification));
        }
        let dr7 = self.get::<_, Natural, _>(guest::DR7);
        if dr7 & GENERAL_DETECT != 0 {
            self.set(guest::DR7, dr7 & !GENERAL_DETECT);
        }
        let debugctl: u64 = self.get(guest::DEBUGCTL);
        if debugctl & TRACING != 0 {
            self.set(guest::DEBUGCTL, debugctl & !TRACING);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest_state::DR6;

    #[test]
    fn int1_has_no_conditions() {
        let icebp = Event {
            kind: EventKind::PrivilegedSoftwareException,
            ..Event::fault(DEBUG)
        };
        assert!(!reports_conditions(&icebp) && reports_conditions(&Event::fault(DEBUG)));
    }

    #[test]
    fn dr6_tells_the_conditions_of_the_last_debug_exception() {
        assert_eq!(dr6_after(DR6, 1 << 14), DR6 | 1 << 14);
        assert_eq!(dr6_after(DR6 | 0b0011, 0b0100), DR6 | 0b0100);
        assert_eq!(dr6_after(DR6 | 1 << 14, 0b0001), DR6 | 1 << 14 | 1);
        // Bits 12 and 16 of the qualification have no place in DR6.
        assert_eq!(dr6_after(DR6, 1 << 12 | 1 << 16), DR6);
    }
}
