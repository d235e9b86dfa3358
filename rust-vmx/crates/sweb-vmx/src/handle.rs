//! What the kernel's pointer to a VM stands for.

use crate::ffi::{VM_CONSOLE_SCREEN, VM_CONSOLE_SERIAL, VM_NAME_SIZE, VM_PATH_SIZE};
use crate::ffi::{VM_RUN_FAILED, VM_RUN_HALTED, VM_RUN_POWERED_OFF, VM_RUN_PREEMPTED, VM_RUN_STOPPED};
use crate::ffi::{VmDescription, VmInfo, VmRun, VmScreen};
use crate::host::{KernelFrames, KernelHost};
use crate::{root, text};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::cell::UnsafeCell;
use machine::Stop;
use machine::backend::{self, VmxMachine};
use machine::control::Control;
use machine::definition::{Console, Definition};

/// A VM: the machine, which belongs to the thread of its vCPU, and beside it what every thread may touch.
pub struct Handle {
    control: Arc<Control>,
    description: VmDescription,
    memory_bytes: u64,
    machine: UnsafeCell<Box<VmxMachine<KernelFrames, KernelHost>>>,
}

impl Handle {
    /// Builds a VM from the text of a definition, and a name in case it gives none.
    pub fn create(definition: &[u8], name: &str, context: usize) -> Result<Box<Self>, String> {
        let definition = Definition::parse(definition, name).map_err(|error| error.to_string())?;
        let root = root::require()?;
        let mut description = VmDescription {
            name: [0; VM_NAME_SIZE],
            log: [0; VM_PATH_SIZE],
            console: 0,
        };
        // Cut, one would be another VM's name, the other another file, which would be overwritten.
        if !text::copy_to_array(&definition.name, &mut description.name) {
            return Err("the name of the VM is too long; choose a shorter one with 'name = '".to_string());
        }
        if !text::copy_to_array(definition.log.as_deref().unwrap_or(""), &mut description.log) {
            return Err("the path of the log file is too long; choose a shorter one".to_string());
        }
        description.console = match definition.console {
            Console::Screen => VM_CONSOLE_SCREEN,
            Console::Serial => VM_CONSOLE_SERIAL,
        };
        let memory_bytes = definition.memory;
        let machine = backend::create(root, KernelFrames, definition, KernelHost { context })
            .map_err(|error| error.to_string())?;
        let control = Arc::clone(machine.control());
        Ok(Box::new(Self {
            control,
            description,
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

    /// What the definition says to the kernel.
    pub fn description(&self) -> VmDescription {
        self.description
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
