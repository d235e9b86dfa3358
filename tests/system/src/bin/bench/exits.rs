//! What one operation of a guest takes: the rows that the guest `bench` (userspace/guests/bench.S) writes on its screen.

use anyhow::Result;
use system::steps::boot_for_guests;

use crate::row::Row;

/// Runs the guest.
pub fn measure() -> Result<Vec<Row>> {
    let mut sweb = boot_for_guests("bench exits")?;
    sweb.type_line("vmrun bench")?;
    sweb.wait_screen("Press a key to switch me off.")?;
    Ok(sweb.screen().text().lines().filter_map(row).collect())
}

/// "   387  CPUID"
fn row(line: &str) -> Option<Row> {
    let (ticks, what) = line.trim_start().split_once(' ')?;
    Some(Row::new(what.trim(), ticks.parse().ok()?))
}
