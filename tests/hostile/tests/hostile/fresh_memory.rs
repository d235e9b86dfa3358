//! Memory that a guest touches when the host has no zeroed frames left: the host's interrupts do not wait for the zeroing.

use anyhow::{Context, Result};
use hostile::{Guest, Host, Logs, guest};
use libtest_mimic::Trial;

/// Memory of the host, in MiB: four times what it keeps zeroed.
const HOST_MEMORY: u32 = 128;
/// Large pages that the guest touches, almost twice the host's stock.
const TOUCHED: u64 = 29;
/// What an exit may take with the host's interrupts disabled, in instructions: zeroing of 64 KiB, and what is beside it.
const LONGEST: u64 = 12_000;

/// The tests.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test("fresh_memory::no_exit_zeroes_a_large_page", || {
        touch().map_err(|error| format!("{error:?}").into())
    })]
}

/// Touches 29 large pages one after the other. Were the last 13 zeroed in their exits, the mean of all would be above 100,000.
fn guests() -> Vec<Guest> {
    vec![guest!(
        touches,
        Protected,
        loops[],
        definition "memory = 60M",
        "movl $0x200000, %edi",
        "1: movl %edi, (%edi)",
        "addl $0x200000, %edi",
        "cmpl $0x3C00000, %edi",
        "jb 1b",
        "2: jmp 2b"
    )]
}

fn touch() -> Result<()> {
    let mut host = Host::boot("hostile fresh memory", HOST_MEMORY, Logs::Last, &guests())?;
    host.start("touches")?;
    host.sweb.idle(2)?;
    let table = host.sweb.command("cls; vmstat touches")?;
    let row = table.lines().find_map(|line| line.strip_prefix("EPT violation"));
    let row = row.with_context(|| format!("no EPT violations in {table}"))?;
    let numbers: Vec<u64> = row
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    let [count, _, each, ..] = numbers[..] else {
        return Err(host.sweb.failure(&format!("no numbers in {row}")));
    };
    host.sweb
        .check(count >= TOUCHED, &format!("only {count} touches: {table}"))?;
    host.sweb
        .check(each <= LONGEST, &format!("an exit takes {each}: {table}"))?;
    host.kill("touches")?;
    counts::add("micro-guests", 1);
    host.check_pages()
}
