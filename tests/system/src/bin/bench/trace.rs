//! The host's instructions from a VM exit to the next entry, each with the source line it comes from.

use std::collections::HashMap;

use anyhow::{Context, Result};
use harness::Instruction;
use system::operations;

use crate::exits::CPU;
use crate::symbols::{Frame, Kernel};

/// Prints the way of an operation of the guest `bench`, instruction by instruction and function by function.
pub fn print(name: &str) -> Result<()> {
    let operation = operations::find(name)?;
    let path = operations::paths(CPU, &[operation])?
        .remove(name)
        .context("no path")?;
    let kernel = Kernel::open()?;
    let frames = path
        .instructions
        .iter()
        .map(|instruction| kernel.frames(instruction.address))
        .collect::<Result<Vec<_>>>()?;
    println!(
        "{name}: {} instructions of the host, {} exits, {} VMREADs, {} VMWRITEs\n",
        path.instructions.len(),
        path.exits(),
        path.reads(),
        path.writes(),
    );
    print_listing(&path.instructions, &frames);
    print_functions(&frames);
    Ok(())
}

/// Each instruction; above those of another function its name, and the short names of those it was inlined into.
fn print_listing(path: &[Instruction], frames: &[Vec<Frame>]) {
    let mut above = Vec::new();
    for (number, (instruction, frames)) in path.iter().zip(frames).enumerate() {
        let chain: Vec<&str> = frames.iter().map(|frame| frame.function.as_str()).collect();
        if chain != above {
            print_chain(&chain);
            above = chain;
        }
        let place = frames.first().map_or("", |frame| &frame.place);
        println!(
            "{:5}  {:x}  {:52} {place}",
            number + 1,
            instruction.address,
            instruction.text
        );
    }
}

fn print_chain(chain: &[&str]) {
    let short = |name: &str| name.rsplit("::").next().unwrap_or(name).to_owned();
    let outer: Vec<String> = chain.iter().skip(1).map(|name| short(name)).collect();
    let inlined = if outer.is_empty() { "" } else { "  in " };
    println!("{}{inlined}{}", chain.first().unwrap_or(&"?"), outer.join(", "));
}

/// How many instructions were written in each function.
fn print_functions(frames: &[Vec<Frame>]) {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for frame in frames.iter().filter_map(|frames| frames.first()) {
        *counts.entry(&frame.function).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(function, count)| (std::cmp::Reverse(count), function));
    println!("\ninstructions written in");
    for (function, count) in counts {
        println!("{count:5}  {function}");
    }
}
