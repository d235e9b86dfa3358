//! The VMCS as the checker sees it: why the CPU refused an entry, or whether it would.

use super::cache::Cached;
use super::{EntryError, Vcpu};
use crate::check::{self, EntryCapabilities, NoMemory, Situation, Stage, VmcsImage};
use crate::error::{ErrorNumber, VmInstructionError};
use crate::exit::{EntryFailure, EntryFailureKind};
use crate::field::{control, host};
use crate::frames::Frames;
use crate::instructions as cpu;
use crate::registers::cr4;
use core::fmt;

/// Which kind of field a drill spoils, for the CPU reports each in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drill {
    /// A control field: VM-instruction error 7.
    Control,
    /// A host-state field: VM-instruction error 8.
    Host,
    /// The guest's state: exit reason 33.
    Guest,
}

/// No CPU has so many CR3-target values: IA32_VMX_MISC counts them in nine bits.
const TOO_MANY_TARGETS: u32 = 512;

impl<F: Frames> Vcpu<F> {
    /// What is in the VMCS. A field the CPU does not have is 0.
    fn image(&mut self) -> VmcsImage {
        let _attached = self.attach();
        VmcsImage::capture(|field| self.vmcs.read_raw(field.0).ok())
    }

    /// Hands `look` the entry that the VMCS stands for. Memory is not looked at: the VMCS of a vCPU has no MSR-load area, no link
    /// pointer and no virtual-APIC page, and with EPT its PDPTEs are fields.
    fn situation<R>(&mut self, look: impl FnOnce(&Situation<'_>) -> R) -> R {
        let vmcs = self.image();
        let capabilities = EntryCapabilities::new(*self.vmcs.root().capabilities(), cpu::cpuid);
        look(&Situation {
            region: Some(self.vmcs.region()),
            ..Situation::new(&vmcs, &capabilities, &NoMemory)
        })
    }

    /// The first rule of a stage that the VMCS breaks; if it breaks none there, the first of any.
    fn broken_rule(&mut self, stage: Stage) -> Option<check::Violation> {
        self.situation(|situation| {
            let mut rules = check::violations(situation);
            let first = rules.next()?;
            let of_stage = |violation: &check::Violation| violation.stage() == stage;
            if of_stage(&first) {
                return Some(first);
            }
            Some(rules.find(of_stage).unwrap_or(first))
        })
    }

    /// Before the first entry of a debug build: whether the CPU will take it.
    #[cfg(debug_assertions)]
    pub(super) fn check_first_entry(&mut self) -> Result<(), EntryError> {
        if core::mem::replace(&mut self.checked, true) {
            return Ok(());
        }
        self.situation(check::check).map_err(EntryError::Unsound)
    }

    /// VMLAUNCH or VMRESUME failed, which for two numbers is for a rule of VM entry.
    #[cold]
    #[inline(never)]
    pub(super) fn not_entered(&mut self, error: VmInstructionError) -> EntryError {
        self.entry_error = error.number;
        let rule = match error.number {
            Some(ErrorNumber::INVALID_CONTROL) => self.broken_rule(Stage::Control),
            Some(ErrorNumber::INVALID_HOST_STATE) => self.broken_rule(Stage::Host),
            _ => None,
        };
        match rule {
            Some(rule) => EntryError::NotEntered { error, rule },
            None => EntryError::Instruction(error),
        }
    }

    /// The CPU began to load the guest and gave up.
    #[cold]
    #[inline(never)]
    pub(super) fn refused(&mut self, failure: EntryFailure) -> EntryError {
        let rule = match failure.kind {
            EntryFailureKind::GuestState => self.broken_rule(Stage::Guest),
            EntryFailureKind::MsrLoading => self.broken_rule(Stage::MsrLoad),
            EntryFailureKind::MachineCheck | EntryFailureKind::Other(_) => None,
        };
        EntryError::Refused { failure, rule }
    }

    /// Makes the next entry one that the CPU refuses: a drill, to see what is reported then. The VM does not survive it.
    pub fn refuse(&mut self, drill: Drill) {
        match drill {
            Drill::Control => self.set(control::CR3_TARGET_COUNT, TOO_MANY_TARGETS),
            Drill::Host => self.set(host::TR_SELECTOR, 0),
            Drill::Guest => {
                let value = self.cached(Cached::Cr4);
                self.cache.set(Cached::Cr4, value & !cr4::VMXE);
            }
        }
    }

    /// Writes every broken rule of VM entry.
    pub(super) fn broken_rules(&mut self, out: &mut dyn fmt::Write) -> fmt::Result {
        self.situation(|situation| check::explain_violations(situation, out))
    }
}

impl<F: Frames + Clone> Vcpu<F> {
    /// Explains the VMCS area by area as the next entry will find it, and every rule it breaks. An event that is due is in it only
    /// from just before the entry on.
    pub fn explain(&mut self, out: &mut dyn fmt::Write) -> fmt::Result {
        if let Err(error) = self.bring_up_to_date() {
            return writeln!(out, "the VMCS cannot be written: {error}");
        }
        self.situation(|situation| check::explain(situation, out))
    }

    fn bring_up_to_date(&mut self) -> Result<(), EntryError> {
        let _attached = self.attach();
        // The host's part is written at each load, of which there may have been none yet.
        self.host.refresh(&self.vmcs)?;
        self.flush();
        Ok(())
    }
}
