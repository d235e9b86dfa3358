//! From VM entry to VM exit and back: the loop that everything else of a machine is called from.
//!
//! Most exits concern the CPU alone, and the guest goes on at once: that path is kept short, so what is rare stands in functions of
//! its own. `docs/PERFORMANCE.md` follows it instruction by instruction.

use super::{Machine, Stop};
use crate::cpu::VirtualCpu;
use crate::definition::TripleFaultPolicy;
use crate::exits::{self, Outcome};
use crate::failure::Failure;
use crate::guest::GuestRam;
use crate::host::Host;
use alloc::string::ToString;
use core::fmt::Display;
use core::num::NonZero;
use vmx::addr::Gpa;
use vmx::event::Event;

/// After so many TSC ticks between exits and entries the CPU is told its deadline again, of which it counted only the guest's
/// part. Some microseconds: what a timer may be late.
const DRIFT: u64 = 8192;

/// The exit that is being handled.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Handling {
    reason: u16,
    /// The TSC when it happened; none when all of the time since then is booked.
    since: Option<NonZero<u64>>,
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

impl<C: VirtualCpu, M: GuestRam, H: Host> Machine<C, M, H> {
    /// Runs the vCPU until the host is needed, or its clock shows `until_ns`. Host interrupts are enabled before and after.
    pub fn run(&mut self, until_ns: u64) -> Stop {
        self.begin_slice(until_ns.saturating_sub(self.guest.host.now_ns()));
        let stop = match self.until_stop() {
            Ok(stop) => stop,
            Err(failure) => self.fail(&failure),
        };
        self.account();
        self.look_at_unowned();
        self.end_doze();
        self.guest
            .control
            .statistics
            .set_barriers(self.cpu.barrier_cost());
        // From here on the thread may be switched away, so the guest leaves the CPU.
        self.cpu.unload();
        self.send_output();
        if self.shows_now(&stop) {
            self.publish_screen();
        }
        stop
    }

    /// What the guest looked for in vain.
    pub(super) fn look_at_unowned(&mut self) {
        if self.guest.board.unowned.is_quiet() {
            return;
        }
        let (now, statistics) = (self.guest.now(), &self.guest.control.statistics);
        let exits = statistics.exits_of_guest();
        self.guest.board.unowned.look(now, exits, &statistics.unowned);
    }

    fn until_stop(&mut self) -> Result<Stop, Failure> {
        loop {
            if let Some(stop) = self.attend()? {
                return Ok(stop);
            }
            if let Some(stop) = self.until_attention()? {
                return Ok(stop);
            }
            // Here and not before the guest was entered: however short its slice is, it comes forward.
            if self.cpu.slice_over() {
                return Ok(Stop::Preempted);
            }
        }
    }

    /// Entries and exits, until one leaves something to look at beside the CPU: in a device, for the host, or in the clock. At the end of
    /// the slice at the latest: the CPU's timer should end it, but each exit is a chance to see that it has not.
    #[inline(never)]
    fn until_attention(&mut self) -> Result<Option<Stop>, Failure> {
        loop {
            let entered = self.account();
            let exit = match self.cpu.run() {
                Ok(exit) => exit,
                Err(error) => return Err(refused(&error)),
            };
            let exited = self.cpu.host_tsc();
            let statistics = &self.guest.control.statistics;
            statistics.guest_ticks.add(exited.wrapping_sub(entered));
            self.handling = Handling {
                reason: exit.reason,
                since: NonZero::new(exited),
            };
            self.guest.history.add(exit);
            if let Some(event) = self.cpu.interrupted_event() {
                self.guest.history.interrupted(event.vector);
            }
            match exits::handle(&mut self.cpu, &mut self.guest, exit.reason) {
                Outcome::Done => self.cpu.finish_instruction(),
                Outcome::Resume => {}
                outcome => match self.apply(outcome)? {
                    Next::Enter => {}
                    Next::Attend => return Ok(None),
                    Next::Stop(stop) => return Ok(Some(stop)),
                },
            }
            if self.guest.board.wants_attention() || self.drift >= DRIFT || exited >= self.cpu.slice_end() {
                return Ok(None);
            }
        }
    }

    /// Books the time since the last exit under its reason; the present TSC.
    #[inline]
    pub(super) fn account(&mut self) -> u64 {
        let now = self.cpu.host_tsc();
        if let Some(since) = self.handling.since.take() {
            let ticks = now.wrapping_sub(since.get());
            self.drift = self.drift.wrapping_add(ticks);
            let accesses = self.cpu.take_accesses();
            let statistics = &self.guest.control.statistics;
            statistics.exit(self.handling.reason, ticks, accesses);
        }
        now
    }

    /// Carries out what a handler decided.
    #[inline(never)]
    fn apply(&mut self, outcome: Outcome) -> Result<Next, Failure> {
        match outcome {
            Outcome::Done => self.cpu.finish_instruction(),
            Outcome::Resume => {}
            Outcome::Attend => return Ok(Next::Attend),
            Outcome::Populate(address) => return self.populate(address),
            Outcome::Raise(event) => return self.raise(event),
            Outcome::Halt => {
                self.cpu.finish_instruction();
                self.halted = true;
                return Ok(Next::Attend);
            }
            Outcome::Preempted => return Ok(Next::Stop(Stop::Preempted)),
            Outcome::Fail(failure) => return self.survive(failure),
        }
        Ok(Next::Enter)
    }

    /// Zeroing much takes its time, in which the host has its interrupts, and others may run: none of that is the exit's cost.
    fn populate(&mut self, address: Gpa) -> Result<Next, Failure> {
        self.account();
        self.cpu.unload();
        self.guest.memory.populate(address).map_err(Failure::Memory)?;
        self.guest.count_frames();
        Ok(Next::Attend)
    }

    /// The guest gets an exception.
    fn raise(&mut self, event: Event) -> Result<Next, Failure> {
        self.guest.control.statistics.exceptions.add(1);
        match self.cpu.inject(event) {
            Ok(()) => Ok(Next::Enter),
            Err(_) => self.survive(Failure::TripleFault),
        }
    }

    /// What ends a machine, unless it shall start again then.
    fn survive(&mut self, failure: Failure) -> Result<Next, Failure> {
        let again = self.definition.triple_fault == TripleFaultPolicy::Reset;
        if again && failure == Failure::TripleFault {
            self.restart()?;
            return Ok(Next::Attend);
        }
        Err(failure)
    }
}

/// The CPU does not enter the guest.
#[cold]
#[inline(never)]
fn refused(error: &impl Display) -> Failure {
    Failure::Entry(error.to_string())
}
