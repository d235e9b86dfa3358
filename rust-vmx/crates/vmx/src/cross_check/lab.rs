//! The CPU's side: a VMCS of its own, filled with an image, entered, and everything put back afterwards.

use super::fields::Fields;
use super::held::{self, Store};
use super::mutation::Mutation;
use super::places::{Memory, Places};
use super::states::State;
use super::verdict::Verdict;
use crate::addr::Hpa;
use crate::check::{EntryCapabilities, VmcsImage};
use crate::controls::ExitControls;
use crate::ept::EptError;
use crate::error::{ErrorNumber, VmInstructionError};
use crate::field::{AnyField, exit_info, guest};
use crate::frames::Frames;
use crate::host_state::{HostState, Remainder};
use crate::instructions::{self as cpu, InveptType};
use crate::interrupts::InterruptsOff;
use crate::msr;
use crate::resident::{Resident, alone};
use crate::root::Root;
use crate::state::Registers;
use crate::vcpu::EntryError;
use crate::vmcs::{Vmcs, VmcsError};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// MSRs that a list may load at entry and that no exit gives back. The kernel does not use them while interrupts are off.
const RESTORED: [u32; 4] = [
    msr::IA32_STAR,
    msr::IA32_LSTAR,
    msr::IA32_FMASK,
    msr::IA32_KERNEL_GS_BASE,
];
/// "The entry failed", in the exit reason.
const FAILED: u32 = 1 << 31;

/// The experiment. The VMCS goes before the memory it names.
pub(super) struct Lab<F: Frames + Clone> {
    vmcs: Vmcs<F>,
    memory: Memory<F>,
    host: HostState,
    /// What the host needs back at the end.
    remainder: Option<Remainder>,
    cpu: EntryCapabilities,
    fields: Fields,
    msrs: [u64; RESTORED.len()],
    /// What the VMCS holds when nothing is mutated, as it was read back.
    good: VmcsImage,
    /// What it holds now.
    image: VmcsImage,
    registers: Registers,
}

impl<F: Frames + Clone> Lab<F> {
    /// Takes frames and makes the VMCS.
    pub(super) fn new(root: &Arc<Root<F>>) -> Result<Self, EntryError> {
        // The kernel's, and not those of a guest that was here.
        let msrs = alone(root.resident(), |resident, cpu| {
            resident.evict(cpu);
            // SAFETY: the MSRs exist in every 64-bit CPU.
            RESTORED.map(|number| unsafe { cpu::rdmsr(number) })
        });
        let [.., harmless] = msrs;
        let capabilities = *root.capabilities();
        let memory = Memory::new(&root.frames(), &capabilities, harmless)
            .map_err(|_: EptError| EntryError::OutOfFrames)?;
        let _interrupts = InterruptsOff::new();
        let vmcs =
            Vmcs::new(Arc::clone(root), root.frames()).map_err(|error: VmcsError| EntryError::from(error))?;
        vmcs.make_current()?;
        let host = HostState::write(&vmcs, ExitControls::LOAD_PAT)?;
        // SAFETY: `Controls::decide` made sure of one of the two kinds. The tables are new, and their frame may have held others.
        let flushed = unsafe {
            let kind = if capabilities.invept_single() {
                InveptType::SingleContext
            } else {
                InveptType::AllContexts
            };
            cpu::invept(kind, memory.ept().pointer())
        };
        vmcs.explain("INVEPT", flushed)?;
        let fields = Fields::known_to(|field| vmcs.read_raw(field.0).is_ok());
        Ok(Self {
            vmcs,
            memory,
            host,
            remainder: None,
            cpu: EntryCapabilities::new(capabilities, cpu::cpuid),
            fields,
            msrs,
            good: VmcsImage::default(),
            image: VmcsImage::default(),
            registers: Registers::default(),
        })
    }

    /// What the CPU can do.
    pub(super) fn cpu(&self) -> &EntryCapabilities {
        &self.cpu
    }

    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    pub(super) fn places(&self) -> &Places {
        self.memory.places()
    }

    pub(super) fn memory(&self) -> &Memory<F> {
        &self.memory
    }

    /// What the VMCS holds now, mutations included.
    pub(super) fn image(&self) -> &VmcsImage {
        &self.image
    }

    /// What it holds without them.
    pub(super) fn good(&self) -> &VmcsImage {
        &self.good
    }

    /// Makes the VMCS current. Interrupts are disabled.
    pub(super) fn make_current(&self) -> Result<(), VmInstructionError> {
        self.vmcs.make_current()
    }

    /// Whether the CPU has a field of this encoding. The VMCS is current.
    pub(super) fn exists(&self, encoding: u32) -> bool {
        self.vmcs.read_raw(encoding).is_ok()
    }

    /// The address of the VMCS, which the link pointer must not name.
    pub(super) fn region(&self) -> Hpa {
        self.vmcs.region()
    }

    /// Makes the VMCS current and fills it with a state. Until [`Self::end`] interrupts stay disabled.
    pub(super) fn begin(&mut self, state: &State) -> Result<(), VmInstructionError> {
        self.vmcs.make_current()?;
        // Entries here load other values, and `end` brings the kernel's.
        alone(self.vmcs.root().resident(), Resident::evict);
        self.host.refresh(&self.vmcs)?;
        // SAFETY: the caller disabled interrupts.
        self.remainder = Some(unsafe { Remainder::keep(&self.host) });
        self.good = VmcsImage::default();
        for field in self.fields.all().iter().filter(|field| is_host(**field)) {
            self.good.set_raw(*field, self.vmcs.read_raw(field.0)?);
        }
        for (field, value) in &state.fields {
            if self.fields.contains(*field) {
                self.good.set_raw(*field, *value);
            }
        }
        for field in self.fields.all() {
            let value = self.good.raw(*field);
            held::put(&mut self.vmcs, &mut self.good, *field, value)?;
        }
        self.image = self.good.clone();
        self.write(guest::PREEMPTION_TIMER.into(), 0)
    }

    /// Gives the host what exits do not give back.
    pub(super) fn end(&mut self) {
        for (number, value) in RESTORED.into_iter().zip(self.msrs) {
            // SAFETY: the MSRs exist, and the values are the ones they had.
            unsafe { cpu::wrmsr(number, value) }
        }
        if let Some(remainder) = self.remainder.take() {
            // SAFETY: interrupts are disabled since `begin`.
            unsafe { remainder.restore() }
        }
    }

    /// Applies mutations to VMCS and memory; the image has what the VMCS holds of them.
    pub(super) fn apply(&mut self, mutations: &[Mutation]) -> Result<(), VmInstructionError> {
        for mutation in mutations {
            match *mutation {
                Mutation::Field { field, value } => {
                    held::put(&mut self.vmcs, &mut self.image, field, value)?;
                }
                Mutation::LoadedMsr { .. } => self.memory.apply(*mutation),
            }
        }
        Ok(())
    }

    /// Takes them back there.
    pub(super) fn undo(&mut self, mutations: &[Mutation]) -> Result<(), VmInstructionError> {
        for mutation in mutations {
            match *mutation {
                Mutation::Field { field, .. } => {
                    held::put(&mut self.vmcs, &mut self.image, field, self.good.raw(field))?;
                }
                Mutation::LoadedMsr { .. } => self.memory.undo(*mutation),
            }
        }
        Ok(())
    }

    /// Enters with the mutations that were applied and puts the VMCS and the host's registers back.
    ///
    /// # Safety
    /// `containment` found nothing that the host would not survive, and interrupts are disabled since [`Self::begin`].
    pub(super) unsafe fn enter(&mut self, mutations: &[Mutation]) -> Result<Verdict, VmInstructionError> {
        let changed: Vec<AnyField> = mutations
            .iter()
            .filter_map(|mutation| match mutation {
                Mutation::Field { field, .. } => Some(*field),
                Mutation::LoadedMsr { .. } => None,
            })
            .collect();
        // SAFETY: the caller's promise.
        let verdict = unsafe { self.attempt() }?;
        if verdict == Verdict::Entered {
            // The exit has saved the guest's state over ours.
            self.write_all_good()?;
        } else {
            for field in &changed {
                self.write(*field, self.good.raw(*field))?;
            }
        }
        let host_changed = changed.iter().any(|field| is_host(*field));
        if host_changed && verdict.loads_host() {
            // The exit has loaded what was mutated. The exit of a good entry loads all of the host's state again: selectors, bases,
            // control registers and MSRs, some of which nothing else could set so easily.
            // SAFETY: the state is a good one.
            unsafe { self.attempt() }?;
            self.write_all_good()?;
        }
        Ok(verdict)
    }

    /// One VMLAUNCH or VMRESUME.
    ///
    /// # Safety
    /// As for [`Self::enter`].
    unsafe fn attempt(&mut self) -> Result<Verdict, VmInstructionError> {
        // SAFETY: the caller's promise.
        match unsafe { self.vmcs.enter(&mut self.registers) } {
            Err(VmInstructionError { number: None, .. }) => return Ok(Verdict::Invalid),
            Err(VmInstructionError {
                number: Some(ErrorNumber(number)),
                ..
            }) => return Ok(Verdict::Error(number)),
            Ok(()) => {}
        }
        let reason: u32 = self.vmcs.read(exit_info::EXIT_REASON)?;
        if reason & FAILED == 0 {
            self.vmcs.entered();
            return Ok(Verdict::Entered);
        }
        Ok(Verdict::Refused(
            reason as u16,
            self.vmcs.read(exit_info::QUALIFICATION)?,
        ))
    }

    fn write(&self, field: AnyField, value: u64) -> Result<(), VmInstructionError> {
        // SAFETY: `containment` decides what is entered.
        unsafe { self.vmcs.write_raw(field.0, value) }
    }

    fn write_all_good(&self) -> Result<(), VmInstructionError> {
        for field in self.fields.all() {
            self.write(*field, self.good.raw(*field))?;
        }
        self.write(guest::PREEMPTION_TIMER.into(), 0)
    }
}

const fn is_host(field: AnyField) -> bool {
    field.role() == 3
}

impl<F: Frames> Store for Vmcs<F> {
    fn write(&mut self, field: AnyField, value: u64) -> Result<(), VmInstructionError> {
        // SAFETY: `containment` decides what is entered.
        unsafe { self.write_raw(field.0, value) }
    }

    fn read(&self, field: AnyField) -> Result<u64, VmInstructionError> {
        self.read_raw(field.0)
    }
}
