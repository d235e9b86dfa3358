//! What one operation of a guest takes, there and on the bare machine, and how often it leaves the guest for it.

use std::collections::HashMap;

use anyhow::Result;
use system::operations::{self, Operation, Path};

use crate::row::{Exits, Row};

/// The CPU whose figures are published.
pub const CPU: &str = "corei7_skylake_x";

/// Runs the guest `bench` as a guest, bare, and traced.
pub fn measure() -> Result<Vec<Row>> {
    let bare: HashMap<_, _> = operations::on_bare_machine(CPU)?.into_iter().collect();
    let listed = operations::load()?;
    let paths = operations::paths(CPU, &listed)?;
    let exits: HashMap<_, _> = listed.iter().zip(&paths).map(exits).collect();
    let row = |(what, ticks): (String, u64)| Row {
        guest: ticks,
        bare: bare.get(&what).copied(),
        exits: exits.get(what.as_str()).copied(),
        what,
    };
    Ok(operations::in_guest(CPU)?.into_iter().map(row).collect())
}

fn exits<'a>((operation, path): (&'a Operation, &Path)) -> (&'a str, Exits) {
    let exits = Exits {
        count: path.exits() as u64,
        accesses: (path.reads() + path.writes()) as u64,
    };
    (&operation.name, exits)
}
