//! What leaving a guest may cost, in instructions and in accesses to the VMCS, on every CPU that Bochs knows with EPT.

use anyhow::{Result, ensure};
use system::operations::{self, budget, in_guest};
use system::steps::boot_for_guests;

/// How often the guest does each operation: batches, and turns of each.
const TURNS: f64 = 20.0 * 50.0;

fn holds(cpu: &str) -> Result<()> {
    let dearer = budget::exceeded(&budget::load()?, &in_guest(cpu)?);
    ensure!(dearer.is_empty(), "on {cpu}:\n{dearer}");
    Ok(())
}

#[test]
fn on_haswell() -> Result<()> {
    holds(budget::CPUS[0])
}

#[test]
fn on_skylake() -> Result<()> {
    holds(budget::CPUS[1])
}

#[test]
fn on_ice_lake() -> Result<()> {
    holds(budget::CPUS[2])
}

#[test]
fn on_tiger_lake() -> Result<()> {
    holds(budget::CPUS[3])
}

/// The hypervisor counts its exits and its accesses to the VMCS itself; a trace of one exit must agree.
#[test]
fn vmstat_counts_what_is_executed() -> Result<()> {
    let operation = operations::find("WBINVD")?;
    let paths = operations::paths(budget::CPUS[1], std::slice::from_ref(&operation))?;
    let path = &paths[&operation.name];

    let mut sweb = boot_for_guests("vmstat counts")?;
    sweb.enter("vmrun bench", "bench")?;
    sweb.wait_screen("Press a key to switch me off.")?;
    sweb.leave()?;
    let table = sweb.command("cls; vmstat bench")?;
    let row = table.lines().find_map(|line| line.strip_prefix("WBINVD"));
    let columns: Vec<f64> = row
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    let [count, _, _, reads, writes] = columns[..] else {
        return Err(sweb.failure(&format!("no WBINVD with five columns in {table}")));
    };
    // A mean: now and then an exit does a little more.
    let agree = |mean: f64, traced: usize| (traced as f64..traced as f64 + 0.5).contains(&mean);
    sweb.check(
        count == TURNS && agree(reads, path.reads()) && agree(writes, path.writes()),
        &format!(
            "{TURNS} exits, {} reads, {} writes were expected in {table}",
            path.reads(),
            path.writes()
        ),
    )
}
