//! Running the guest.

use std::collections::HashMap;

use anyhow::{Context, Result};
use harness::{Console, Machine, Session};

use super::path::{self, Path};
use super::{Operation, list, screen};
use crate::steps::MEMORY_FOR_GUESTS;

/// Seconds of guest time in which all is measured; on a bare machine too.
const PATIENCE: u64 = 60;

/// What one time of an operation takes.
#[derive(Clone, Debug)]
pub struct Cost {
    /// The operation.
    pub what: String,
    /// Instructions, those of the guest and those of the host.
    pub ticks: u64,
    /// The host's, unless it is a matter of time and not of one instruction of the guest.
    pub path: Option<Path>,
    /// The ticks are a mean, with whatever else happened meanwhile.
    pub mean: bool,
}

/// Runs it as a guest, on a host with this CPU. While it measures, a few turns of each operation are traced, which takes no
/// ticks.
pub fn in_guest(cpu: &str) -> Result<Vec<Cost>> {
    let operations = list::load()?;
    let mut sweb = start(cpu, &operations)?;
    let mut paths = trace(&mut sweb, &operations)?;
    sweb.break_at(&[])?;
    sweb.wait_until("the guest's rows", PATIENCE, |sweb| {
        sweb.screen().contains(screen::DONE)
    })?;
    let cost = |(what, ticks): (String, u64)| {
        let operation = operations.iter().find(|operation| operation.name == what);
        Cost {
            path: paths.remove(&what),
            mean: operation.is_none_or(|operation| operation.once),
            what,
            ticks,
        }
    };
    Ok(screen::rows(&sweb.screen()).into_iter().map(cost).collect())
}

/// The paths of some operations or events, which must be in the guest's order, by their names.
pub fn paths(cpu: &str, operations: &[Operation]) -> Result<HashMap<String, Path>> {
    trace(&mut start(cpu, operations)?, operations)
}

fn trace(sweb: &mut Session, operations: &[Operation]) -> Result<HashMap<String, Path>> {
    operations
        .iter()
        .map(|operation| Ok((operation.name.clone(), path::trace(sweb, operation)?)))
        .collect()
}

/// Runs it without a hypervisor: names and ticks.
pub fn on_bare_machine(cpu: &str) -> Result<Vec<(String, u64)>> {
    let mut machine = Machine::new("bench bare")
        .cpu(cpu)
        .kernel(list::image()?)
        .start()?;
    for _ in 0..PATIENCE {
        machine.idle(1)?;
        if machine.ending().is_some() {
            break;
        }
        let screen = machine.vga_screen()?;
        if screen.contains(screen::DONE) {
            return Ok(screen::rows(&screen));
        }
    }
    Err(machine.failure("the rows do not come"))
}

/// Starts the guest; the machine will be held at the first of these operations.
fn start(cpu: &str, operations: &[Operation]) -> Result<Session> {
    let mut sweb = Machine::new("bench guest")
        .cpu(cpu)
        .memory(MEMORY_FOR_GUESTS)
        .boot()?;
    let first = operations.first().context("the guest has no operations")?;
    sweb.break_at(&[first.begin])?;
    sweb.type_line("vmrun bench")?;
    sweb.look_at(Console::guest("bench"));
    Ok(sweb)
}
