//! What whole programs take in a guest and on the bare machine, and what others take from them: the program `workload`
//! (userspace/tests/workload.c) measures itself.

use std::ops::Range;

use anyhow::Result;
use harness::{Machine, Session};
use system::steps::{boot_for_guests, guest_command, number_after, number_before, start_guest};

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

/// How many guests have nothing to do while a program of the host runs.
const IDLE_GUESTS: u64 = 8;

/// As the guest `guest`, but its disk can be shared, because nobody may write to it.
const IDLE_GUEST: &str = "kernel = /usr/guests/kernel.x\nmemory = 16M\ndisk = /usr/guests/guest.img,ro\n";

/// Programs in a guest, and a program of the host beside guests.
pub fn measure() -> Result<Vec<Row>> {
    let mut rows = in_a_guest()?;
    rows.extend(beside_idle_guests()?);
    rows.push(how_many_fit()?);
    Ok(rows)
}

/// So many guests wait at their prompts when the next one is refused.
fn how_many_fit() -> Result<Row> {
    let mut host = Machine::new("bench full host")
        .memory(512)
        .file("/usr/guests/idle.vm", IDLE_GUEST.into())
        .boot()?;
    for number in 0.. {
        let answer = host.command(&format!("cls; vmrun --detach --name idle{number} idle"))?;
        if !answer.contains(" runs as VM ") {
            host.check(
                answer.contains("no free memory"),
                "a guest is refused for another reason",
            )?;
            break;
        }
    }
    host.idle(2)?;
    let list = host.command("cls; vmlist")?;
    let running = list.lines().filter(|row| row.contains("running")).count();
    Ok(Row::new("idle guests in a host of 512 MB", running as u64))
}

/// What a program of the host takes alone, and beside guests that wait at their prompts; and the memory that the host gives for
/// one more of these, beside the frames that are the guest's own memory and the tables that map it.
fn beside_idle_guests() -> Result<[Row; 3]> {
    let mut host = Machine::new("bench idle guests")
        .memory(256)
        .file("/usr/guests/idle.vm", IDLE_GUEST.into())
        .boot()?;
    let mult = |host: &mut Session| {
        let output = host.command("cls; workload run /usr/mult.sweb")?;
        ticks(host, &output)
    };
    mult(&mut host)?; // what it reads from the disk is in the cache from now on
    let alone = mult(&mut host)?;
    let start = |host: &mut Session, numbers: Range<u64>| {
        for number in numbers {
            host.command(&format!("vmrun --detach --name idle{number} idle"))?;
        }
        host.idle(2)
    };
    // What guests share is there from the first one on: programs, caches, the thread that shows their screens.
    start(&mut host, 0..1)?;
    let free = free_pages(&mut host)?;
    start(&mut host, 1..IDLE_GUESTS)?;
    let taken = free - free_pages(&mut host)?;
    let mut own = 0;
    for number in 1..IDLE_GUESTS {
        let statistics = host.command(&format!("cls; vmstat idle{number}"))?;
        own += number_after(&statistics, "frames held")
            .ok_or_else(|| host.failure("vmstat knows no frames of the guest"))?;
    }
    let what = format!("mult beside {IDLE_GUESTS} idle guests");
    Ok([
        Row::new(&what, mult(&mut host)?).beside(alone),
        Row::new("KiB of the host for an idle guest", 4 * taken / (IDLE_GUESTS - 1)),
        Row::new(
            "KiB of these beside its memory",
            4 * (taken - own) / (IDLE_GUESTS - 1),
        ),
    ])
}

/// Pages that nobody has.
fn free_pages(sweb: &mut Session) -> Result<u64> {
    let output = sweb.command("cls; free")?;
    number_after(&output, "free").ok_or_else(|| sweb.failure("free does not tell the pages"))
}

/// Runs each in a guest and on the bare machine.
fn in_a_guest() -> Result<Vec<Row>> {
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
