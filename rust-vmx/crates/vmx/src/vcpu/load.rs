//! Putting a vCPU on the CPU and taking it off.

use super::cache::Cached;
use super::{EntryError, Vcpu};
use crate::controls::PrimaryControls;
use crate::field::guest;
use crate::frames::Frames;
use crate::host_state::Remainder;
use crate::instructions as cpu;
use crate::interrupts::InterruptsOff;
use crate::registers::rflags;

/// DR7's bits L0 to G3: a breakpoint is enabled.
const DR7_ENABLES: u64 = 0xFF;

/// What a vCPU on the CPU keeps for the host.
pub(super) struct Loaded {
    remainder: Remainder,
    interrupts: InterruptsOff,
}

impl<F: Frames + Clone> Vcpu<F> {
    pub(super) fn load(&mut self) -> Result<(), EntryError> {
        if self.loaded.is_some() {
            return Ok(());
        }
        let interrupts = InterruptsOff::new();
        self.vmcs.make_current()?;
        self.host.refresh(&self.vmcs)?;
        let root = self.vmcs.root();
        // SAFETY: interrupts stay disabled until `unload`, which undoes all of this. CR2 takes any value.
        let remainder = unsafe {
            let remainder = Remainder::keep(&self.host);
            cpu::write_cr2(self.cr2);
            self.msrs.load(root.resident());
            self.xstate.load(root.host_xstate());
            remainder
        };
        self.loaded = Some(Loaded {
            remainder,
            interrupts,
        });
        self.barrier_cost += self.config.barriers.raise(self.owner);
        self.next.timer_armed = false;
        if self.cached(Cached::Rflags) & rflags::IF == 0 {
            self.shorten_slice(cpu::rdtsc().saturating_add(self.config.closed_slice_ticks));
        }
        if self.get(guest::DR7) & DR7_ENABLES != 0 {
            self.load_debug_registers();
        }
        Ok(())
    }

    pub(super) fn load_debug_registers(&mut self) {
        // SAFETY: the vCPU is loaded, so interrupts are off until `unload`.
        unsafe { self.debug.load() }
        self.set_primary(PrimaryControls::MOV_DR_EXITING, false);
    }
}

impl<F: Frames> Vcpu<F> {
    /// Takes the guest's state off the CPU and gives the host back its own, interrupt flag included. No effect when the
    /// vCPU is not loaded.
    pub fn unload(&mut self) {
        let Some(Loaded {
            remainder,
            interrupts,
        }) = self.loaded.take()
        else {
            return;
        };
        let root = self.vmcs.root();
        // SAFETY: `load` put all of it there, with interrupts off since then. What DR7 may enable comes last.
        unsafe {
            self.cr2 = cpu::read_cr2();
            self.msrs.unload(root.resident());
            self.xstate.unload(root.host_xstate());
            if self.debug.live {
                self.debug.unload();
                self.next.primary.insert(PrimaryControls::MOV_DR_EXITING);
            }
            remainder.restore();
        }
        self.next.touch();
        // Here the interrupts that waited are served, and this thread may be switched away.
        drop(interrupts);
    }
}
