//! The end of an instruction that was carried out for the guest, and debug exceptions that become pending there (SDM "Guest
//! Non-Register State", 25.4.2, table 25-4).

use super::Vcpu;
use super::cache::Cached;
use crate::breakpoint::{Breakpoints, Watched};
use crate::event::{Event, EventKind};
use crate::field::{exit_info, guest};
use crate::frames::Frames;
use crate::registers::{cr4, rflags};
use crate::state::CpuMode;

/// Pending debug exceptions: an enabled breakpoint was met.
const ENABLED_BREAKPOINT: u64 = 1 << 12;
/// Pending debug exceptions: BS, a single step.
const STEP: u64 = 1 << 14;
/// Interruptibility: blocking by STI, blocking by MOV SS.
const SHADOW: u32 = 0b11;

impl<F: Frames + Clone> Vcpu<F> {
    /// Finishes the instruction that exited, which was carried out: as [`Self::skip_instruction`] with its length.
    #[inline(always)]
    pub fn finish_instruction(&mut self) {
        match self.plainly_next() {
            Some(rip) => self.put_rip(rip),
            None => self.finish_with_care(),
        }
    }

    /// Where the next instruction is, if moving RIP there is all that there is to do.
    #[inline]
    fn plainly_next(&self) -> Option<u64> {
        // Whoever had a look at the rest may have changed it.
        let rip = self.cache.rip_alone().filter(|_| self.loaded.is_some())?;
        let mut fields = self.vmcs.batch();
        let length: u32 = fields.read(exit_info::INSTRUCTION_LENGTH);
        let flags = fields.read(guest::RFLAGS);
        let blocking = fields.read(guest::INTERRUPTIBILITY);
        // What cannot be read is asked for again there, and reported.
        fields.end().ok()?;
        let next = rip.wrapping_add(u64::from(length));
        let plain =
            flags & (rflags::RF | rflags::TF) == 0 && blocking & SHADOW == 0 && (rip ^ next) >> 32 == 0;
        plain.then_some(next)
    }

    #[inline(never)]
    fn finish_with_care(&mut self) {
        let length = self.instruction_length();
        self.skip_instruction(length);
    }

    /// Finishes an instruction that was emulated: RIP moves on by `length` (in the width of the mode), blocking by STI
    /// and MOV SS ends, and with RFLAGS.TF a single-step #DB becomes pending. A length of 0 finishes an iteration of a repeated
    /// string instruction.
    pub fn skip_instruction(&mut self, length: u8) {
        let old = self.cached(Cached::Rip);
        let mut new = old.wrapping_add(u64::from(length));
        // Outside 64-bit mode RIP has 32 bits.
        if (old ^ new) >> 32 != 0 && self.mode() != CpuMode::Long {
            new &= 0xFFFF_FFFF;
        }
        self.put_rip(new);
        self.set_resume_flag(length == 0);
        let mut state = self.interruptibility();
        if state.sti || state.mov_ss {
            (state.sti, state.mov_ss) = (false, false);
            self.set_interruptibility(state);
        }
        if self.single_steps() {
            self.add_pending_step();
        }
    }

    /// RFLAGS.RF, with which the next instruction meets no breakpoint on itself. It ends with each instruction; a fault saves it on,
    /// so that the instruction can be executed again, and so does what comes between the iterations of a string instruction (SDM
    /// "Instruction-Breakpoint Exception Condition", 18.3.1.1).
    #[inline]
    fn set_resume_flag(&mut self, on: bool) {
        let old = self.cached(Cached::Rflags);
        let new = if on { old | rflags::RF } else { old & !rflags::RF };
        if new != old {
            self.cache.set(Cached::Rflags, new);
        }
    }

    /// Before an exception is delivered: what the CPU would save of RFLAGS.RF. Event injection saves the flag as it is.
    pub(super) fn save_resume_flag(&mut self, event: &Event) {
        if event.kind == EventKind::HardwareException && event.is_fault() {
            self.set_resume_flag(true);
        }
    }

    /// Whether the guest watches data or ports: then strings are carried out item by item, since the trap comes behind the one that
    /// meets a breakpoint.
    pub fn watches(&mut self) -> bool {
        // Without enabled breakpoints they would not be in the CPU.
        self.debug.live && self.breakpoints().any()
    }

    /// An access of so many bytes was carried out for the guest: breakpoints that it meets become pending.
    #[inline]
    pub fn accessed(&mut self, access: Watched, length: u64) {
        if self.debug.live {
            self.meet_breakpoints(access, length);
        }
    }

    #[inline(never)]
    fn meet_breakpoints(&mut self, access: Watched, length: u64) {
        let met = self.breakpoints().met_by(access, length);
        if met != 0 {
            self.add_pending(met | ENABLED_BREAKPOINT);
        }
    }

    fn breakpoints(&mut self) -> Breakpoints {
        Breakpoints {
            addresses: [0, 1, 2, 3].map(|index| self.debug.address(index)),
            dr7: self.get(guest::DR7),
            ports: self.cached(Cached::Cr4) & cr4::DE != 0,
        }
    }

    /// Whether each instruction ends in a #DB: RFLAGS.TF, unless IA32_DEBUGCTL.BTF makes that each branch.
    #[inline]
    pub(super) fn single_steps(&mut self) -> bool {
        const BTF: u64 = 1 << 1;
        self.cached(Cached::Rflags) & rflags::TF != 0 && self.get(guest::DEBUGCTL) & BTF == 0
    }

    /// What the CPU would have recognised behind an instruction.
    pub(super) fn add_pending_step(&mut self) {
        self.add_pending(STEP);
    }

    fn add_pending(&mut self, bits: u64) {
        let pending = self.get(guest::PENDING_DEBUG);
        self.set(guest::PENDING_DEBUG, pending | bits);
    }

    /// The instruction that exited will be executed again and is not stepped over yet. CPUs leave no pending debug exception then,
    /// unless MOV to SS holds one off (SDM "Saving Non-Register State", 28.3.4); emulated ones leave the step of this instruction.
    pub(super) fn step_again(&mut self) {
        if self.cached(Cached::Rflags) & rflags::TF == 0 {
            return;
        }
        let blocking = self.interruptibility();
        if blocking.sti || blocking.mov_ss {
            self.keep_step_in_shadow();
            return;
        }
        let pending = self.get(guest::PENDING_DEBUG);
        self.set(guest::PENDING_DEBUG, pending & !STEP);
    }

    /// The instruction that exited will be executed again, and has been found without a breakpoint on itself, or is past it. CPUs save
    /// RF as 1 then (SDM "Saving RIP, RSP, RFLAGS, and SSP", 28.3.3); emulated ones have cleared it.
    pub(super) fn stay_past_breakpoints(&mut self) {
        let of_instruction = self.next.pending.is_none();
        if self.debug.live && of_instruction {
            self.set_resume_flag(true);
        }
    }

    /// While STI or MOV to SS blocks, an entry with RFLAGS.TF wants the step pending (SDM "Checks on Guest Non-Register State", 27.3.1.5),
    /// and whether an exit leaves it so is up to the CPU (28.3.4).
    pub(super) fn keep_step_in_shadow(&mut self) {
        if self.cached(Cached::Rflags) & rflags::TF == 0 {
            return;
        }
        let blocking = self.interruptibility();
        if (blocking.sti || blocking.mov_ss) && self.single_steps() {
            self.add_pending_step();
        }
    }

    /// Whether a debug trap will be delivered at the next entry: pending debug exceptions with BS, or with an enabled
    /// breakpoint.
    pub fn debug_trap_pending(&mut self) -> bool {
        self.get(guest::PENDING_DEBUG) & (ENABLED_BREAKPOINT | STEP) != 0
    }
}
