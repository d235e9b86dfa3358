//! What a virtual CPU did, counted where it happens and readable from other threads at any time.

use crate::cpu::Accesses;
use crate::unowned::Published;
use alloc::string::String;
use bounds::Cyclic;
use core::fmt::{self, Write};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use vmx::barrier::BarrierCost;
use vmx::exit::reason;

/// Basic exit reasons are numbered below this, by far.
const REASONS: usize = 128;

/// A number with one writer, the thread of the vCPU, and any readers: no locked instruction, no lock.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds to the number.
    #[inline]
    pub fn add(&self, amount: u64) {
        self.0.store(
            self.0.load(Ordering::Relaxed).wrapping_add(amount),
            Ordering::Relaxed,
        );
    }

    /// Replaces the number.
    pub fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// The number.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl From<u64> for Counter {
    fn from(value: u64) -> Self {
        Self(AtomicU64::new(value))
    }
}

/// A fact with one writer, the thread of the vCPU, and any readers.
#[derive(Debug, Default)]
pub struct Flag(AtomicBool);

impl Flag {
    /// Replaces the fact.
    pub fn set(&self, value: bool) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// The fact.
    #[must_use]
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How often, and how long.
#[derive(Debug, Default)]
struct Cost {
    count: Counter,
    ticks: Counter,
}

impl Cost {
    /// Both, and ticks each time: three columns of the table.
    fn columns(&self, text: &mut String, name: &str) -> fmt::Result {
        let (count, ticks) = (self.count.get(), self.ticks.get());
        let each = ticks.checked_div(count).unwrap_or(0);
        write!(text, "{name:<24}{count:>12}{ticks:>16}{each:>12}")
    }
}

/// What exits cost, accesses to the VMCS included.
#[derive(Debug, Default)]
struct ExitCost {
    time: Cost,
    reads: Counter,
    writes: Counter,
}

impl ExitCost {
    /// A line of the table: the sums, and what one exit had of them.
    fn row(&self, text: &mut String, name: &str) -> fmt::Result {
        let count = self.time.count.get();
        let tenths = |sum: &Counter| sum.get().saturating_mul(10).checked_div(count).unwrap_or(0);
        let (reads, writes) = (tenths(&self.reads), tenths(&self.writes));
        self.time.columns(text, name)?;
        writeln!(
            text,
            "{:>5}.{}{:>5}.{}",
            reads / 10,
            reads % 10,
            writes / 10,
            writes % 10
        )
    }
}

/// The figures of one vCPU. Ticks are those of the host's TSC.
#[derive(Debug, Default)]
pub struct Statistics {
    exits: Cyclic<ExitCost, REASONS>,
    /// Ticks in the guest.
    pub guest_ticks: Counter,
    /// Those of them in which it was halted.
    pub halted_ticks: Counter,
    /// Interrupts injected.
    pub interrupts: Counter,
    /// Exceptions injected.
    pub exceptions: Counter,
    /// Sectors read from disks.
    pub sectors_read: Counter,
    /// Sectors written to disks.
    pub sectors_written: Counter,
    /// How often barriers separated the guest from others, and how long that took.
    barriers: Cost,
    /// Bytes of host frames the VM holds.
    pub frame_bytes: Counter,
    /// It has halted with interrupts disabled: no device will wake it.
    pub halted_for_good: Flag,
    /// Accesses where nobody answers.
    pub unowned: Published,
}

impl Statistics {
    /// Counts an exit and what handling it took.
    #[inline]
    pub fn exit(&self, reason: u16, ticks: u64, accesses: Accesses) {
        let cost = &self.exits[usize::from(reason)];
        cost.time.count.add(1);
        cost.time.ticks.add(ticks);
        cost.reads.add(u64::from(accesses.reads));
        cost.writes.add(u64::from(accesses.writes));
    }

    /// Records what the barriers took so far.
    pub fn set_barriers(&self, cost: BarrierCost) {
        self.barriers.count.set(cost.count);
        self.barriers.ticks.set(cost.ticks);
    }

    /// All exits.
    #[must_use]
    pub fn exits(&self) -> u64 {
        self.exits.iter().map(|cost| cost.time.count.get()).sum()
    }

    /// The exits that the guest's own instructions caused.
    #[must_use]
    pub fn exits_of_guest(&self) -> u64 {
        const OF_HOST: [u16; 4] = [
            reason::EXTERNAL_INTERRUPT,
            reason::PREEMPTION_TIMER,
            reason::INTERRUPT_WINDOW,
            reason::NMI_WINDOW,
        ];
        let count = |reason: u16| self.exits[usize::from(reason)].time.count.get();
        self.exits() - OF_HOST.map(count).iter().sum::<u64>()
    }

    /// Exits of all reasons.
    fn all(&self) -> ExitCost {
        let sum = |part: fn(&ExitCost) -> &Counter| {
            Counter::from(self.exits.iter().map(|cost| part(cost).get()).sum::<u64>())
        };
        ExitCost {
            time: Cost {
                count: sum(|cost| &cost.time.count),
                ticks: sum(|cost| &cost.time.ticks),
            },
            reads: sum(|cost| &cost.reads),
            writes: sum(|cost| &cost.writes),
        }
    }

    /// Ticks spent handling them.
    #[must_use]
    pub fn host_ticks(&self) -> u64 {
        self.exits.iter().map(|cost| cost.time.ticks.get()).sum()
    }

    /// The table for a person, the most frequent reason first.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_table(&mut text);
        text
    }

    fn write_table(&self, text: &mut String) -> fmt::Result {
        let mut rows: alloc::vec::Vec<_> = (0..)
            .zip(self.exits.iter())
            .filter(|(_, cost)| cost.time.count.get() > 0)
            .collect();
        rows.sort_by_key(|(_, cost)| core::cmp::Reverse(cost.time.count.get()));
        writeln!(
            text,
            "{:<24}{:>12}{:>16}{:>12}{:>7}{:>7}",
            "exit", "count", "ticks", "ticks/exit", "reads", "writes"
        )?;
        for (reason, cost) in rows {
            cost.row(text, reason::name(reason))?;
        }
        self.all().row(text, "all")?;
        self.barriers.columns(text, "barriers at switches")?;
        writeln!(text)?;
        writeln!(text, "{:<24}{:>28}", "ticks in the guest", self.guest_ticks.get())?;
        writeln!(text, "{:<24}{:>28}", "  of which halted", self.halted_ticks.get())?;
        writeln!(text, "{:<24}{:>12}", "interrupts injected", self.interrupts.get())?;
        writeln!(text, "{:<24}{:>12}", "exceptions injected", self.exceptions.get())?;
        writeln!(
            text,
            "{:<24}{:>12}",
            "4 KiB frames held",
            self.frame_bytes.get() >> 12
        )?;
        writeln!(text, "{:<24}{:>12}", "sectors read", self.sectors_read.get())?;
        writeln!(
            text,
            "{:<24}{:>12}",
            "sectors written",
            self.sectors_written.get()
        )?;
        self.unowned.write(text)?;
        if self.halted_for_good.get() {
            writeln!(
                text,
                "The guest has executed HLT with interrupts disabled: only vmreset or vmkill end that."
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_adds_up_and_is_sorted() {
        let statistics = Statistics::default();
        let accesses = |reads, writes| Accesses { reads, writes };
        statistics.exit(12, 10, accesses(1, 1));
        for reads in [5, 5, 6] {
            statistics.exit(30, 100, accesses(reads, 2));
        }
        statistics.exit(65535, 1, accesses(0, 0));
        assert_eq!((statistics.exits(), statistics.host_ticks()), (5, 311));
        let table = statistics.table();
        let lines: std::vec::Vec<&str> = table.lines().collect();
        assert!(
            lines[1].starts_with("port I/O") && lines[1].ends_with("100    5.3    2.0"),
            "{table}"
        );
        assert!(table.contains("HLT") && table.contains("other"));
    }
}
