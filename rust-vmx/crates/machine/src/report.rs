//! The report of a machine that failed: everything a person needs to find out why.

use crate::cpu::VirtualCpu;
use crate::failure::Failure;
use crate::history::History;
use crate::unowned::Published;
use alloc::string::String;
use core::fmt::{self, Write};
use vmx::state::{SegmentName, SystemRegister, TableName};

/// What a report tells of a machine's past.
pub struct Past<'a> {
    /// The last exits.
    pub exits: &'a History,
    /// What the guest looked for in vain.
    pub unowned: &'a Published,
}

/// Writes the report. `calls` are where the guest will return to, and `symbol` turns an address into a name, if it can.
pub fn write<C: VirtualCpu>(
    name: &str,
    cpu: &mut C,
    failure: &Failure,
    past: Past<'_>,
    calls: impl Iterator<Item = u64>,
    symbol: impl Fn(u64) -> Option<String>,
) -> String {
    let mut text = Growing(String::new());
    // The most important comes first, so a report cut short is still one.
    let written = sections(&mut text, name, cpu, failure, past, calls, symbol);
    text.finish(written)
}

/// What a machine's CPU says about its own state between two entries.
pub fn explain<C: VirtualCpu>(cpu: &mut C) -> String {
    let mut text = Growing(String::new());
    let written = cpu.explain(&mut text);
    text.finish(written)
}

/// Text that ends where the heap does: that may be what the guest died of.
struct Growing(String);

/// What its last line says then.
const NO_MEMORY: &str = "[the host has no memory for the rest]\n";

impl Growing {
    /// The text, with the reason if it is not all that was to be `written`.
    fn finish(mut self, written: fmt::Result) -> String {
        if written.is_err() && self.0.capacity() >= NO_MEMORY.len() {
            while self.0.len() + NO_MEMORY.len() > self.0.capacity()
                || self.0.chars().next_back().is_some_and(|last| last != '\n')
            {
                self.0.pop();
            }
            self.0.push_str(NO_MEMORY);
        }
        self.0
    }
}

impl Write for Growing {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.try_reserve(text.len()).map_err(|_| fmt::Error)?;
        self.0.push_str(text);
        Ok(())
    }
}

fn sections<C: VirtualCpu>(
    out: &mut impl Write,
    name: &str,
    cpu: &mut C,
    failure: &Failure,
    past: Past<'_>,
    calls: impl Iterator<Item = u64>,
    symbol: impl Fn(u64) -> Option<String>,
) -> fmt::Result {
    let rip = cpu.read(SystemRegister::Rip);
    writeln!(out, "guest '{name}' stopped: {failure}")?;
    writeln!(out, "hint: {}", failure.hint())?;
    let cs = cpu.segment(SegmentName::Cs);
    write!(out, "at {:04x}:{rip:016x}", cs.selector)?;
    let name = |address: u64| symbol(cs.base.wrapping_add(address));
    match name(rip) {
        Some(symbol) => writeln!(out, " {symbol}, {:?} mode", cpu.mode())?,
        None => writeln!(out, ", {:?} mode", cpu.mode())?,
    }
    registers(out, cpu)?;
    backtrace(out, calls, name)?;
    writeln!(out, "last exits, newest last:")?;
    for exit in past.exits.iter() {
        writeln!(out, "  {exit}")?;
    }
    past.unowned.write(out)?;
    if matches!(failure, Failure::Entry(_) | Failure::Unexpected(_)) {
        cpu.dump(out)?;
    }
    Ok(())
}

fn backtrace(
    out: &mut impl Write,
    calls: impl Iterator<Item = u64>,
    name: impl Fn(u64) -> Option<String>,
) -> fmt::Result {
    let mut heading = "called from, the latest call first:\n";
    for address in calls {
        let symbol = name(address).unwrap_or_default();
        writeln!(out, "{}  {address:016x} {symbol}", core::mem::take(&mut heading))?;
    }
    Ok(())
}

fn registers<C: VirtualCpu>(out: &mut impl Write, cpu: &mut C) -> fmt::Result {
    const NAMES: [&str; 16] = [
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
        "r14", "r15",
    ];
    let gpr = cpu.all_registers().gpr;
    for (index, (name, value)) in NAMES.iter().zip(gpr.0).enumerate() {
        write!(
            out,
            "{name:>7} {value:016x}{}",
            if index % 4 == 3 { "\n" } else { "" }
        )?;
    }
    let system = [
        ("rflags", SystemRegister::Rflags),
        ("cr0", SystemRegister::Cr0),
        ("cr2", SystemRegister::Cr2),
        ("cr3", SystemRegister::Cr3),
        ("cr4", SystemRegister::Cr4),
        ("efer", SystemRegister::Efer),
    ];
    for (index, (name, register)) in system.into_iter().enumerate() {
        write!(
            out,
            "{name:>7} {:016x}{}",
            cpu.read(register),
            if index % 4 == 3 { "\n" } else { "" }
        )?;
    }
    writeln!(out)?;
    let segments = [
        ("cs", SegmentName::Cs),
        ("ss", SegmentName::Ss),
        ("ds", SegmentName::Ds),
        ("es", SegmentName::Es),
        ("fs", SegmentName::Fs),
        ("gs", SegmentName::Gs),
        ("tr", SegmentName::Tr),
        ("ldtr", SegmentName::Ldtr),
    ];
    for (name, segment) in segments {
        let s = cpu.segment(segment);
        writeln!(
            out,
            "{name:>7} {:04x} base {:016x} limit {:08x} access {:05x}",
            s.selector, s.base, s.limit, s.access
        )?;
    }
    for (name, table) in [("gdtr", TableName::Gdtr), ("idtr", TableName::Idtr)] {
        let t = cpu.descriptor_table(table);
        writeln!(out, "{name:>7}      base {:016x} limit {:08x}", t.base, t.limit)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_the_heap_ended_says_so_behind_its_last_whole_line() {
        let mut text = Growing(String::with_capacity(64));
        let written = text
            .write_str("the first line\nthe second line\nthe third")
            .and(Err(fmt::Error));
        let text = text.finish(written);
        assert_eq!(text, format!("the first line\n{NO_MEMORY}"));
        assert!(text.len() <= 64, "nothing was allocated for it");
        let mut whole = Growing(String::new());
        let written = whole.write_str("all of it");
        assert_eq!(whole.finish(written), "all of it");
    }
}
