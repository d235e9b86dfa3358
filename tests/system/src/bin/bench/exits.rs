//! What one operation of a guest takes, there and on the bare machine, and how often it leaves the guest for it.

use std::collections::HashMap;

use anyhow::Result;
use system::operations::{self, Cost};

use crate::row::{Exits, Row};

/// The CPU whose figures are published.
pub const CPU: &str = "corei7_skylake_x";

/// Runs the guest `bench` as a guest and bare.
pub fn measure() -> Result<Vec<Row>> {
    let bare: HashMap<_, _> = operations::on_bare_machine(CPU)?.into_iter().collect();
    let row = |cost: Cost| Row {
        guest: cost.ticks,
        bare: bare.get(&cost.what).copied(),
        exits: cost.path.map(|path| Exits {
            count: path.exits() as u64,
            accesses: path.accesses() as u64,
        }),
        what: cost.what,
    };
    Ok(operations::in_guest(CPU)?.into_iter().map(row).collect())
}
