//! System calls nobody would make on purpose.

use anyhow::Result;
use system::steps::{boot_for_guests, number_after, passes, power_off_within_reservations};

/// How many programs make random calls, one after the other, four thousand each.
const PROGRAMS: u64 = 4;

/// Seconds of guest time, each.
const PATIENCE: u64 = 60;

/// Every number, with descriptors, pointers, lengths, paths and requests that are likely to hurt, while now and then an
/// allocation of the kernel fails.
#[test]
fn random_system_calls_hurt_nobody() -> Result<()> {
    let programs = PROGRAMS * counts::scale();
    let seed = counts::seed(1) % 1_000_000_000;
    let mut sweb = boot_for_guests("random system calls")?;
    let output = passes(
        &mut sweb,
        &format!("syscallfuzz {seed} {programs}"),
        PATIENCE * programs,
    )?;
    let calls = number_after(&output, "calls made:").unwrap_or_default();
    counts::add("random system calls", calls);
    sweb.check(
        calls > 0,
        &format!("syscallfuzz, seed {seed}, made no call:\n{output}"),
    )?;
    passes(&mut sweb, "filetest", PATIENCE)?;
    passes(&mut sweb, "memtest", PATIENCE)?;
    power_off_within_reservations(&mut sweb)
}
