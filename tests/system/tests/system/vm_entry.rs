//! The checker of VM entries against the emulated CPU, model by model.

use anyhow::Result;
use harness::Machine;
use system::steps::{MEMORY_FOR_GUESTS, number_after, number_before};

/// Mutated entries on each model.
const MUTATIONS: u64 = 10_000;
/// Rules that so many mutations break, of the 208: the others are about features that none of the models has, or need three changes.
const RULES_BROKEN: u64 = 150;

fn cross_check_on(model: &str) -> Result<()> {
    let count = MUTATIONS * counts::scale();
    let seed = counts::seed(1);
    let mut sweb = Machine::new(&format!("entries on {model}"))
        .cpu(model)
        .memory(MEMORY_FOR_GUESTS)
        .boot()?;
    let output = sweb.command_within(
        &format!("cls; vmcheck --cpu {count} {seed}"),
        600 * counts::scale(),
    )?;
    println!("{model}:\n{output}");
    sweb.check(
        output.contains("checker and CPU agree"),
        &format!("{model}, seed {seed}: the checker and the CPU disagree: {output}"),
    )?;
    let tried = number_after(&output, "report:").unwrap_or_default();
    sweb.check(
        tried >= count,
        &format!("only {tried} entries of {count} were tried"),
    )?;
    // A table of excuses that grows too wide, or mutations that break always the same rules, would prove little.
    let excused = number_before(&output, " differences this CPU is known for").unwrap_or(tried);
    sweb.check(
        excused * 20 < tried,
        &format!("{excused} of {tried} verdicts are excused as peculiarities of {model}"),
    )?;
    let rules = number_before(&output, " rules of").unwrap_or_default();
    sweb.check(
        rules >= RULES_BROKEN,
        &format!("the mutations broke {rules} rules only: {output}"),
    )?;
    counts::add("entry mutations", tried);
    Ok(())
}

#[test]
fn haswell_enters_what_the_checker_passes() -> Result<()> {
    cross_check_on("corei7_haswell_4770")
}

#[test]
fn skylake_enters_what_the_checker_passes() -> Result<()> {
    cross_check_on("corei7_skylake_x")
}

#[test]
fn icelake_enters_what_the_checker_passes() -> Result<()> {
    cross_check_on("corei7_icelake_u")
}

#[test]
fn tigerlake_enters_what_the_checker_passes() -> Result<()> {
    cross_check_on("tigerlake")
}
