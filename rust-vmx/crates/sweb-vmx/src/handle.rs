//! What the kernel's pointer to a VM stands for.

use crate::ffi::{VM_RUN_FAILED, VM_RUN_HALTED, VM_RUN_POWERED_OFF, VM_RUN_PREEMPTED, VM_RUN_STOPPED};
use crate::ffi::{VmInfo, VmRun, VmScreen};
use crate::host::{KernelFrames, KernelHost};
use crate::root;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::cell::UnsafeCell;
use machine::Stop;
use machine::backend::{self, VmxMachine};
use machine::control::Control;
use machine::definition::Definition;

/// A VM: the machine, which belongs to the thread of its vCPU, and beside it what every thread may touch.
pub struct Handle {
    control: Arc<Control>,
    memory_bytes: u64,
    machine: UnsafeCell<Box<VmxMachine<KernelFrames, KernelHost>>>,
}

impl Handle {
    /// Builds the VM of a definition.
    pub fn create(definition: Definition, context: usize) -> Result<Box<Self>, String> {
        let root = root::require()?;
        let memory_bytes = definition.memory;
        let machine = backend::create(root, KernelFrames, definition, KernelHost { context })
            .map_err(|error| error.to_string())?;
        let control = Arc::clone(machine.control());
        Ok(Box::new(Self {
            control,
            memory_bytes,
            machine: UnsafeCell::new(machine),
        }))
    }

    /// Runs the vCPU, until the host's clock shows `until_ns` at the latest.
    ///
    /// # Safety
    /// One thread at a time.
    pub unsafe fn run(&self, until_ns: u64) -> VmRun {
        // SAFETY: only `run` touches the machine, and the caller promises to be the only one in it.
        let machine = unsafe { &mut *self.machine.get() };
        let halted = &self.control.statistics.halted_ticks;
        let before = halted.get();
        let stop = machine.run(until_ns);
        let answer = |reason| VmRun {
            reason,
            exit_code: 0,
            deadline_ns: u64::MAX,
            halted_ticks: halted.get().wrapping_sub(before),
        };
        match stop {
            Stop::Preempted => answer(VM_RUN_PREEMPTED),
            Stop::Halted { deadline_ns } => VmRun {
                deadline_ns: deadline_ns.unwrap_or(u64::MAX),
                ..answer(VM_RUN_HALTED)
            },
            Stop::PoweredOff(exit_code) => VmRun {
                exit_code,
                ..answer(VM_RUN_POWERED_OFF)
            },
            Stop::Stopped => answer(VM_RUN_STOPPED),
            Stop::Failed => answer(VM_RUN_FAILED),
        }
    }

    /// Ends the machine after a panic in [`run`](Self::run).
    ///
    /// # Safety
    /// Called by the thread that panicked, which does not return from the panic.
    pub unsafe fn abandon(&self, message: &str) {
        // SAFETY: the other reference to the machine is in frames of this thread's stack that never run again.
        unsafe { &mut *self.machine.get() }.abandon(message);
    }

    /// What threads other than the vCPU's may use.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// The figures of lists.
    pub fn info(&self) -> VmInfo {
        let statistics = &self.control.statistics;
        VmInfo {
            memory_bytes: self.memory_bytes,
            frame_bytes: statistics.frame_bytes.get(),
            exits: statistics.exits(),
            guest_ticks: statistics.guest_ticks.get(),
            host_ticks: statistics.host_ticks(),
            interrupts: statistics.interrupts.get(),
            halted_for_good: statistics.halted_for_good.get(),
            waits_for_nothing: statistics.unowned.waits_for().is_some(),
        }
    }

    /// Copies the guest's text screen if there is a newer picture than `screen` says; whether there was.
    pub fn screen(&self, screen: &mut VmScreen) -> bool {
        let newer = self
            .control
            .screen
            .copy_to(&mut screen.picture, &mut screen.cells);
        let (column, row) = self.control.screen.cursor().unwrap_or((u32::MAX, u32::MAX));
        screen.cursor_column = column;
        screen.cursor_row = row;
        newer
    }
}
