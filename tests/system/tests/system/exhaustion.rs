//! Resources that end: an error, never a panic, and everything is free again.

use anyhow::Result;
use harness::Machine;
use system::steps::{MEMORY_FOR_GUESTS, number_after, passes, power_off_within_reservations};

/// Long enough for the slowest of the rounds.
const PATIENCE: u64 = 600;

/// In MiB: enough for a few guests, and soon used up.
const LITTLE_MEMORY: u32 = 16;

/// Processes, files in memory and virtual machines until there is no more.
#[test]
fn whoever_uses_up_everything_gets_an_error() -> Result<()> {
    let mut sweb = Machine::new("exhaustion").memory(LITTLE_MEMORY).boot()?;
    passes(&mut sweb, "exhaust", PATIENCE)?;
    passes(&mut sweb, "memtest", PATIENCE)?;
    power_off_within_reservations(&mut sweb)
}

/// Every allocation of what creates, loads and runs programs and virtual machines fails once, and again with all that
/// follow it.
#[test]
fn a_failed_allocation_is_an_error() -> Result<()> {
    let mut sweb = Machine::new("allocation failures")
        .memory(MEMORY_FOR_GUESTS)
        .boot()?;
    let step = if counts::scale() > 1 { 1 } else { 8 };
    let output = passes(&mut sweb, &format!("allocfail {step}"), PATIENCE)?;
    let failures = number_after(&output, "failures tried:").unwrap_or_default();
    counts::add("allocation failures", failures);
    sweb.check(
        failures > 0,
        "allocfail does not tell how many allocations failed",
    )?;
    power_off_within_reservations(&mut sweb)
}
