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

/// The three ways in which a CPU refuses an entry, each with the field, its value, the rule, the section and the remedy.
#[test]
fn a_refused_entry_names_the_rule_it_broke() -> Result<()> {
    let mut sweb = Machine::new("refused entry").memory(MEMORY_FOR_GUESTS).boot()?;
    let drills: [(&str, &[&str]); 3] = [
        (
            "control",
            &[
                "error 7 (VM entry with invalid control field(s))",
                "exit    VM_INSTRUCTION_ERROR        0x7\n",
                "CR3_TARGET_COUNT = 0x200",
                "SDM 27.2.1.1, \"VM-Execution Control Fields\"",
                "write 0x4 to CR3_TARGET_COUNT",
            ],
        ),
        (
            "host",
            &[
                "error 8 (VM entry with invalid host-state field(s))",
                "exit    VM_INSTRUCTION_ERROR        0x8\n",
                "host TR_SELECTOR = 0x0",
                "SDM 27.2.3, \"Checks on Host Segment and Descriptor-Table Registers\"",
                "remedy: ",
            ],
        ),
        (
            "guest",
            &[
                "VM entry failed: invalid guest state",
                "guest CR4 = 0x",
                "SDM 27.3.1.1, \"Checks on Guest Control Registers, Debug Registers, and MSRs\"",
                "set bit 13 (VMXE) of guest CR4",
            ],
        ),
    ];
    for (field, parts) in drills {
        sweb.command("vmrun --detach hello")?;
        sweb.command(&format!("vmcheck --refuse {field} hello"))?;
        let report = sweb.command("vmreport hello")?;
        for part in parts {
            sweb.check(
                report.contains(part),
                &format!("the report of a refused entry lacks '{part}': {report}"),
            )?;
        }
        // The last fields of the last area: nothing is cut off.
        sweb.check(
            report.contains("control PIN_CONTROLS") && report.contains("host    RIP "),
            &format!("the report is not whole: {report}"),
        )?;
        sweb.check(
            report.contains("1 of ") && report.contains("rules of VM entry are broken"),
            &format!("the report tells no or other broken rules: {report}"),
        )?;
    }
    // The host went on, and so does a VM.
    sweb.command("vmrun --detach hello")?;
    explained(&mut sweb, "hello", &["guest state"])
}
