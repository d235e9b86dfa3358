//! Counts what virtualization costs, in instructions: what `./x bench` starts. Bochs counts them exactly. Beside each number stands
//! the one of the last committed run, `tests/bench/results.txt`; `--save` writes that anew.
//!
//! A module measures one thing and returns its rows ([`boot`], [`exits`], [`workloads`]); [`results`] keeps the last run, [`table`] shows all.

mod boot;
mod exits;
mod peers;
mod results;
mod row;
mod table;
mod workloads;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let save = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--save") => true,
        Some(other) => bail!("unknown option '{other}'; there is --save"),
    };
    let last = results::load()?;
    let mut rows = boot::measure()?;
    rows.extend(exits::measure()?);
    rows.extend(workloads::measure()?);
    table::print(&rows, &last);
    if save {
        results::save(&rows)?;
    }
    Ok(())
}
