//! Loading, entering, exiting.

use super::cache::Cached;
use super::{EntryError, Vcpu};
use crate::controls::{EntryControls, ExitControls, PinControls, PrimaryControls};
use crate::event::{Event, EventKind};
use crate::exit::{decode, reason};
use crate::field::{control, exit_info, guest};
use crate::frames::Frames;
use crate::instructions::{self as cpu, InveptType, InvvpidType};
use crate::interrupts::InterruptsOff;
use crate::preemption_timer;
use crate::registers::{cr0, efer};

/// The part of a slice, one in so many, that a guest runs at least before a deadline ends it: microseconds.
const PROGRESS: u64 = 1024;
/// DR7's bits L0 to G3: a breakpoint is enabled.
const DR7_ENABLES: u64 = 0xFF;
/// "NMI unblocking due to IRET" in interruption information and in the qualification of EPT violations.
const NMI_UNBLOCKING: u32 = 1 << 12;
/// The parts of interruption information, and two of their values.
const VECTOR: u32 = 0xFF;
const INTERRUPTION_TYPE: u32 = 7 << 8;
const NMI: u32 = 2 << 8;
const DOUBLE_FAULT: u32 = 8;

impl<F: Frames + Clone> Vcpu<F> {
    /// Runs the guest until it exits, and returns the basic exit reason ([`crate::exit::reason`]). Loads the vCPU first when it is not
    /// loaded; it is loaded afterwards in any case. An event whose delivery was interrupted by the last exit is delivered again,
    /// unless [`Self::inject`] decided otherwise.
    pub fn run(&mut self) -> Result<u16, EntryError> {
        self.load()?;
        loop {
            self.prepare()?;
            #[cfg(debug_assertions)]
            self.check_first_entry()?;
            // SAFETY: `new` and `prepare` made host state and controls sound, and `load` disabled interrupts.
            let entered = unsafe { self.vmcs.enter(&mut self.registers) };
            entered.map_err(|error| self.not_entered(error))?;
            match self.exited()? {
                reason::EXCEPTION_OR_NMI => {
                    if let Some(seen) = self.exception() {
                        return Ok(seen);
                    }
                    // An exception that its own delivery raises again comes back without end, and before any interrupt.
                    if self.slice_over() {
                        return Ok(reason::PREEMPTION_TIMER);
                    }
                }
                // The guest starts to use them: from now on, until it is unloaded, without exits.
                reason::DEBUG_REGISTER if !self.debug.live => {
                    self.load_debug_registers();
                    self.step_again();
                }
                reason => return Ok(reason),
            }
        }
    }

    fn load(&mut self) -> Result<(), EntryError> {
        if self.loaded.is_some() {
            return Ok(());
        }
        let interrupts = InterruptsOff::new();
        self.vmcs.make_current()?;
        self.host.refresh(&self.vmcs)?;
        // SAFETY: interrupts stay disabled until `unload`, which undoes all of this. CR2 takes any value.
        unsafe {
            cpu::write_cr2(self.cr2);
            self.msrs.load();
            self.xstate.load();
        }
        self.loaded = Some(interrupts);
        self.barrier_cost += self.config.barriers.raise(self.owner);
        self.slice_end = cpu::rdtsc().saturating_add(self.config.slice_ticks);
        self.next.timer_armed = false;
        if self.get(guest::DR7) & DR7_ENABLES != 0 {
            self.load_debug_registers();
        }
        Ok(())
    }

    fn load_debug_registers(&mut self) {
        // SAFETY: the vCPU is loaded, so interrupts are off until `unload`.
        unsafe { self.debug.load() }
        self.set_primary(PrimaryControls::MOV_DR_EXITING, false);
    }
}

impl<F: Frames> Vcpu<F> {
    /// Takes the guest's state off the CPU and gives the host back its own, interrupt flag included. No effect when the
    /// vCPU is not loaded.
    pub fn unload(&mut self) {
        let Some(interrupts) = self.loaded.take() else {
            return;
        };
        // SAFETY: `load` put all of it there, with interrupts off since then; the kernel's tables are as they were.
        unsafe {
            self.cr2 = cpu::read_cr2();
            self.msrs.unload();
            self.xstate.unload();
            if self.debug.live {
                self.debug.unload();
                self.next.primary.insert(PrimaryControls::MOV_DR_EXITING);
            }
            self.remainder.restore();
        }
        // Here the interrupts that waited are served, and this thread may be switched away.
        drop(interrupts);
    }
}

impl<F: Frames + Clone> Vcpu<F> {
    /// Writes what the next entry needs. The vCPU is loaded.
    #[inline]
    fn prepare(&mut self) -> Result<(), EntryError> {
        if self.next.is_touched() {
            self.bring_about()?;
        }
        self.write_cached();
        self.invalidate_physical()
    }

    #[inline(never)]
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
        if let Some(error) = self.next.broken.take() {
            return Err(error);
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

    #[inline]
    fn write_cached(&mut self) {
        while let Some((encoding, value)) = self.cache.take_dirty() {
            self.set_raw(encoding, value);
        }
    }

    /// SDM "Event Injection", 27.6. The CPU clears the field's valid bit at exit.
    fn write_event(&mut self, event: Event) {
        // In real mode no exception pushes an error code, and an entry that would is refused (27.2.1.3).
        let protected = self.cached(Cached::Cr0) & cr0::PE != 0;
        let event = Event {
            error_code: event.error_code.filter(|_| protected),
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
    #[inline]
    fn invalidate_physical(&mut self) -> Result<(), EntryError> {
        let generation = self.config.ept.generation();
        if self.ept_seen == Some(generation) {
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
        self.ept_seen = Some(generation);
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
        let progress = self.config.slice_ticks / PROGRESS;
        let count =
            preemption_timer::count(cpu::rdtsc(), self.next.deadline, self.slice_end, progress, shift);
        self.set(guest::PREEMPTION_TIMER, count);
        self.next.timer_armed = saved;
    }

    /// Reads what every exit needs: its reason, where the guest is, and which event it interrupted.
    #[inline]
    fn exited(&mut self) -> Result<u16, EntryError> {
        let (raw, rip) =
            self.batch(|fields| (fields.read(exit_info::EXIT_REASON), fields.read(guest::RIP)));
        self.cache.restart(rip);
        let reason = match self.with_exit_fields(|fields| decode::reason(raw, fields)) {
            Ok(reason) => reason,
            Err(failure) => return Err(self.refused(failure)),
        };
        self.vmcs.entered();
        if reason::may_interrupt_delivery(reason) {
            self.resume_delivery(reason);
        }
        Ok(reason)
    }

    /// An event whose delivery the exit interrupted must be delivered again.
    fn resume_delivery(&mut self, reason: u16) {
        let vectoring = self.with_exit_fields(|fields| decode::vectoring(fields));
        if vectoring.is_some() {
            self.next.pending = vectoring;
        }
        self.restore_nmi_blocking(reason, vectoring);
        if reason == reason::EPT_VIOLATION {
            self.step_again();
        } else {
            self.keep_step_in_shadow();
        }
    }

    /// Virtual NMIs are blocked while one is handled. Two exits say otherwise than the guest state should (SDM "Information About NMI
    /// Unblocking Due to IRET", 28.2.3, and "Resuming Guest Software after Handling an Exception", 34.7.1.2): one during the delivery
    /// of an NMI, which will be delivered again and must not find itself blocked; and a fault of the IRET that ends the handler,
    /// which will be executed again.
    fn restore_nmi_blocking(&mut self, reason: u16, vectoring: Option<Event>) {
        if let Some(event) = vectoring {
            if event.kind == EventKind::Nmi {
                let mut state = self.interruptibility();
                state.nmi = false;
                self.set_interruptibility(state);
            }
            return;
        }
        let unblocking = match reason {
            reason::EXCEPTION_OR_NMI => {
                let info = self.get(exit_info::EXIT_INTERRUPTION_INFO);
                info & NMI_UNBLOCKING != 0 && info & INTERRUPTION_TYPE != NMI && info & VECTOR != DOUBLE_FAULT
            }
            reason::EPT_VIOLATION => self.qualification() & u64::from(NMI_UNBLOCKING) != 0,
            _ => false,
        };
        if unblocking {
            let mut state = self.interruptibility();
            state.nmi = true;
            self.set_interruptibility(state);
        }
    }
}
