//! A machine: a guest with its CPU, from the definition to its end. Here making it, starting and ending it; `run` entries and exits;
//! `attend` what it does beside that; `screen` what others see of it; `images` the files it starts from.

mod attend;
mod images;
mod run;
mod screen;

use crate::board::{Board, BoardConfig, BoardError};
use crate::calls::Calls;
use crate::control::Control;
use crate::cpu::VirtualCpu;
use crate::cpuid::Cpuid;
use crate::definition::Definition;
use crate::disks::Disks;
use crate::exits::io::LONGEST_BY_ITEMS;
use crate::failure::Failure;
use crate::firmware::Firmware;
use crate::guest::{Clock, Guest, GuestRam};
use crate::history::History;
use crate::host::Host;
use crate::loader::LoadError;
use crate::memory::{Layout, zeroed};
use crate::msr::Msrs;
use crate::report::{self, Past};
use crate::storage::FileError;
use crate::typist::Typist;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::fmt;
use devices::Time;
use run::Handling;

/// Why a machine could not be made or started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetupError {
    /// A file cannot be opened.
    File(FileError),
    /// An image cannot be loaded.
    Image {
        /// Which one.
        path: String,
        /// What is wrong with it.
        error: LoadError,
    },
    /// The board.
    Board(BoardError),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "{error}"),
            Self::Image { path, error } => write!(f, "{path} {error}"),
            Self::Board(error) => write!(f, "{error}"),
        }
    }
}

impl From<BoardError> for SetupError {
    fn from(error: BoardError) -> Self {
        Self::Board(error)
    }
}

impl From<FileError> for SetupError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

/// Why [`Machine::run`] returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The host wants the CPU; run again.
    Preempted,
    /// The vCPU is halted.
    Halted {
        /// When to run it again, if no input comes before, in nanoseconds of the host's clock: a little before its next device is due if
        /// the host's sleep is not exact. None: only input ends it.
        deadline_ns: Option<u64>,
    },
    /// The guest switched off, with the value of the debug-exit port or 0.
    PoweredOff(u32),
    /// The stop that was asked for.
    Stopped,
    /// It cannot go on; the report is in [`Control`].
    Failed,
}

/// A machine.
pub struct Machine<C: VirtualCpu, M: GuestRam, H: Host> {
    definition: Definition,
    cpu: C,
    guest: Guest<M, H>,
    /// The vCPU executed HLT and nothing woke it yet.
    halted: bool,
    /// It waits for its next device on the CPU since this value of the TSC.
    dozing: Option<u64>,
    /// When the screen was published last.
    published: Time,
    /// TSC ticks between exits and entries since the CPU was told its deadline.
    drift: u64,
    /// The host's TSC at which [`run`](Self::run) returns, also when the guest does nothing but wait for its disk.
    turn_end: u64,
    handling: Handling,
}

impl<C: VirtualCpu, M: GuestRam, H: Host> Machine<C, M, H> {
    /// Puts a machine together and loads its images. `memory` has the slots of `layout`; the CPU is at its reset state.
    /// Blocks.
    pub fn new(
        definition: Definition,
        cpu: C,
        cpuid: Cpuid,
        memory: M,
        layout: Layout,
        host: H,
    ) -> Result<Box<Self>, SetupError> {
        let mut machine = Self::assemble(definition, cpu, cpuid, memory, layout, host)?;
        machine.start()?;
        Ok(machine)
    }

    // A stack frame of its own, which has gone when images are loaded: a machine is large, and so is what it is made of.
    #[inline(never)]
    fn assemble(
        definition: Definition,
        cpu: C,
        cpuid: Cpuid,
        memory: M,
        layout: Layout,
        host: H,
    ) -> Result<Box<Self>, SetupError> {
        let disks = Disks::open(&host, &definition.disks)?;
        let board = Board::new(BoardConfig {
            wall_clock: host.wall_clock(),
            memory: definition.memory,
            drives: disks.configuration(),
        })?;
        Ok(Box::new(Self {
            definition,
            cpu,
            guest: Guest {
                memory,
                layout,
                board,
                typist: Typist::default(),
                disks,
                firmware: Firmware::default(),
                cpuid,
                msrs: Msrs::default(),
                clock: Clock::start(&host),
                control: Control::shared(),
                history: History::default(),
                items: zeroed(LONGEST_BY_ITEMS).map_err(BoardError::Memory)?,
                host,
            },
            halted: false,
            dozing: None,
            published: Time::ZERO,
            drift: 0,
            turn_end: 0,
            handling: Handling::default(),
        }))
    }

    /// The definition it was made from.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// What other threads may hold and touch.
    #[must_use]
    pub fn control(&self) -> &Arc<Control> {
        &self.guest.control
    }

    /// Loads the images and brings the CPU to the first instruction.
    fn start(&mut self) -> Result<(), SetupError> {
        let start = images::load(&self.definition, &mut self.guest)?;
        start.apply(&mut self.cpu);
        let offset = self.cpu.host_tsc().wrapping_neg();
        self.cpu.set_tsc_offset(offset);
        self.guest.count_frames();
        Ok(())
    }

    /// Everything from the beginning, as after the reset button. Blocks.
    fn restart(&mut self) -> Result<(), Failure> {
        log::info!("guest '{}' is reset", self.definition.name);
        self.cpu.unload();
        self.cpu.reset();
        self.cpu.set_deadline(None);
        self.guest.memory.clear();
        let now = self.guest.now();
        self.guest.board.reset(now);
        self.guest.typist = Typist::default();
        self.guest.msrs = Msrs::default();
        self.guest.firmware = Firmware::default();
        self.halted = false;
        self.start().map_err(|error| Failure::Load(error.to_string()))
    }

    /// Ends a machine whose [`run`](Self::run) panicked: takes the guest off the CPU and writes the report. For the thread that
    /// panicked, which never returns to `run`. What `run` had in its hands stays allocated; everything else is sound, as behind
    /// any other panic that is caught.
    pub fn abandon(&mut self, message: &str) {
        self.fail(&Failure::Panic(message.to_string()));
    }

    /// Writes the report.
    fn fail(&mut self, failure: &Failure) -> Stop {
        // Names come from the kernel's file, and reading it may block.
        self.cpu.unload();
        self.look_at_unowned();
        let (host, definition) = (&self.guest.host, &self.definition);
        let name = |address| images::symbol(host, definition, address);
        let calls = Calls::new(&mut self.cpu, &mut self.guest.memory, self.guest.cpuid.paging());
        let past = Past {
            exits: &self.guest.history,
            unowned: &self.guest.control.statistics.unowned,
        };
        let text = report::write(&definition.name, &mut self.cpu, failure, past, calls, name);
        self.guest.control.report.call_once(|| text);
        Stop::Failed
    }
}

impl<C: VirtualCpu, M: GuestRam, H: Host> Drop for Machine<C, M, H> {
    fn drop(&mut self) {
        self.guest.disks.flush_all();
    }
}

#[cfg(any(test, feature = "testing"))]
impl<C: VirtualCpu, M: GuestRam, H: Host> Machine<C, M, H> {
    /// The CPU, for a test's script.
    pub fn cpu_mut(&mut self) -> &mut C {
        &mut self.cpu
    }

    /// Everything else.
    pub fn guest_mut(&mut self) -> &mut Guest<M, H> {
        &mut self.guest
    }
}
