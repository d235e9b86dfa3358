//! What one operation of a guest takes, there and on the bare machine, and how often it leaves the guest for it.

use std::collections::HashMap;

use anyhow::Result;
use system::operations;

use crate::row::{Exits, Row};

/// The CPU whose figures are published.
pub const CPU: &str = "corei7_skylake_x";

/// Runs the guest `bench` as a guest and bare.
pub fn measure() -> Result<Vec<Row>> {
    let bare: HashMap<_, _> = operations::on_bare_machine(CPU)?.into_iter().collect();
    let mut paths = operations::paths(CPU, &operations::events()?)?;
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
