//! `vmcheck`: the VMCS of a running VM, explained, and checked against the rules of VM entry.

use anyhow::Result;
use harness::{Machine, Session};
use system::steps::MEMORY_FOR_GUESTS;

/// What `vmcheck` says about a VM contains all of `parts`, and no rule is broken.
fn explained(sweb: &mut Session, name: &str, parts: &[&str]) -> Result<()> {
    let text = sweb.command(&format!("vmcheck {name}"))?;
    for part in parts.iter().chain(&["rules of VM entry hold"]) {
        sweb.check(
            text.contains(part),
            &format!("vmcheck {name} lacks '{part}': {text}"),
        )?;
    }
    Ok(())
}

#[test]
fn vmcheck_explains_a_vmcs_area_by_area() -> Result<()> {
    let mut sweb = Machine::new("vmcheck").memory(MEMORY_FOR_GUESTS).boot()?;
    sweb.command("vmrun --detach hello")?;
    let areas = [
        "VM-execution controls",
        "EXTERNAL_INTERRUPT_EXITING",
        "UNRESTRICTED_GUEST",
        "VM-exit controls",
        "HOST_ADDRESS_SPACE_SIZE",
        "VM-entry controls",
        "host state",
        "guest state",
        "Cs   selector",
        "MSR areas",
    ];
    explained(&mut sweb, "hello", &areas)?;
    // Twice, because each explanation is handed out once.
    explained(&mut sweb, "hello", &areas)?;
    sweb.command("vmkill hello")?;
    let text = sweb.command("vmcheck hello")?;
    sweb.check(
        text.contains("has ended") && text.contains("vmreport hello"),
        &format!("vmcheck explains what is gone: {text}"),
    )
}
