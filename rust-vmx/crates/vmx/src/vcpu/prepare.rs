//! What an entry needs beside the guest's registers. Most need nothing, and find that out in [`Vcpu::is_ready`].

use super::cache::Cached;
use super::{EntryError, Vcpu};
use crate::controls::{EntryControls, ExitControls, PinControls};
use crate::event::{Event, EventKind};
use crate::field::{control, guest};
use crate::frames::Frames;
use crate::instructions::{self as cpu, InveptType, InvvpidType};
use crate::preemption_timer;
use crate::registers::{cr0, efer};

impl<F: Frames + Clone> Vcpu<F> {
    /// Whether the guest can be entered as it is: the vCPU is loaded, and nothing has changed that the CPU has to be told.
    #[inline]
    pub(super) fn is_ready(&self) -> bool {
        !self.next.is_touched() && !self.cache.is_dirty() && self.ept_seen == self.config.ept.generation()
    }

    /// Brings it about that [`Self::is_ready`].
    #[inline(never)]
    pub(super) fn get_ready(&mut self) -> Result<(), EntryError> {
        self.load()?;
        if self.next.is_touched() {
            self.bring_about()?;
        }
        self.write_cached();
        self.invalidate_physical()?;
        if self.next.broken.is_some()
            && let Some(error) = self.next.broken.take()
        {
            return Err(error);
        }
        #[cfg(debug_assertions)]
        self.check_first_entry()?;
        Ok(())
    }

    fn bring_about(&mut self) -> Result<(), EntryError> {
        self.schedule_held();
        if let Some(event) = self.next.pending.take() {
            self.write_event(event);
        }
        self.write_controls_changed();
        self.invalidate_linear()?;
        if !self.next.timer_armed {
            self.arm_timer();
        }
        let again = self.next.held.is_some() || !self.next.timer_armed;
        self.next.seen(again);
        Ok(())
    }

    /// Writes what was changed since the last exit. The VMCS is current.
    pub(super) fn flush(&mut self) {
        self.write_controls_changed();
        self.write_cached();
    }

    fn write_controls_changed(&mut self) {
        if self.next.primary != self.primary_written {
            self.primary_written = self.next.primary;
            self.set(control::PRIMARY_CONTROLS, self.primary_written);
        }
        if self.next.mode_changed {
            self.next.mode_changed = false;
            let mut word = self.vmcs.root().controls().entry;
            word.set(
                EntryControls::IA32E_MODE_GUEST,
                self.cached(Cached::Efer) & efer::LMA != 0,
            );
            self.set(control::ENTRY_CONTROLS, word);
        }
    }

    fn write_cached(&mut self) {
        while let Some((encoding, value)) = self.cache.take_dirty() {
            self.set_raw(encoding, value);
        }
    }

    /// SDM "Event Injection", 27.6. The CPU clears the field's valid bit at exit.
    fn write_event(&mut self, event: Event) {
        self.had_nmi |= event.kind == EventKind::Nmi;
        // In real mode no exception pushes an error code, and an entry that would is refused (27.2.1.3).
        let real_mode = event.error_code.is_some() && self.cached(Cached::Cr0) & cr0::PE == 0;
        let event = Event {
            error_code: event.error_code.filter(|_| !real_mode),
            ..event
        };
        self.set(control::ENTRY_INTERRUPTION_INFO, event.interruption_info());
        if let Some(code) = event.error_code {
            self.set(control::ENTRY_EXCEPTION_ERROR_CODE, code);
        }
        if event.kind.is_software() {
            self.set(
                control::ENTRY_INSTRUCTION_LENGTH,
                u32::from(event.instruction_length),
            );
        }
    }

    /// INVEPT when guest-physical translations became stale (SDM "Software Invalidation of Cached Information", 29.4.3.3 and 29.4.3.4).
    /// Before the first entry in any case: the EPT pointer may have had another owner.
    fn invalidate_physical(&mut self) -> Result<(), EntryError> {
        let generation = self.config.ept.generation();
        if self.ept_seen == generation {
            return Ok(());
        }
        let single = self.vmcs.root().capabilities().invept_single();
        let kind = if single {
            InveptType::SingleContext
        } else {
            InveptType::AllContexts
        };
        // SAFETY: `Controls::decide` made sure of one of the two.
        let result = unsafe { cpu::invept(kind, self.config.ept.pointer()) };
        self.vmcs.explain("INVEPT", result)?;
        self.ept_seen = generation;
        Ok(())
    }

    /// INVVPID when linear translations became stale, and before the first entry, as for INVEPT.
    fn invalidate_linear(&mut self) -> Result<(), EntryError> {
        if !self.next.flush_vpid {
            return Ok(());
        }
        // Without VPID each entry flushes linear translations by itself (29.4.3.1).
        if let Some(vpid) = &self.vpid {
            let kind = if self.vmcs.root().capabilities().invvpid_single() {
                InvvpidType::SingleContext
            } else {
                InvvpidType::AllContexts
            };
            // SAFETY: `Controls::decide` leaves VPIDs on only with one of the two.
            let result = unsafe { cpu::invvpid(kind, vpid.number()) };
            self.vmcs.explain("INVVPID", result)?;
        }
        self.next.flush_vpid = false;
        Ok(())
    }

    fn arm_timer(&mut self) {
        let controls = self.vmcs.root().controls();
        if !controls.pin.contains(PinControls::PREEMPTION_TIMER) {
            self.next.timer_armed = true;
            return;
        }
        let saved = controls.exit.contains(ExitControls::SAVE_PREEMPTION_TIMER);
        let shift = self.vmcs.root().capabilities().preemption_timer_shift();
        let progress = self.config.progress_ticks;
        let count =
            preemption_timer::count(cpu::rdtsc(), self.next.deadline, self.slice_end, progress, shift);
        self.set(guest::PREEMPTION_TIMER, count);
        self.next.timer_armed = saved;
    }
}
