//! What a machine does beside running its guest: requests of other threads, devices, disks, output, interrupts, time.

use super::{Machine, Stop};
use crate::control::{Input, Requests};
use crate::cpu::VirtualCpu;
use crate::failure::Failure;
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::{interrupts, report};
use bounds::Clip;
use devices::{PowerEvent, Time};

/// How long the host may have output of the guest before it gets the CPU and can show it, in nanoseconds.
const OUTPUT_WAITS: u64 = 4_000_000;
/// How long a guest may be busy with its disk before the host looks at everything else of the VM, in nanoseconds.
const TURN: u64 = 4_000_000;
/// What a guest has at least before the host is back, in nanoseconds.
const SHORTEST_SLICE: u64 = 10_000;

impl<C: VirtualCpu, M: GuestRam, H: Host> Machine<C, M, H> {
    /// Looks at everything beside the CPU before an entry: requests of other threads, devices, interrupts, time.
    pub(super) fn attend(&mut self) -> Result<Option<Stop>, Failure> {
        self.end_doze();
        if !self.guest.control.requests().is_empty()
            && let Some(stop) = self.serve_requests()?
        {
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
        if stays_halted && (for_good || !self.waits_on_cpu(now)) {
            let guest = &self.guest;
            let deadline_ns = self
                .wake_at(now)
                .map(|time| guest.clock.host_ns(&guest.host, time));
            return Ok(Some(Stop::Halted { deadline_ns }));
        }
        self.cpu.set_halted(stays_halted);
        self.dozing = stays_halted.then(|| self.cpu.host_tsc());
        let guest = &mut self.guest;
        interrupts::prepare(&mut self.cpu, &mut guest.board, now, &guest.control.statistics);
        self.set_deadline();
        self.guest.board.attended();
        Ok(None)
    }

    /// What other threads ask for.
    #[inline(never)]
    fn serve_requests(&mut self) -> Result<Option<Stop>, Failure> {
        if self.guest.control.stop_requested() {
            return Ok(Some(Stop::Stopped));
        }
        if self.guest.control.take(Requests::RESET) {
            self.restart()?;
        }
        self.guest.control.drill();
        if self.guest.control.take(Requests::CHECK) {
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

    /// The guest has so many nanoseconds, and a few in any case: the thread may have been away since it was told.
    pub(super) fn begin_slice(&mut self, nanoseconds: u64) {
        let ticks = self.guest.clock.ticks(nanoseconds.max(SHORTEST_SLICE));
        let now = self.cpu.host_tsc();
        let slice_end = now.saturating_add(ticks);
        self.cpu.set_slice_end(slice_end);
        self.turn_end = now.saturating_add(self.guest.clock.ticks(TURN)).min(slice_end);
    }

    /// Ends the guest's slice soon, for the host's thread has something to pass on.
    fn shorten_slice(&mut self) {
        let soon = self.guest.clock.ticks(OUTPUT_WAITS);
        self.cpu.shorten_slice(self.cpu.host_tsc().saturating_add(soon));
    }

    /// When the next device is due, or the next key.
    fn deadline(&self) -> Option<Time> {
        let first = self.guest.board.deadline().min(self.guest.typist.deadline());
        (first != Time::NEVER).then_some(first)
    }

    /// Tells the CPU when that is.
    fn set_deadline(&mut self) {
        self.drift = 0;
        // In this order: what comes between the two makes the deadline early, which costs an exit, and not late.
        let tsc = self.cpu.host_tsc();
        let now = self.guest.now();
        let deadline = self.deadline();
        let ticks = |time: Time| self.guest.clock.ticks(time.since(now)).saturating_add(1);
        self.cpu
            .set_deadline(deadline.map(|time| tsc.saturating_add(ticks(time))));
    }

    /// Whether a halted guest waits on the CPU for its next device: when nobody else wants the CPU, and the host's timed sleep could be
    /// late. What another thread asks for between this look and the entry waits for the host's next tick.
    fn waits_on_cpu(&self, now: Time) -> bool {
        let deadline = self.deadline();
        let soon = self.guest.host.sleep_slack_ns();
        deadline.is_some_and(|time| time.since(now) < soon)
            && self.cpu.can_halt()
            && self.guest.host.is_idle()
    }

    /// When the thread of a halted guest has to be back: early enough to wait for the rest on the CPU.
    fn wake_at(&self, now: Time) -> Option<Time> {
        let deadline = self.deadline()?;
        let slack = self.guest.host.sleep_slack_ns();
        let early = deadline.since(now) > slack && self.cpu.can_halt();
        Some(if early { deadline - slack } else { deadline })
    }

    /// Books the time that the guest was halted on the CPU.
    pub(super) fn end_doze(&mut self) {
        if let Some(since) = self.dozing.take() {
            let ticks = self.cpu.host_tsc().wrapping_sub(since);
            self.guest.control.statistics.halted_ticks.add(ticks);
        }
    }

    /// Carries out what the disk controllers want, for the rest of the turn; whether they wanted anything.
    fn serve_disks(&mut self) -> bool {
        let mut served = false;
        while !(self.guest.control.stop_requested() || served && self.cpu.host_tsc() >= self.turn_end)
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
        let any = self.guest.board.has_output();
        let has_room = self.send_output();
        if any {
            self.shorten_slice();
        }
        match self.guest.board.take_power_event() {
            None => Ok((!has_room).then_some(Stop::Preempted)),
            Some(PowerEvent::Reset) => self.restart().map(|()| None),
            Some(PowerEvent::Off) => Ok(Some(Stop::PoweredOff(0))),
            Some(PowerEvent::Exit(code)) => Ok(Some(Stop::PoweredOff(code))),
        }
    }

    /// Hands output to the host. Whether that has room for more.
    pub(super) fn send_output(&mut self) -> bool {
        !self.guest.board.has_output() || send_output(&mut self.guest)
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
}

fn take_input<M: GuestRam, H: Host>(guest: &mut Guest<M, H>, now: Time) {
    let Guest {
        board,
        control,
        typist,
        ..
    } = guest;
    typist.watch(board, now);
    while let Some(input) = control.input.peek() {
        match input {
            Input::Key(_) if typist.press(&control.input, board, now) => {}
            Input::Serial(byte) if board.serial(byte, now) => control.input.remove(),
            _ => return,
        }
    }
}

/// Hands output to the host, in stretches of one stream.
fn send_output<M: GuestRam, H: Host>(guest: &mut Guest<M, H>) -> bool {
    let mut has_room = true;
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
        has_room = guest.host.output(stream, bytes.upto(count));
        rest = rest.past(count);
    }
    guest.board.return_output(output);
    has_room
}
