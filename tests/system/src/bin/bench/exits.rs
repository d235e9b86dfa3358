//! What one operation of a guest takes, there and on the bare machine, and how often it leaves the guest for it.

use std::collections::HashMap;

use anyhow::Result;
use system::operations::{self, Path};

use crate::row::{Exits, Row};

/// The CPU whose figures are published.
pub const CPU: &str = "corei7_skylake_x";

/// Runs the guest `bench` as a guest and bare.
pub fn measure() -> Result<Vec<Row>> {
    let bare: HashMap<_, _> = operations::on_bare_machine(CPU)?.into_iter().collect();
    let events = operations::events()?;
    let names = events.iter().map(|event| event.name.clone());
    let mut paths: HashMap<String, Path> = names.zip(operations::paths(CPU, &events)?).collect();
    let mut rows = Vec::new();
    for cost in operations::in_guest(CPU)? {
        let path = cost.path.or_else(|| paths.remove(&cost.what));
        rows.push(Row {
            guest: cost.ticks,
            bare: bare.get(&cost.what).copied(),
            exits: path.map(|path| Exits {
                count: path.exits() as u64,
                accesses: path.accesses() as u64,
            }),
            what: cost.what,
        });
    }
    Ok(rows)
}
