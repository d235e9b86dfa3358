//! The host's instructions from a VM exit to the next entry, each with the source line it comes from.

use std::collections::HashMap;

use anyhow::{Context, Result};
use harness::{Instruction, Session};
use system::steps::boot_for_guests;

use crate::operations::{self, Operation};
use crate::symbols::{Frame, Kernel};

/// Turns of the operation that go by before one is looked at: what happens only once has happened by then.
const WARM_UP: usize = 40;
/// The shortest of so many is shown, since an interrupt of the host may hit one.
const LOOKED_AT: usize = 5;
/// The kernel's half of the address space.
const KERNEL: u64 = 1 << 63;

/// Prints the way of an operation of the guest `bench`, instruction by instruction and function by function.
pub fn print(operation: &str) -> Result<()> {
    let path = trace(&operations::find(operation)?)?;
    let kernel = Kernel::open()?;
    let frames = path
        .iter()
        .map(|instruction| kernel.frames(instruction.address))
        .collect::<Result<Vec<_>>>()?;
    let named = |name| {
        path.iter()
            .filter(|instruction| instruction.name() == name)
            .count()
    };
    println!(
        "{operation}: {} instructions from the exit to the entry, {} VMREADs, {} VMWRITEs\n",
        path.len(),
        named("vmread"),
        named("vmwrite"),
    );
    print_listing(&path, &frames);
    print_functions(&frames);
    Ok(())
}

/// The host's part of one turn.
fn trace(operation: &Operation) -> Result<Vec<Instruction>> {
    let mut sweb = boot_for_guests("bench trace")?;
    sweb.break_at(operation.address)?;
    sweb.type_line("vmrun bench")?;
    for _ in 0..WARM_UP {
        sweb.run_to(operation.address)?;
    }
    let turns = (0..LOOKED_AT)
        .map(|_| host_part(&mut sweb, operation))
        .collect::<Result<Vec<_>>>()?;
    turns
        .into_iter()
        .min_by_key(Vec::len)
        .context("no turn was looked at")
}

fn host_part(sweb: &mut Session, operation: &Operation) -> Result<Vec<Instruction>> {
    let mut turn = sweb.trace_to(operation.address)?;
    turn.retain(|instruction| instruction.address >= KERNEL);
    Ok(turn)
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
