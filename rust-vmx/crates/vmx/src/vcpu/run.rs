//! Loading, entering, exiting.

use super::cache::Cached;
use super::{EntryError, Vcpu};
use crate::controls::{EntryControls, ExitControls, PinControls, PrimaryControls};
use crate::event::{Event, EventKind};
use crate::exit::decode::{self, ExitFields};
use crate::exit::{Exit, VmExit};
use crate::field::{ExitInfo, Field, Value, Width, control, exit_info, guest};
use crate::frames::Frames;
use crate::instructions::{self as cpu, InveptType, InvvpidType};
use crate::interrupts::InterruptsOff;
use crate::preemption_timer;
use crate::registers::{cr0, efer};
use crate::state::{Registers, gpr};
use crate::vmcs::Vmcs;

/// The part of a slice, one in so many, that a guest runs at least before a deadline ends it: microseconds.
const PROGRESS: u64 = 1024;
/// DR7's bits L0 to G3: a breakpoint is enabled.
const DR7_ENABLES: u64 = 0xFF;
/// "NMI unblocking due to IRET" in interruption information and in the qualification of EPT violations.
const NMI_UNBLOCKING: u32 = 1 << 12;

impl<F: Frames + Clone> Vcpu<F> {
    /// Runs the guest until it exits. Loads the vCPU first when it is not loaded; it is loaded afterwards in any case.
    /// An event whose delivery was interrupted by the last exit is delivered again, unless [`Self::inject`] decided
    /// otherwise.
    pub fn run(&mut self) -> Result<VmExit, EntryError> {
        self.load()?;
        loop {
            self.prepare()?;
            #[cfg(debug_assertions)]
            self.check_first_entry()?;
            // SAFETY: `new` and `prepare` made host state and controls sound, and `load` disabled interrupts.
            let entered = unsafe { self.vmcs.enter(&mut self.registers) };
            entered.map_err(|error| self.not_entered(error))?;
            let exit = self.examine()?;
            match exit.exit {
                Exit::Exception(exception) => {
                    if let Some(seen) = self.exception(&exception) {
                        return Ok(VmExit { exit: seen, ..exit });
                    }
                }
                Exit::DebugRegister(_) if !self.debug.live => {
                    // The guest starts to use them: from now on, until it is unloaded, without exits.
                    self.load_debug_registers();
                }
                Exit::Nmi => {
                    // SAFETY: the kernel has an NMI handler. Its IRET ends the blocking of NMIs that this exit left.
                    unsafe { cpu::software_nmi() }
                    return Ok(exit);
                }
                _ => return Ok(exit),
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
        self.timer_armed = false;
        if self.get(guest::DR7) & DR7_ENABLES != 0 {
            self.load_debug_registers();
        }
        Ok(())
    }

    fn load_debug_registers(&mut self) {
        // SAFETY: the vCPU is loaded, so interrupts are off until `unload`.
        unsafe { self.debug.load() }
        self.primary.remove(PrimaryControls::MOV_DR_EXITING);
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
                self.primary.insert(PrimaryControls::MOV_DR_EXITING);
            }
            self.remainder.restore();
        }
        // Here the interrupts that waited are served, and this thread may be switched away.
        drop(interrupts);
    }
}

impl<F: Frames + Clone> Vcpu<F> {
    /// Writes what the next entry needs. The vCPU is loaded.
    fn prepare(&mut self) -> Result<(), EntryError> {
        if self.held.is_some() {
            self.schedule_held();
        }
        if let Some(event) = self.pending {
            self.write_event(event);
        }
        self.flush()?;
        self.invalidate()?;
        if !self.timer_armed {
            self.arm_timer();
        }
        if self.broken.is_some() {
            return self.report_broken();
        }
        Ok(())
    }

    #[cold]
    fn report_broken(&mut self) -> Result<(), EntryError> {
        self.broken.take().map_or(Ok(()), Err)
    }

    /// Writes what was changed since the last exit. The VMCS is current.
    pub(super) fn flush(&mut self) -> Result<(), EntryError> {
        if self.registers.gpr[gpr::RSP] != self.rsp {
            self.rsp = self.registers.gpr[gpr::RSP];
            self.set(guest::RSP, self.rsp);
        }
        if self.primary != self.primary_written {
            self.primary_written = self.primary;
            self.set(control::PRIMARY_CONTROLS, self.primary);
        }
        if !self.entry_written {
            self.entry_written = true;
            let mut word = self.vmcs.root().controls().entry;
            word.set(
                EntryControls::IA32E_MODE_GUEST,
                self.cached(Cached::Efer) & efer::LMA != 0,
            );
            self.set(control::ENTRY_CONTROLS, word);
        }
        while let Some((encoding, value)) = self.cache.take_dirty() {
            self.set_raw(encoding, value);
        }
        Ok(())
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

    /// INVEPT when guest-physical translations became stale, INVVPID when linear ones did (SDM "Software Invalidation of Cached
    /// Information", 29.4.3.3 and 29.4.3.4). Before the first entry both: the EPT pointer and the VPID may have had another owner.
    fn invalidate(&mut self) -> Result<(), EntryError> {
        let generation = self.config.ept.generation();
        if self.ept_seen != Some(generation) {
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
        }
        if self.flush_vpid {
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
            self.flush_vpid = false;
        }
        Ok(())
    }

    fn arm_timer(&mut self) {
        let controls = self.vmcs.root().controls();
        if controls.pin.contains(PinControls::PREEMPTION_TIMER) {
            self.timer_armed = controls.exit.contains(ExitControls::SAVE_PREEMPTION_TIMER);
            let shift = self.vmcs.root().capabilities().preemption_timer_shift();
            let progress = self.config.slice_ticks / PROGRESS;
            let count = preemption_timer::count(cpu::rdtsc(), self.deadline, self.slice_end, progress, shift);
            self.set(guest::PREEMPTION_TIMER, count);
        }
    }

    /// Reads what every exit needs, decodes the rest as far as the reason asks for it.
    fn examine(&mut self) -> Result<VmExit, EntryError> {
        self.cache.invalidate();
        self.rsp = self.get(guest::RSP);
        self.registers.gpr[gpr::RSP] = self.rsp;
        let raw = self.get(exit_info::EXIT_REASON);
        let fields = Fields {
            vmcs: &self.vmcs,
            registers: &self.registers,
        };
        let exit = match decode::decode(raw, &fields) {
            Ok(exit) => exit,
            Err(failure) => return Err(self.refused(failure)),
        };
        let has_length = decode::has_instruction_length(&exit);
        let instruction_length = if has_length {
            fields.instruction_length() as u8
        } else {
            0
        };
        let vectoring = if decode::may_interrupt_delivery(&exit) {
            decode::event(
                fields.read(exit_info::IDT_VECTORING_INFO),
                || fields.read(exit_info::IDT_VECTORING_ERROR_CODE),
                || fields.instruction_length(),
            )
        } else {
            None
        };
        self.vmcs.entered();
        // The injected event was delivered, or is the one that must be delivered again.
        self.pending = vectoring;
        self.restore_nmi_blocking(&exit, vectoring);
        if matches!(exit, Exit::EptViolation(_) | Exit::DebugRegister(_)) {
            self.forget_unfinished_step();
        }
        Ok(VmExit {
            exit,
            reason: raw as u16,
            instruction_length,
            vectoring,
        })
    }

    /// Virtual NMIs are blocked while one is handled. Two exits say otherwise than the guest state should (SDM "Information About NMI
    /// Unblocking Due to IRET", 28.2.3, and "Resuming Guest Software after Handling an Exception", 34.7.1.2): one during the delivery
    /// of an NMI, which will be delivered again and must not find itself blocked; and a fault of the IRET that ends the handler,
    /// which will be executed again.
    fn restore_nmi_blocking(&mut self, exit: &Exit, vectoring: Option<Event>) {
        if let Some(event) = vectoring {
            if event.kind == EventKind::Nmi {
                let mut state = self.interruptibility();
                state.nmi = false;
                self.set_interruptibility(state);
            }
            return;
        }
        let unblocking = match exit {
            Exit::Exception(exception) if exception.event.vector != 8 => {
                self.get(exit_info::EXIT_INTERRUPTION_INFO) & NMI_UNBLOCKING != 0
            }
            Exit::EptViolation(_) => self.get(exit_info::QUALIFICATION) & u64::from(NMI_UNBLOCKING) != 0,
            _ => false,
        };
        if unblocking {
            let mut state = self.interruptibility();
            state.nmi = true;
            self.set_interruptibility(state);
        }
    }
}

/// The exit-information fields of the current VMCS. They exist on every CPU with the controls that [`crate::root`] requires, so a
/// failure to read one is not possible here; 0 keeps the decoder total.
struct Fields<'a, F: Frames> {
    vmcs: &'a Vmcs<F>,
    registers: &'a Registers,
}

impl<F: Frames> Fields<'_, F> {
    fn read<W: Width, V: Value>(&self, field: Field<ExitInfo, W, V>) -> V {
        self.vmcs.read(field).unwrap_or(V::from_raw(0))
    }
}

impl<F: Frames> ExitFields for Fields<'_, F> {
    fn qualification(&self) -> u64 {
        self.read(exit_info::QUALIFICATION)
    }

    fn guest_linear(&self) -> u64 {
        self.read(exit_info::GUEST_LINEAR_ADDRESS).0
    }

    fn guest_physical(&self) -> u64 {
        self.read(exit_info::GUEST_PHYSICAL_ADDRESS).0
    }

    fn interruption_info(&self) -> u32 {
        self.read(exit_info::EXIT_INTERRUPTION_INFO)
    }

    fn interruption_error_code(&self) -> u32 {
        self.read(exit_info::EXIT_INTERRUPTION_ERROR_CODE)
    }

    fn instruction_length(&self) -> u32 {
        self.read(exit_info::INSTRUCTION_LENGTH)
    }

    fn instruction_info(&self) -> u32 {
        self.read(exit_info::INSTRUCTION_INFO)
    }

    fn ecx(&self) -> u32 {
        self.registers.low32(gpr::RCX)
    }

    fn edx_eax(&self) -> u64 {
        u64::from(self.registers.low32(gpr::RDX)) << 32 | u64::from(self.registers.low32(gpr::RAX))
    }
}
