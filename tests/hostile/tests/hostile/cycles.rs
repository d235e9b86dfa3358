//! Guests come and go, and leave nothing.

use anyhow::Result;
use hostile::{Guest, Host, Logs, guest};
use libtest_mimic::Trial;

/// Memory of the host, in MiB.
const HOST_MEMORY: u32 = 64;
/// Rounds after which the host keeps what it keeps: the reports of the last guests, its heap's reserve, the buffers of its
/// file system.
const FIRST_ROUNDS: u64 = 8;
/// Rounds that must leave nothing.
const ROUNDS: u64 = 20;
/// Pages that all rounds together may keep, where the same heap is in other places.
const KEPT_PAGES: u64 = 2;
/// What all rounds together may keep of the heap, in KiB: less than 60 bytes a round.
const KEPT_HEAP: u64 = 1;

/// What guests left of the host's memory.
#[derive(Clone, Copy, Debug)]
struct Memory {
    /// Pages that are free.
    pages: u64,
    /// KiB of the kernel's heap that are used.
    heap: u64,
}

/// The tests.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test(
        "cycles::guests_that_come_and_go_leave_nothing",
        || cycles().map_err(|error| format!("{error:?}").into()),
    )]
}

/// A guest that ends, one that fails and one that is killed, again and again.
fn cycles() -> Result<()> {
    let guests = [ends(), fails(), stays()];
    let mut host = Host::boot("hostile cycles", HOST_MEMORY, Logs::Last, &guests)?;
    let rounds = ROUNDS * counts::scale();
    let before = lives(&mut host, FIRST_ROUNDS)?;
    let after = lives(&mut host, rounds)?;
    counts::add("micro-guests", guests.len() as u64 * (FIRST_ROUNDS + rounds));
    host.sweb.check(
        after.pages + KEPT_PAGES >= before.pages && after.heap <= before.heap + KEPT_HEAP,
        &format!("{before:?} became {after:?}"),
    )
}

/// So many lives of each; what they leave.
fn lives(host: &mut Host, rounds: u64) -> Result<Memory> {
    for _ in 0..rounds {
        let line = "cls; vmrun ends; vmrun fails; vmrun --detach stays; vmkill stays";
        let printed = host.sweb.command_within(line, 60)?;
        let all = ["has switched itself off", "triple fault", "was ended"]
            .iter()
            .all(|end| printed.contains(end));
        host.sweb
            .check(all, &format!("not all have lived and ended:\n{printed}"))?;
    }
    // A moment for the deletion of the last thread.
    host.sweb.idle(1)?;
    let printed = host.sweb.command("cls; free")?;
    let memory = number_after(&printed, "free")
        .zip(number_after(&printed, "heap:"))
        .map(|(pages, heap)| Memory { pages, heap });
    memory.ok_or_else(|| host.sweb.failure(&format!("free says {printed}")))
}

/// The number behind a word.
fn number_after(text: &str, word: &str) -> Option<u64> {
    let mut words = text.split_whitespace().skip_while(|seen| *seen != word);
    words.nth(1)?.parse().ok()
}

/// Ends by itself.
fn ends() -> Guest {
    guest!(ends, Protected, says [], "call *DONE")
}

/// Is ended by the host.
fn fails() -> Guest {
    guest!(fails, Long, fails ["triple fault"], definition "disk = /usr/disk\n", "LOAD_TABLE lidt, 0, 0", "ud2")
}

/// Goes on until somebody kills it.
fn stays() -> Guest {
    guest!(stays, Protected, loops [], definition "disk = /usr/disk\nmemory = 16M\n",
        "1: movl $0x100000, %edi", "movl $(15 << 18), %ecx", "rep stosl", "jmp 1b")
}
