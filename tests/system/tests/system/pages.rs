//! What the kernel says at power-off about memory that nobody gave back: it is an alarm only if it is silent otherwise.

use anyhow::Result;
use harness::Session;
use system::steps::{boot_for_guests, start_guest};

/// Switches off and returns the kernel's count of pages before the first program and at the end, and its warning.
fn pages_at_the_end(sweb: &mut Session) -> Result<(String, Option<String>)> {
    sweb.type_line("poweroff")?;
    sweb.wait_power_off()?;
    let log = sweb.debug_log();
    let line = |part| log.lines().rfind(|line| line.contains(part)).map(str::to_owned);
    let count = line("free and heap pages: ").ok_or_else(|| sweb.failure("the pages were not counted"))?;
    Ok((count, line("pages were not given back")))
}

fn all_given_back(sweb: &mut Session) -> Result<()> {
    let (count, warning) = pages_at_the_end(sweb)?;
    sweb.check(warning.is_none(), &format!("{warning:?}: {count}"))
}

#[test]
fn all_are_given_back_without_a_guest() -> Result<()> {
    let mut sweb = boot_for_guests("no guest's pages")?;
    all_given_back(&mut sweb)
}

/// Guests that were killed, refused by the CPU and refused by the kernel, a second SWEB, the CPU's check, and one that runs still.
#[test]
fn all_are_given_back_whatever_guests_there_were() -> Result<()> {
    let mut sweb = boot_for_guests("all guests' pages")?;
    sweb.command("vmrun --detach hello")?;
    sweb.command("vmkill hello")?;
    sweb.command("vmrun --detach --name refused hello")?;
    sweb.command("vmcheck --refuse guest refused")?;
    sweb.command("vmrun /usr/nothing")?;
    sweb.command("vmcheck --cpu 100")?;
    start_guest(&mut sweb)?;
    sweb.leave()?;
    sweb.command("vmkill guest")?;
    sweb.command("vmrun --detach hello")?;
    all_given_back(&mut sweb)
}
