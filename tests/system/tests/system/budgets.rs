//! What leaving a guest may cost, in instructions and in accesses to the VMCS, on every CPU that Bochs knows with EPT.

use anyhow::{Result, ensure};
use system::operations::{budget, in_guest};

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
