//! A machine: a guest with its CPU, from the definition to its end.

use crate::board::{Board, BoardConfig, BoardError};
use crate::calls::Calls;
use crate::control::{COLUMNS, Control, Input, ROWS};
use crate::cpu::VirtualCpu;
use crate::cpuid::Cpuid;
use crate::definition::{Definition, Format, TripleFaultPolicy};
use crate::disks::Disks;
use crate::exits::{self, Outcome};
use crate::failure::Failure;
use crate::firmware::Firmware;
use crate::guest::{Clock, Guest, GuestRam};
use crate::history::History;
use crate::host::Host;
use crate::interrupts;
use crate::loader::elf::{Executable, is_elf};
use crate::loader::{LoadError, Start, flat, multiboot};
use crate::memory::Layout;
use crate::memory::layout::TEXT;
use crate::msr::Msrs;
use crate::report;
use crate::storage::{File, FileError};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use bounds::Clip;
use core::fmt;
use devices::{PowerEvent, Time};
use vmx::addr::Gpa;
use vmx::exit::reason;

/// How often the screen is published at most, in nanoseconds.
const SCREEN_INTERVAL: u64 = 10_000_000;
/// After so many TSC ticks between exits and entries the CPU is told its deadline again, of which it counted only the guest's
/// part. Some microseconds: what a timer may be late.
const DRIFT: u64 = 8192;
/// How long a guest may be busy with its disk before the host looks at everything else of the VM, in nanoseconds.
const TURN: u64 = 4_000_000;
/// The BIOS number of the first hard disk.
const FIRST_HARD_DISK: u8 = 0x80;

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
    /// The vCPU is halted until input comes or the host's clock shows this.
    Halted {
        /// In nanoseconds of the host's clock; none: only input ends it.
        deadline_ns: Option<u64>,
    },
    /// The guest switched off, with the value of the debug-exit port or 0.
    PoweredOff(u32),
    /// The stop that was asked for.
    Stopped,
    /// It cannot go on; the report is in [`Control`].
    Failed,
}

/// What comes after an exit.
enum Next {
    /// The guest, at once.
    Enter,
    /// A look at everything beside the CPU, then the guest.
    Attend,
    /// The host.
    Stop(Stop),
}

/// A machine.
pub struct Machine<C: VirtualCpu, M: GuestRam, H: Host> {
    definition: Definition,
    cpu: C,
    guest: Guest<M, H>,
    /// The vCPU executed HLT and nothing woke it yet.
    halted: bool,
    /// When the screen was published last.
    published: Time,
    /// The first deadline of the devices, and the host's TSC then.
    deadline: Option<(Time, u64)>,
    /// TSC ticks between exits and entries since the CPU was told its deadline.
    drift: u64,
    /// The host's TSC at which [`run`](Self::run) returns, also when the guest does nothing but wait for its disk.
    turn_end: u64,
    /// The exit being handled: its reason, and the TSC when it happened.
    handling: Option<(u16, u64)>,
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
    ) -> Result<Self, SetupError> {
        let disks = Disks::open(&host, &definition.disks)?;
        let board = Board::new(BoardConfig {
            wall_clock: host.wall_clock(),
            memory: definition.memory,
            drives: disks.configuration(),
        })
        .map_err(SetupError::Board)?;
        let clock = Clock::start(&host);
        let guest = Guest {
            memory,
            layout,
            board,
            disks,
            firmware: Firmware::default(),
            cpuid,
            msrs: Msrs::default(),
            clock,
            control: Arc::new(Control::default()),
            history: History::default(),
            host,
        };
        let mut machine = Self {
            definition,
            cpu,
            guest,
            halted: false,
            published: Time::ZERO,
            deadline: None,
            drift: 0,
            turn_end: 0,
            handling: None,
        };
        machine.start()?;
        Ok(machine)
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
        let start = load(&self.definition, &mut self.guest)?;
        start.apply(&mut self.cpu);
        let offset = self.cpu.host_tsc().wrapping_neg();
        self.cpu.set_tsc_offset(offset);
        self.guest
            .control
            .statistics
            .frame_bytes
            .set(self.guest.memory.frame_bytes());
        Ok(())
    }

    /// Everything from the beginning, as after the reset button. Blocks.
    fn restart(&mut self) -> Result<(), Failure> {
        log::info!("guest '{}' is reset", self.definition.name);
        self.cpu.unload();
        self.cpu.reset();
        self.cpu.set_deadline(None);
        self.deadline = None;
        self.guest.memory.clear();
        let now = self.guest.now();
        self.guest.board.reset(now);
        self.guest.msrs = Msrs::default();
        self.guest.firmware = Firmware::default();
        self.halted = false;
        self.start().map_err(|error| Failure::Load(error.to_string()))
    }

    /// Runs the vCPU until the host is needed. Host interrupts are enabled before and after.
    pub fn run(&mut self) -> Stop {
        self.turn_end = self.cpu.host_tsc().saturating_add(self.guest.clock.ticks(TURN));
        let stop = match self.exit_loop() {
            Ok(stop) => stop,
            Err(failure) => self.fail(&failure),
        };
        self.account();
        self.guest
            .control
            .statistics
            .set_barriers(self.cpu.barrier_cost());
        // From here on the thread may be switched away, so the guest leaves the CPU.
        self.cpu.unload();
        if self.shows_now(&stop) {
            self.publish_screen();
        }
        stop
    }

    /// Most exits concern the CPU alone, and the guest goes on at once; what they leave undone waits for the next look, at the end of
    /// the slice at the latest.
    fn exit_loop(&mut self) -> Result<Stop, Failure> {
        loop {
            if let Some(stop) = self.attend()? {
                return Ok(stop);
            }
            loop {
                match self.enter()? {
                    Next::Enter => {}
                    Next::Attend => break,
                    Next::Stop(stop) => return Ok(stop),
                }
            }
        }
    }

    /// Looks at everything beside the CPU before an entry: requests of other threads, devices, interrupts, time.
    fn attend(&mut self) -> Result<Option<Stop>, Failure> {
        if let Some(stop) = self.serve_requests()? {
            return Ok(Some(stop));
        }
        let mut now = self.guest.now();
        take_input(&mut self.guest, now);
        self.guest.board.advance(now);
        if self.serve_disks() {
            if self.cpu.host_tsc() >= self.turn_end {
                return Ok(Some(Stop::Preempted));
            }
            now = self.guest.now();
            self.guest.board.advance(now);
        }
        if let Some(stop) = self.serve_output()? {
            return Ok(Some(stop));
        }
        let stays_halted = self.halted && !self.wakes();
        // There is no source of NMIs, so what does not accept interrupts sleeps until somebody resets or ends it.
        let for_good = stays_halted && !self.cpu.accepts_interrupt();
        self.guest.control.statistics.halted_for_good.set(for_good);
        if stays_halted {
            let deadline_ns = self
                .guest
                .board
                .deadline()
                .map(|time| self.guest.clock.host_ns(time));
            return Ok(Some(Stop::Halted { deadline_ns }));
        }
        let guest = &mut self.guest;
        interrupts::prepare(&mut self.cpu, &mut guest.board, now, &guest.control.statistics);
        self.set_deadline(now);
        // All of it has been seen to just now.
        let _ = self.guest.board.take_attention();
        Ok(None)
    }

    /// What other threads ask for.
    fn serve_requests(&mut self) -> Result<Option<Stop>, Failure> {
        if self.guest.control.stop_requested() {
            return Ok(Some(Stop::Stopped));
        }
        if self.guest.control.take_reset() {
            self.restart()?;
        }
        self.guest.control.drill();
        if self.guest.control.take_check() {
            // It takes a while, and the host may have its interrupts meanwhile.
            self.cpu.unload();
            let text = report::explain(&mut self.cpu);
            self.guest.control.answer_check(text);
        }
        if let Some(drill) = self.guest.control.take_refusal() {
            self.cpu.refuse(drill);
            // A halted vCPU would not be entered before something wakes it.
            self.halted = false;
        }
        Ok(None)
    }

    /// Tells the CPU when the next device is due.
    fn set_deadline(&mut self, now: Time) {
        self.drift = 0;
        let deadline = self.guest.board.deadline();
        if deadline != self.deadline.map(|(time, _)| time) {
            let tsc = self.cpu.host_tsc();
            let ticks = |time: Time| tsc.saturating_add(self.guest.clock.ticks(time.since(now)));
            self.deadline = deadline.map(|time| (time, ticks(time)));
        }
        self.cpu.set_deadline(self.deadline.map(|(_, tsc)| tsc));
    }

    /// One entry and its exit.
    fn enter(&mut self) -> Result<Next, Failure> {
        let entered = self.account();
        let reason = self
            .cpu
            .run()
            .map_err(|error| Failure::Entry(error.to_string()))?;
        let exited = self.cpu.host_tsc();
        self.handling = Some((reason, exited));
        self.guest
            .control
            .statistics
            .guest_ticks
            .add(exited.wrapping_sub(entered));
        self.guest.history.add(reason, self.cpu.rip());
        if reason::may_interrupt_delivery(reason)
            && let Some(event) = self.cpu.interrupted_event()
        {
            self.guest.history.interrupted(event.vector);
        }
        let outcome = exits::handle(&mut self.cpu, &mut self.guest, reason);
        let next = self.apply(outcome)?;
        let seen = !self.guest.board.take_attention() && self.drift < DRIFT;
        Ok(match next {
            Next::Enter if !seen => Next::Attend,
            next => next,
        })
    }

    /// Books the time since the last exit under its reason; the present TSC.
    fn account(&mut self) -> u64 {
        let now = self.cpu.host_tsc();
        if let Some((reason, since)) = self.handling.take() {
            let ticks = now.wrapping_sub(since);
            self.drift = self.drift.wrapping_add(ticks);
            let accesses = self.cpu.take_accesses();
            self.guest.control.statistics.exit(reason, ticks, accesses);
        }
        now
    }

    /// Carries out what a handler decided.
    fn apply(&mut self, outcome: Outcome) -> Result<Next, Failure> {
        match outcome {
            Outcome::Done => self.cpu.finish_instruction(),
            Outcome::Resume => {}
            Outcome::Attend => return Ok(Next::Attend),
            Outcome::Raise(event) => {
                self.guest.control.statistics.exceptions.add(1);
                if self.cpu.inject(event).is_err() {
                    return self.apply(Outcome::Fail(Failure::TripleFault));
                }
            }
            Outcome::Halt => {
                self.cpu.finish_instruction();
                self.halted = true;
                return Ok(Next::Attend);
            }
            Outcome::Preempted => return Ok(Next::Stop(Stop::Preempted)),
            Outcome::Fail(Failure::TripleFault)
                if self.definition.triple_fault == TripleFaultPolicy::Reset =>
            {
                self.restart()?;
                return Ok(Next::Attend);
            }
            Outcome::Fail(failure) => return Err(failure),
        }
        Ok(Next::Enter)
    }

    /// Carries out what the disk controllers want; whether they wanted anything.
    fn serve_disks(&mut self) -> bool {
        let mut served = false;
        while !self.guest.control.stop_requested()
            && let Some(request) = self.guest.board.take_disk_request()
        {
            served = true;
            // The host's disk may take its time, and others run meanwhile: none of that is the exit's cost.
            self.account();
            self.cpu.unload();
            let guest = &mut self.guest;
            let buffer = guest.board.disk_buffer(request.drive);
            let result = guest.disks.serve(&request, buffer, &guest.control.statistics);
            let now = guest.clock.now(&guest.host);
            guest.board.complete_disk(request.drive, result, now);
        }
        served
    }

    /// Output for the host, and the power switch.
    fn serve_output(&mut self) -> Result<Option<Stop>, Failure> {
        let guest = &mut self.guest;
        if guest.board.has_output() {
            send_output(guest);
        }
        match guest.board.take_power_event() {
            None => Ok(None),
            Some(PowerEvent::Reset) => self.restart().map(|()| None),
            Some(PowerEvent::Off) => Ok(Some(Stop::PoweredOff(0))),
            Some(PowerEvent::Exit(code)) => Ok(Some(Stop::PoweredOff(code))),
        }
    }

    /// Whether something ends the vCPU's halt: an interrupt, also one that had to wait, or a debug trap, such as the single step
    /// of HLT itself (SDM "HLT"; with RFLAGS.TF the processor never stays halted).
    fn wakes(&mut self) -> bool {
        if self.cpu.debug_trap_pending()
            || self.cpu.event_due()
            || self.guest.board.interrupt_pending() && self.cpu.accepts_interrupt()
        {
            self.halted = false;
        }
        !self.halted
    }

    /// Whether the screen is to be published at this return: at intervals while somebody looks, and always when no
    /// other chance comes soon.
    fn shows_now(&self, stop: &Stop) -> bool {
        let now = self.guest.now();
        match stop {
            Stop::Preempted => {}
            Stop::Halted {
                deadline_ns: Some(at),
            } if *at < self.guest.clock.host_ns(now + SCREEN_INTERVAL) => {}
            _ => return true,
        }
        now.since(self.published) >= SCREEN_INTERVAL && self.guest.control.screen.take_wanted()
    }

    /// Copies the visible text to where other threads find it.
    fn publish_screen(&mut self) {
        self.published = self.guest.now();
        let Guest {
            board,
            memory,
            control,
            ..
        } = &self.guest;
        let (start, per_row) = board.text_window();
        let visible = board.text_visible();
        let mut row_bytes = [0; 2 * COLUMNS];
        for row in 0..ROWS {
            // Text memory is 32 KiB and wraps.
            let cell = usize::from(start) + row * usize::from(per_row);
            let offset = (2 * cell as u64) & 0x7FFF;
            let readable = visible && memory.read(Gpa(TEXT + offset), &mut row_bytes).is_ok();
            if !readable {
                row_bytes.fill(0);
            }
            control.screen.set_row(row, &row_bytes);
        }
        let cursor = board
            .cursor()
            .filter(|_| visible)
            .map(|cursor| (cursor.column as u8, cursor.row as u8));
        control.screen.set_cursor(cursor);
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
        let (host, definition) = (&self.guest.host, &self.definition);
        let name = |address| symbol(host, definition, address);
        let calls = Calls::new(&mut self.cpu, &mut self.guest.memory, self.guest.cpuid.paging());
        let text = report::write(
            &definition.name,
            &mut self.cpu,
            failure,
            &self.guest.history,
            calls,
            name,
        );
        self.guest.control.report.call_once(|| text);
        Stop::Failed
    }
}

impl<C: VirtualCpu, M: GuestRam, H: Host> Drop for Machine<C, M, H> {
    fn drop(&mut self) {
        self.guest.disks.flush_all();
    }
}

fn take_input<M: GuestRam, H: Host>(guest: &mut Guest<M, H>, now: Time) {
    while let Some(input) = guest.control.input.peek() {
        match input {
            Input::Key(_) if !guest.board.key_room() => return,
            Input::Key(scancode) => guest.board.key(scancode, now),
            Input::Serial(byte) if !guest.board.serial(byte, now) => return,
            Input::Serial(_) => {}
        }
        guest.control.input.remove();
    }
}

/// Hands output to the host, in stretches of one stream.
fn send_output<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) {
    let output = guest.board.take_output();
    let mut bytes = [0; 64];
    let mut rest = output.as_slice();
    while let Some(&(stream, _)) = rest.first() {
        let count = rest
            .iter()
            .take(bytes.len())
            .take_while(|(other, _)| *other == stream)
            .count();
        for (to, (_, byte)) in bytes.iter_mut().zip(rest.upto(count)) {
            *to = *byte;
        }
        guest.host.output(stream, bytes.upto(count));
        rest = rest.past(count);
    }
    guest.board.return_output(output);
}

/// Loads what the definition says. Blocks.
fn load<M: GuestRam, H: Host>(definition: &Definition, guest: &mut Guest<M, H>) -> Result<Start, SetupError> {
    let named = |path: &str| {
        let path = path.to_string();
        move |error| SetupError::Image { path, error }
    };
    crate::firmware::install(guest).map_err(|error| named("the firmware")(error.into()))?;
    let Some(path) = &definition.kernel else {
        let disk = definition.disks.first().map_or("", |disk| disk.path.as_str());
        guest
            .disks
            .load_boot_sector(&mut guest.memory)
            .map_err(named(disk))?;
        return Ok(Start::BootSector {
            drive: FIRST_HARD_DISK,
        });
    };
    let kernel = File::open(guest.host.clone(), path, false)?;
    let is_flat = match definition.format {
        Some(format) => format == Format::Flat,
        None => !multiboot::is_multiboot(&kernel).map_err(named(path))? && flat::is_boot_sector(&kernel),
    };
    if is_flat {
        flat::load(&kernel, &mut guest.memory).map_err(named(path))?;
        return Ok(Start::BootSector {
            drive: FIRST_HARD_DISK,
        });
    }
    let files: Vec<(File<H>, String)> = definition
        .modules
        .iter()
        .map(|module| {
            let file = File::open(guest.host.clone(), &module.path, false)?;
            Ok((
                file,
                format!("{} {}", module.path, module.arguments)
                    .trim_end()
                    .to_string(),
            ))
        })
        .collect::<Result<_, FileError>>()?;
    let modules: Vec<multiboot::Module<'_>> = files
        .iter()
        .map(|(file, text)| multiboot::Module {
            image: file,
            text: text.as_bytes(),
        })
        .collect();
    let command_line = format!("{path} {}", definition.command_line);
    let parameters = multiboot::Parameters {
        command_line: command_line.trim_end().as_bytes(),
        modules: &modules,
        has_disk: guest.disks.count() > 0,
    };
    let loaded =
        multiboot::load(&kernel, &parameters, &guest.layout, &mut guest.memory).map_err(named(path))?;
    Ok(Start::Multiboot(loaded))
}

/// The name of a place in the guest's kernel, if its file has symbols. Blocks.
fn symbol<H: Host>(host: &H, definition: &Definition, address: u64) -> Option<String> {
    let file = File::open(host.clone(), definition.kernel.as_deref()?, false).ok()?;
    if !is_elf(&file).ok()? {
        return None;
    }
    let (name, offset) = Executable::parse(&file).ok()?.symbol(&file, address)?;
    Some(format!("{}+{offset:#x}", String::from_utf8_lossy(&name)))
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
