//! What whole programs take in a guest and on the bare machine, and what others take from them: the program `workload`
//! (userspace/tests/workload.c) measures itself.

use anyhow::Result;
use harness::{Machine, Session};
use system::steps::{boot_for_guests, guest_command, number_before, start_guest};

use crate::row::Row;

/// As much as the guest has, so that caches are of one size.
const GUEST_MEMORY: u32 = 16;

/// A program, and what it shows.
const WORKLOADS: [(&str, &str); 5] = [
    ("run /usr/mult.sweb", "mult: 100x100 matrices"),
    ("run /usr/memtest.sweb", "memtest: 3 MiB touched and read"),
    ("calls", "20,000 system calls"),
    ("switches", "5,000 turns of two processes"),
    ("disk", "4 MiB read from the disk"),
];

/// Runs each in a guest and on the bare machine.
pub fn measure() -> Result<Vec<Row>> {
    let mut bare = Machine::new("bench bare").memory(GUEST_MEMORY).boot()?;
    let mut host = boot_for_guests("bench workloads")?;
    start_guest(&mut host)?;
    WORKLOADS
        .iter()
        .map(|(program, what)| {
            let line = format!("cls; workload {program}");
            let on_bare = bare.command(&line)?;
            let in_guest = guest_command(&mut host, &line)?;
            let on_bare = ticks(&mut bare, &on_bare)?;
            Ok(Row::new(what, ticks(&mut host, &in_guest)?).beside(on_bare))
        })
        .collect()
}

/// "calls: 1234567 ticks", behind whatever else the program says.
fn ticks(sweb: &mut Session, output: &str) -> Result<u64> {
    number_before(output, " ticks").ok_or_else(|| sweb.failure("the workload tells no ticks"))
}
