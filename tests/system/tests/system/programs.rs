//! User programs, alone and together.

use anyhow::Result;
use harness::{Key, Machine};
use system::steps::number_after;

/// What mult's matrices add up to; known from SWEB.
const MULT_SUM: &str = "1237619379";

#[test]
fn mult_computes_the_right_sum() -> Result<()> {
    let mut sweb = Machine::new("programs mult").boot()?;
    sweb.command("mult.sweb")?;
    let log = sweb.debug_log();
    sweb.check(log.contains(MULT_SUM), "mult did not end with its sum")
}

#[test]
fn memtest_passes() -> Result<()> {
    let mut sweb = Machine::new("programs memtest").boot()?;
    let output = sweb.command("memtest")?;
    sweb.check(output.contains("[PASS]"), "memtest did not pass")
}

/// With 4 MiB, memtest cannot have its 3 MiB; it must end, and everything else go on.
#[test]
fn running_out_of_memory_ends_the_program_only() -> Result<()> {
    let mut sweb = Machine::new("programs memory").memory(4).boot()?;
    sweb.command("memtest")?;
    let output = sweb.command("echo still here")?;
    sweb.check(output.contains("still here"), "the shell did not survive")
}

#[test]
fn programs_run_side_by_side() -> Result<()> {
    let mut sweb = Machine::new("programs together").boot()?;
    // What they print may come between the characters typed, so nobody waits for these.
    for line in ["mult &", "mult &", "mult"] {
        sweb.type_text(line)?;
        sweb.key(Key::Enter)?;
    }
    sweb.wait_until("three sums", 30, |sweb| {
        sweb.debug_log().matches(MULT_SUM).count() >= 3
    })
}

/// A program's pages, stack and page tables are free again when it has ended.
#[test]
fn programs_leave_no_page_behind() -> Result<()> {
    let mut sweb = Machine::new("programs pages").boot()?;
    let mut free = [0; 2];
    // The first runs fill what is kept for later: the heap's reserve, the buffers of the file system.
    sweb.command("mult")?;
    sweb.command("memtest")?;
    sweb.command("free")?;
    for pages in &mut free {
        for _ in 0..3 {
            sweb.command("memtest")?;
        }
        let output = sweb.command("free")?;
        *pages = number_after(&output, "free").unwrap_or_default();
    }
    sweb.check(
        free[0] != 0 && free[0] == free[1],
        &format!("{} free pages became {}", free[0], free[1]),
    )
}

/// Programs that check one part of the system each, and say `[PASS]` or `[FAIL]`.
#[test]
fn every_test_program_passes() -> Result<()> {
    let mut sweb = Machine::new("programs tests").boot()?;
    for name in [
        "libctest",
        "malloctest",
        "badpointers",
        "fputest",
        "filetest",
        "nasty",
        "processtest",
        "elftest",
    ] {
        let output = sweb.command_within(name, 120)?;
        sweb.check(
            output.contains(&format!("[PASS] {name}")),
            &format!("{name} says:\n{output}"),
        )?;
    }
    sweb.power_off()
}

#[test]
fn ctrl_c_ends_the_program_but_not_the_shell() -> Result<()> {
    let mut sweb = Machine::new("programs interrupt").boot()?;
    sweb.type_line("spin")?;
    sweb.idle(1)?;
    sweb.key(Key::CtrlC)?;
    sweb.wait_prompt()?;
    sweb.type_text("not run")?;
    sweb.key(Key::CtrlC)?;
    sweb.wait_prompt()?;
    let output = sweb.command("echo still here")?;
    sweb.check(output.contains("still here"), "the shell did not survive")
}

/// A program that takes all memory is ended; what it had is free again.
#[test]
fn a_program_cannot_take_all_memory() -> Result<()> {
    let mut sweb = Machine::new("programs hog").memory(16).boot()?;
    let mut free = [0; 3];
    for pages in &mut free {
        let output = sweb.command_within("hog", 60)?;
        sweb.check(output.contains("no memory left"), &format!("hog says: {output}"))?;
        let output = sweb.command("free")?;
        *pages = number_after(&output, "free").unwrap_or_default();
    }
    sweb.check(
        free[1] != 0 && free[1] == free[2],
        &format!("{} free pages became {}", free[1], free[2]),
    )
}
