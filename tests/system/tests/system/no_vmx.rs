//! A machine without VMX.

use anyhow::Result;
use harness::{EmulatorKind, Machine};

/// QEMU without KVM has no VMX: `vmrun` says which bit is missing and what to do, and the shell goes on.
#[test]
fn vmrun_explains_what_is_missing() -> Result<()> {
    let mut sweb = Machine::new("no vmx")
        .emulator(EmulatorKind::Qemu)
        .memory(128)
        .boot()?;
    let output = sweb.command("vmrun guest")?;
    sweb.check(
        output.contains("CPUID") && output.contains("VMX"),
        "the missing bit is not named",
    )?;
    sweb.check(
        output.contains("make bochs") || output.contains("nested"),
        "no way out is shown",
    )?;
    let listing = sweb.command("ls")?;
    sweb.check(listing.contains("usr"), "the shell does not go on")
}

/// The same on a CPU model of Bochs that has none.
#[test]
fn a_bochs_model_without_vmx() -> Result<()> {
    let mut sweb = Machine::new("no vmx bochs").cpu("ryzen").memory(128).boot()?;
    let output = sweb.command("vmrun hello")?;
    sweb.check(output.contains("VMX"), "vmrun does not explain itself")?;
    sweb.command("ls").map(drop)
}
