//! Counts what virtualization costs, in instructions: what `./x bench` starts. Bochs counts them exactly. Beside each number stands
//! the one of the last committed run, `tests/bench/results.txt`; `--save` writes that anew, and draws the chart of the README; `--budgets` writes what the
//! tests allow; `--trace OPERATION` lists the instructions behind one of the numbers.
//!
//! A module measures one thing and returns its rows ([`boot`], [`exits`], [`workloads`]); [`results`] keeps the last run, [`table`] shows all.

mod boot;
mod chart;
mod exits;
mod peers;
mod results;
mod row;
mod symbols;
mod table;
mod trace;
mod workloads;

use anyhow::{Result, bail};
use system::operations::budget;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => bench(false),
        ["--save"] => bench(true),
        ["--budgets"] => budget::save(),
        ["--trace", operation] => trace::print(operation),
        _ => bail!("unknown arguments; there are --save, --budgets and --trace OPERATION"),
    }
}

fn bench(save: bool) -> Result<()> {
    let last = results::load()?;
    let mut rows = boot::measure()?;
    rows.extend(exits::measure()?);
    rows.extend(workloads::measure()?);
    table::print(&rows, &last);
    if save {
        results::save(&rows)?;
        chart::save(&rows)?;
    }
    Ok(())
}
