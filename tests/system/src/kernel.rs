//! What the kernel of a running machine knows, read from its memory.

use std::fs;

use anyhow::{Context, Result};
use harness::{Session, build_dir};
use object::{Object, ObjectSymbol};

/// Where the kernel's image lies in its own address space; below, it is physical memory.
const KERNEL_BASE: u64 = 0xFFFF_FFFF_8000_0000;

/// Where the kernel of this build has a symbol.
pub fn address(name: &str) -> Result<u64> {
    let image = fs::read(build_dir().join("kernel64.x"))?;
    let file = object::File::parse(&*image)?;
    let symbol = file.symbol_by_name(name);
    let symbol = symbol.with_context(|| format!("the kernel has no symbol {name}"))?;
    Ok(symbol.address())
}

/// Where the idle thread counts.
#[derive(Clone, Copy, Debug)]
pub struct BusyTicks {
    halted: u64,
    halted_at: u64,
}

impl BusyTicks {
    /// Looks up the variables in the kernel of this build.
    pub fn find() -> Result<BusyTicks> {
        let physical = |name: &str| anyhow::Ok(address(name)? - KERNEL_BASE);
        Ok(BusyTicks {
            halted: physical("_ZN10IdleThread13halted_ticks_E")?,
            halted_at: physical("_ZN10IdleThread10halted_at_E")?,
        })
    }

    /// Instructions since power-on: all ticks without those in which the CPU was halted.
    pub fn read(&self, sweb: &mut Session) -> Result<u64> {
        let halted_at = sweb.physical_word(self.halted_at)?;
        let lasting = match halted_at {
            0 => 0,
            since => sweb.ticks() - since,
        };
        Ok(sweb.ticks() - sweb.physical_word(self.halted)? - lasting)
    }
}
