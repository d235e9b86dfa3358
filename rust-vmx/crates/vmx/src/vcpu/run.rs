//! One entry, one exit.

use super::{EntryError, Vcpu};
use crate::event::{Event, EventKind};
use crate::exit::{Exit, decode, reason};
use crate::field::{exit_info, guest};
use crate::frames::Frames;

/// "NMI unblocking due to IRET" in interruption information and in the qualification of EPT violations.
const NMI_UNBLOCKING: u32 = 1 << 12;
/// The parts of interruption information, and two of their values.
const VECTOR: u32 = 0xFF;
const INTERRUPTION_TYPE: u32 = 7 << 8;
const NMI: u32 = 2 << 8;
const DOUBLE_FAULT: u32 = 8;

/// The exit reasons, one bit each, that are a matter of the guest's instruction and the machine alone. A failed entry is none of them:
/// bit 31 is part of the number then.
const PLAIN: u64 = {
    let mut set = 0;
    let mut number = 0;
    while number < u64::BITS as u16 {
        if reason::is_instruction(number) && number != reason::TASK_SWITCH && number != reason::DEBUG_REGISTER
        {
            set |= 1 << number;
        }
        number += 1;
    }
    set
};

impl<F: Frames + Clone> Vcpu<F> {
    /// Runs the guest until it exits. Loads the vCPU first when it is not loaded; it is loaded afterwards in any case. An event whose
    /// delivery was interrupted by the last exit is delivered again, unless [`Self::inject`] decided otherwise.
    #[inline]
    pub fn run(&mut self) -> Result<Exit, EntryError> {
        loop {
            if !self.is_ready() {
                self.get_ready()?;
            }
            // SAFETY: `new` and `get_ready` made host state and controls sound, and `load` disabled interrupts.
            if let Err(error) = unsafe { self.vmcs.enter(&mut self.registers) } {
                return Err(self.not_entered(error));
            }
            let (exit_reason, rip) = self.exited();
            if exit_reason < u64::BITS && PLAIN >> exit_reason & 1 != 0 {
                self.vmcs.entered();
                let reason = exit_reason as u16;
                return Ok(Exit { reason, rip });
            }
            if let Some(reason) = self.look_closer(exit_reason)? {
                return Ok(Exit { reason, rip });
            }
        }
    }

    /// Reads what every exit needs: why it happened, and where the guest is.
    #[inline]
    fn exited(&mut self) -> (u32, u64) {
        let mut fields = self.vmcs.batch();
        let (reason, rip) = (fields.read(exit_info::EXIT_REASON), fields.read(guest::RIP));
        if let Err((encoding, error)) = fields.end() {
            self.note_field(encoding, error);
        }
        self.cache.restart(rip);
        (reason, rip)
    }

    /// Exits that come between instructions or in the middle of one, those that are the vCPU's own, and failed entries. `None`: the guest
    /// goes on.
    #[inline(never)]
    fn look_closer(&mut self, exit_reason: u32) -> Result<Option<u16>, EntryError> {
        let reason = match self.with_exit_fields(|fields| decode::reason(exit_reason, fields)) {
            Ok(reason) => reason,
            Err(failure) => return Err(self.refused(failure)),
        };
        self.vmcs.entered();
        if reason::may_interrupt_delivery(reason) {
            self.resume_delivery(reason);
        }
        match reason {
            reason::EPT_VIOLATION => {
                self.step_again();
                self.stay_past_breakpoints();
            }
            reason::DEBUG_REGISTER => {}
            _ => self.keep_step_in_shadow(),
        }
        match reason {
            reason::EXCEPTION_OR_NMI => {
                let seen = self.exception();
                // An exception that its own delivery raises again comes back without end, and before any interrupt.
                let over = seen.is_none() && self.slice_over();
                Ok(if over {
                    Some(reason::PREEMPTION_TIMER)
                } else {
                    seen
                })
            }
            // The guest starts to use them: from now on, until it is unloaded, without exits.
            reason::DEBUG_REGISTER if !self.debug.live => {
                self.load_debug_registers();
                self.step_again();
                Ok(None)
            }
            reason => Ok(Some(reason)),
        }
    }

    /// An event whose delivery the exit interrupted must be delivered again.
    fn resume_delivery(&mut self, reason: u16) {
        let vectoring = self.with_exit_fields(|fields| decode::vectoring(fields));
        if vectoring.is_some() {
            self.next.pending = vectoring;
        }
        self.restore_nmi_blocking(reason, vectoring);
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
        // IRET unblocks only what is blocked.
        if !self.had_nmi {
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
