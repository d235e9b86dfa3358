//! What the guest says: it writes a row for each operation on its screen.

use anyhow::Result;
use harness::{Machine, Screen};

use super::list;
use crate::steps::MEMORY_FOR_GUESTS;

/// What the guest writes when it has measured all.
const DONE: &str = "Press a key to switch me off.";
/// Seconds of guest time in which it does; on a bare machine too.
const PATIENCE: u64 = 60;
/// The screen has two columns of rows.
const COLUMN: usize = 40;

/// Name and ticks of each operation.
pub type Ticks = Vec<(String, u64)>;

/// Runs it as a guest, on a host with this CPU.
pub fn in_guest(cpu: &str) -> Result<Ticks> {
    let mut sweb = Machine::new("bench guest")
        .cpu(cpu)
        .memory(MEMORY_FOR_GUESTS)
        .boot()?;
    sweb.type_line("vmrun bench")?;
    sweb.wait_until("the guest's rows", PATIENCE, |sweb| sweb.screen().contains(DONE))?;
    Ok(rows(&sweb.screen()))
}

/// Runs it without a hypervisor.
pub fn on_bare_machine(cpu: &str) -> Result<Ticks> {
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
        if screen.contains(DONE) {
            return Ok(rows(&screen));
        }
    }
    Err(machine.failure("the rows do not come"))
}

fn rows(screen: &Screen) -> Ticks {
    let text = screen.text();
    let column = |number: usize| {
        let cells = move |line: &str| {
            line.chars()
                .skip(number * COLUMN)
                .take(COLUMN)
                .collect::<String>()
        };
        text.lines().map(cells).collect::<Vec<_>>()
    };
    let lines = column(0).into_iter().chain(column(1));
    lines.filter_map(|line| row(&line)).collect()
}

/// "       387  CPUID"
fn row(line: &str) -> Option<(String, u64)> {
    let (ticks, what) = line.trim().split_once("  ")?;
    Some((what.trim().to_owned(), ticks.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_number_and_a_name() {
        assert_eq!(row("       387  CPUID  "), Some(("CPUID".to_owned(), 387)));
        assert_eq!(row("ticks for one time. Press a key"), None);
    }
}
