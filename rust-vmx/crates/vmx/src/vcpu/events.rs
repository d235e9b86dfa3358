//! Events for the guest (SDM "Event Injection", 27.6) and windows (26.2, "Other Causes of VM Exits").

use super::Vcpu;
use super::cache::Cached;
use crate::controls::PrimaryControls;
use crate::event::{Escalation, Event, EventKind, escalate};
use crate::frames::Frames;
use crate::registers::rflags;

/// A fault while a double fault was being delivered: the CPU shuts down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TripleFault;

impl<F: Frames + Clone> Vcpu<F> {
    /// Delivers an event to the guest on the next entry. An exception while another event's delivery was interrupted
    /// becomes what the SDM says (double fault, or the second alone); a third fault is the error [`TripleFault`]. For an external
    /// interrupt [`Self::accepts_interrupt`] must hold.
    pub fn inject(&mut self, event: Event) -> Result<(), TripleFault> {
        self.save_resume_flag(&event);
        self.keep_step_in_shadow();
        let Some(first) = self.next.pending else {
            self.next.pending = Some(event);
            return Ok(());
        };
        if !event.kind.is_exception() {
            // It was not asked whether the guest accepts it; the first event is not lost for that.
            log::warn!("vector {} injected over vector {}", event.vector, first.vector);
            self.next.held = Some(event);
            return Ok(());
        }
        match escalate(&first, event) {
            Escalation::TripleFault => return Err(TripleFault),
            Escalation::Deliver(event) => self.next.pending = Some(event),
        }
        // The interrupt controller counts an interrupt as delivered; the instruction of a software event runs again.
        if matches!(first.kind, EventKind::ExternalInterrupt | EventKind::Nmi) {
            self.next.held = Some(first);
        }
        Ok(())
    }

    /// The event that the next entry will deliver.
    pub fn pending(&self) -> Option<Event> {
        self.next.pending.or(self.next.held)
    }

    /// Whether an external interrupt can be injected now: RFLAGS.IF is set, nothing blocks, no other event is pending. Debug
    /// traps come before interrupts (SDM table 6-2).
    pub fn accepts_interrupt(&mut self) -> bool {
        self.pending().is_none() && self.interrupts_open() && !self.debug_trap_pending()
    }

    fn interrupts_open(&mut self) -> bool {
        if self.cached(Cached::Rflags) & rflags::IF == 0 {
            return false;
        }
        let blocking = self.interruptibility();
        !blocking.sti && !blocking.mov_ss
    }

    fn nmis_open(&mut self) -> bool {
        let blocking = self.interruptibility();
        // Blocking by STI holds NMIs off on some CPUs only; an entry that injects one then may be refused (SDM 27.3.1.5).
        !blocking.nmi && !blocking.mov_ss && !blocking.sti
    }

    /// Asks for an exit as soon as the guest accepts an interrupt ([`crate::exit::reason::INTERRUPT_WINDOW`]), or no longer.
    pub fn set_interrupt_window(&mut self, wanted: bool) {
        self.set_primary(PrimaryControls::INTERRUPT_WINDOW_EXITING, wanted);
    }

    /// Asks for an exit as soon as the guest accepts an NMI ([`crate::exit::reason::NMI_WINDOW`]), or no longer.
    pub fn set_nmi_window(&mut self, wanted: bool) {
        self.set_primary(PrimaryControls::NMI_WINDOW_EXITING, wanted);
    }

    pub(super) fn set_primary(&mut self, control: PrimaryControls, on: bool) {
        if self.next.primary.contains(control) != on {
            self.next.primary.set(control, on);
        }
    }

    /// Whether the next entry delivers an event, which ends a halt.
    pub fn event_due(&mut self) -> bool {
        self.next.pending.is_some() || self.held_is_due()
    }

    /// Whether the event that waits behind an exception can be delivered. Debug traps come first, and would be lost (SDM "Delivery of
    /// Pending Debug Exceptions after VM Entry", 27.7.3).
    fn held_is_due(&mut self) -> bool {
        let open = match self.next.held {
            None => false,
            Some(event) if event.kind == EventKind::Nmi => self.nmis_open(),
            Some(_) => self.interrupts_open(),
        };
        open && self.next.pending.is_none() && !self.debug_trap_pending()
    }

    /// Before an entry: a held interrupt takes its turn, or asks for the window in which it can.
    pub(super) fn schedule_held(&mut self) {
        let Some(event) = self.next.held else { return };
        let nmi = event.kind == EventKind::Nmi;
        if self.held_is_due() {
            self.next.pending = self.next.held.take();
            // Interrupts get their window from the machine before each entry; this one nobody else closes, and left open it
            // would exit before every instruction.
            if nmi {
                self.set_nmi_window(false);
            }
        } else if nmi {
            self.set_nmi_window(true);
        } else {
            self.set_interrupt_window(true);
        }
    }
}
