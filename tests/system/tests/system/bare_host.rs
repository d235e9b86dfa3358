//! The library under a kernel that saves no register itself (tests/bare-host): whatever its guests do, it finds its own.

use std::fs;

use anyhow::Result;
use harness::{Machine, build_dir};

/// Seconds of guest time for all kinds of kernels together.
const PATIENCE: u64 = 60;
/// What the host prints for each kind of kernel that lost nothing.
const NOTHING_LOST: &str = "): registers changed: 0x0";
/// How many kinds there are.
const KERNELS: usize = 4;

fn keeps_its_registers_on(model: &str) -> Result<()> {
    let kernel = fs::read(build_dir().join("bare-host.x"))?;
    let mut host = Machine::new(&format!("bare host on {model}"))
        .cpu(model)
        .kernel(kernel)
        .start()?;
    host.wait_until("the bare host's end", PATIENCE, |host| {
        host.debug_log().contains("bare host: stopped")
    })?;
    let log = host.debug_log();
    host.check(
        log.contains("bare host: done") && log.matches(NOTHING_LOST).count() == KERNELS,
        &format!("the host lost registers to its guests:\n{log}"),
    )
}

/// AVX, and no protection keys.
#[test]
fn keeps_its_registers_on_haswell() -> Result<()> {
    keeps_its_registers_on("corei7_haswell_4770")
}

/// AVX-512 and protection keys.
#[test]
fn keeps_its_registers_on_skylake() -> Result<()> {
    keeps_its_registers_on("corei7_skylake_x")
}
