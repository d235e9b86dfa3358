//! What the last exit says about itself. Each field is read when somebody asks: an exit is charged for nothing else.
//!
//! All of this may be called between a [`Vcpu::run`] and the next, and each for the exits that have it.

use super::Vcpu;
use crate::addr::Gpa;
use crate::event::Event;
use crate::exit::decode::{self, ExitFields};
use crate::exit::{ControlRegisterAccess, EptViolation, ExceptionExit, IoAccess, TaskSwitch};
use crate::field::{ExitInfo, Field, Value, Width, exit_info};
use crate::frames::Frames;
use crate::vmcs::Vmcs;

impl<F: Frames> Vcpu<F> {
    /// The event whose delivery the exit interrupted: it will be delivered again, or what [`Self::inject`] makes of it. To be asked
    /// before that.
    #[inline]
    pub fn interrupted_event(&self) -> Option<Event> {
        self.next.pending
    }

    /// The length of the instruction that exited.
    #[inline]
    pub fn instruction_length(&mut self) -> u8 {
        self.get(exit_info::INSTRUCTION_LENGTH) as u8
    }

    /// IN, OUT, INS or OUTS.
    #[inline]
    pub fn io_access(&mut self) -> IoAccess {
        self.with_exit_fields(|fields| decode::io(fields))
    }

    /// MOV to or from a control register, CLTS or LMSW.
    pub fn control_register_access(&mut self) -> ControlRegisterAccess {
        decode::control_register(self.qualification())
    }

    /// Where the access went that EPT did not allow.
    #[inline]
    pub fn guest_physical(&mut self) -> Gpa {
        self.get(exit_info::GUEST_PHYSICAL_ADDRESS)
    }

    /// Everything about the access that EPT did not allow.
    pub fn ept_violation(&mut self) -> EptViolation {
        self.with_exit_fields(|fields| decode::ept_violation(fields))
    }

    /// The exception of exit reason 0; `None` when the CPU describes none.
    pub fn exception_exit(&mut self) -> Option<ExceptionExit> {
        self.with_exit_fields(|fields| decode::exception(fields))
    }

    /// The task switch that was attempted.
    pub fn task_switch(&mut self) -> TaskSwitch {
        decode::task_switch(self.qualification())
    }

    pub(super) fn qualification(&mut self) -> u64 {
        self.get(exit_info::QUALIFICATION)
    }

    #[inline]
    pub(super) fn with_exit_fields<R>(&mut self, read: impl FnOnce(&Fields<'_, F>) -> R) -> R {
        let _attached = self.attach();
        read(&Fields { vmcs: &self.vmcs })
    }
}

/// The exit-information fields of the current VMCS. They exist on every CPU with the controls that [`crate::root`] requires, so a
/// failure to read one is not possible here; 0 keeps the decoder total.
pub(super) struct Fields<'a, F: Frames> {
    vmcs: &'a Vmcs<F>,
}

impl<F: Frames> Fields<'_, F> {
    #[inline]
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

    fn vectoring_info(&self) -> u32 {
        self.read(exit_info::IDT_VECTORING_INFO)
    }

    fn vectoring_error_code(&self) -> u32 {
        self.read(exit_info::IDT_VECTORING_ERROR_CODE)
    }
}
