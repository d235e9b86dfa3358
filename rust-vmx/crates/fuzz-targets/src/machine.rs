//! A machine under a stream of exits: a CPU that does what the input says, between a real board and a pretended host.
//!
//! Whatever the guest's state and the exit: no panic, no endless loop, the CPU is the host's after each return, the disks keep
//! what the guest may not write, and a machine that cannot go on says why.

mod exits;
mod state;

use crate::input::Input;
use machine::Stop;
use machine::control::{CELLS, Input as Message, Requests};
use machine::testing::{Bench, ScriptedExit, bench_with};

/// The disks' sizes.
const DISK: usize = 64 << 10;
const READ_ONLY_DISK: &[u8] = &[0x77; 4096];

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let policy = input.byte();
    let lines = format!(
        "disk = /disk\ndisk = /secret,ro\ntriplefault = {}\n",
        if policy & 1 == 0 { "report" } else { "reset" }
    );
    let mut bench = bench_with(&lines, |host| {
        host.put("/disk", &[0x11; DISK]);
        host.put("/secret", READ_ONLY_DISK);
    });
    state::prepare(&mut bench);
    if policy & 2 != 0 {
        bench.machine.guest_mut().memory.frames = usize::from(policy >> 2);
    }
    while !input.is_empty() {
        if step(&mut bench, &mut input) == Next::End {
            break;
        }
    }
    finish(bench);
}

/// Whether the machine goes on.
#[derive(PartialEq, Eq)]
enum Next {
    GoOn,
    End,
}

fn step(bench: &mut Bench, input: &mut Input<'_>) -> Next {
    let choice = input.byte();
    match choice & 0xF {
        0..=7 => {
            let exit = exits::read(bench, choice, input);
            return enter(bench, exit);
        }
        8..=12 => state::change(bench, choice, input),
        13 => bench.host.pass(input.magnitude() >> 16),
        14 => message(bench, input),
        _ => request(bench, input.byte()),
    }
    Next::GoOn
}

/// Lets the guest run into an exit.
fn enter(bench: &mut Bench, exit: ScriptedExit) -> Next {
    // A machine that halted or stopped left exits behind that nobody met.
    bench.cpu().script.clear();
    match bench.exit(exit) {
        Stop::Preempted => Next::GoOn,
        Stop::Halted { deadline_ns } => {
            // As the host's thread would: asleep until something is due.
            bench
                .host
                .pass(deadline_ns.unwrap_or(0).saturating_sub(now(bench)));
            Next::GoOn
        }
        Stop::PoweredOff(_) | Stop::Stopped => Next::End,
        Stop::Failed => {
            let control = bench.machine.control();
            let report = control.report.get().expect("a failure has a report");
            assert!(!report.is_empty());
            Next::End
        }
    }
}

fn now(bench: &Bench) -> u64 {
    use machine::host::Host;
    bench.host.now_ns()
}

/// Input from the user.
fn message(bench: &mut Bench, input: &mut Input<'_>) {
    let choice = input.byte();
    for byte in input.bytes(usize::from(choice & 0x1F)) {
        let message = if choice & 0x80 == 0 {
            Message::Key(*byte)
        } else {
            Message::Serial(*byte)
        };
        let _room = bench.machine.control().input.send(message);
    }
}

/// What the host asks for, and what goes wrong with its files.
fn request(bench: &mut Bench, choice: u8) {
    let control = bench.machine.control();
    match choice {
        0 => control.request(Requests::STOP),
        1 => control.request(Requests::RESET),
        2 => control.request(Requests::CHECK),
        3 => bench.host.break_file("/disk"),
        4 => bench.host.break_file("/kernel"),
        5 => {
            control.screen.copy_to(&mut 0, &mut [0; CELLS]);
            let _explanation = control.take_explanation();
        }
        _ => {}
    }
}

fn finish(bench: Bench) {
    let Bench { host, machine } = bench;
    drop(machine);
    assert_eq!(host.open_files(), 0, "a machine closes its files");
    assert_eq!(
        host.get("/secret"),
        READ_ONLY_DISK,
        "a disk was written that is read-only"
    );
    assert_eq!(host.get("/disk").len(), DISK);
}
