//! What stands between guests in the CPU's predictors and caches.

use anyhow::Result;
use harness::Machine;
use system::steps::{MEMORY_FOR_GUESTS, number_after};

/// How often barriers were raised for a guest beside another one.
fn barriers(model: &str, option: &str) -> Result<Option<u64>> {
    let mut sweb = Machine::new("barriers")
        .cpu(model)
        .memory(MEMORY_FOR_GUESTS)
        .boot()?;
    sweb.command("vmrun --detach --name other hello")?;
    sweb.command(&format!("vmrun --detach --name observed {option} hello"))?;
    let statistics = sweb.command("cls; vmstat observed")?;
    Ok(number_after(&statistics, "barriers at switches"))
}

#[test]
fn they_are_raised_where_the_cpu_enumerates_them() -> Result<()> {
    let raised = barriers("corei7_icelake_u", "")?;
    assert!(raised.is_some_and(|count| count > 0), "{raised:?}");
    assert_eq!(barriers("corei7_skylake_x", "")?, Some(0));
    Ok(())
}

#[test]
fn a_definition_can_leave_them_out() -> Result<()> {
    assert_eq!(barriers("corei7_icelake_u", "--barriers off")?, Some(0));
    Ok(())
}
