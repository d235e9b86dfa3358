//! The host's instructions between the exits of an operation and the entries after them.

use anyhow::{Context, Result};
use harness::{Instruction, Session};

use super::Operation;

/// Turns of an operation that go by before one is looked at: what happens only once has happened by then.
const WARM_UP: usize = 2;
/// Of so many, the one of median length is taken: an interrupt of the host may hit one, as may what is done only now and then.
const LOOKED_AT: usize = 5;
/// The kernel's half of the address space.
const KERNEL: u64 = 1 << 63;

/// What the host does in one turn of an operation.
#[derive(Clone, Debug)]
pub struct Path {
    /// Its instructions.
    pub instructions: Vec<Instruction>,
}

impl Path {
    /// Exits, each of which ends with an entry.
    pub fn exits(&self) -> usize {
        self.count("vmresume") + self.count("vmlaunch")
    }

    /// VMREADs.
    pub fn reads(&self) -> usize {
        self.count("vmread")
    }

    /// VMREADs and VMWRITEs.
    pub fn accesses(&self) -> usize {
        self.reads() + self.writes()
    }

    /// VMWRITEs.
    pub fn writes(&self) -> usize {
        self.count("vmwrite")
    }

    fn count(&self, name: &str) -> usize {
        let named = |instruction: &&Instruction| instruction.name() == name;
        self.instructions.iter().filter(named).count()
    }
}

/// The path of an operation that the guest has not yet come to.
pub(super) fn trace(sweb: &mut Session, operation: &Operation) -> Result<Path> {
    sweb.break_at(&[operation.begin, operation.end])?;
    for _ in 0..WARM_UP {
        sweb.run_to(operation.begin)?;
    }
    let mut turns = (0..LOOKED_AT)
        .map(|_| turn(sweb, operation))
        .collect::<Result<Vec<_>>>()
        .with_context(|| operation.name.clone())?;
    turns.sort_by_key(Vec::len);
    Ok(Path {
        instructions: turns.swap_remove(LOOKED_AT / 2),
    })
}

/// The host's part of the next turn.
fn turn(sweb: &mut Session, operation: &Operation) -> Result<Vec<Instruction>> {
    sweb.run_to(operation.begin)?;
    let mut turn = sweb.trace_to(operation.end)?;
    turn.retain(|instruction| instruction.address >= KERNEL);
    Ok(turn)
}
