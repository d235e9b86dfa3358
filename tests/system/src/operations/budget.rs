//! What each operation may take at most, `tests/bench/budgets.txt`: a line for each, "INSTRUCTIONS ACCESSES WHAT" between tabs, with a dash
//! for the accesses to the VMCS where there is no path to count them in. Bochs counts exactly, so a budget is what was measured and
//! a margin for another compiler.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{Cost, in_guest};

/// The CPUs on which the budgets hold.
pub const CPUS: [&str; 4] = [
    "corei7_haswell_4770",
    "corei7_skylake_x",
    "corei7_icelake_u",
    "tigerlake",
];

/// One in so many instructions, and so many at least, for another compiler.
const MARGIN: u64 = 50;
const LEAST_MARGIN: u64 = 4;
/// The same of a mean: what else the host does meanwhile is part of it.
const MARGIN_OF_MEAN: u64 = 4;

const NONE: &str = "-";

/// What one operation may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    what: String,
    instructions: u64,
    accesses: Option<u64>,
}

impl Budget {
    /// Room for what was measured.
    fn above(cost: &Cost) -> Budget {
        let part = if cost.mean { MARGIN_OF_MEAN } else { MARGIN };
        Budget {
            what: cost.what.clone(),
            instructions: cost.ticks + (cost.ticks / part).max(LEAST_MARGIN),
            accesses: accesses(cost),
        }
    }

    /// Room for both.
    fn larger(self, other: Budget) -> Budget {
        Budget {
            what: self.what,
            instructions: self.instructions.max(other.instructions),
            accesses: self.accesses.max(other.accesses),
        }
    }

    fn line(&self) -> String {
        let accesses = self
            .accesses
            .map_or_else(|| NONE.to_owned(), |number| number.to_string());
        format!("{}\t{accesses}\t{}\n", self.instructions, self.what)
    }

    fn parse(line: &str) -> Result<Budget> {
        let columns: Vec<&str> = line.splitn(3, '\t').collect();
        let [instructions, accesses, what] = columns[..] else {
            bail!("there must be three columns in '{line}'");
        };
        Ok(Budget {
            what: what.to_owned(),
            instructions: instructions.parse()?,
            accesses: if accesses == NONE {
                None
            } else {
                Some(accesses.parse()?)
            },
        })
    }

    /// A line of the table if this is more than the budget allows.
    fn exceeded(&self, cost: &Cost) -> Option<String> {
        let now = accesses(cost);
        if cost.ticks <= self.instructions && now <= self.accesses {
            return None;
        }
        let text = |number: Option<u64>| number.map_or_else(|| NONE.to_owned(), |number| number.to_string());
        Some(format!(
            "{:>10} of {:<10} {:>4} of {:<4} {}\n",
            cost.ticks,
            self.instructions,
            text(now),
            text(self.accesses),
            self.what
        ))
    }
}

fn accesses(cost: &Cost) -> Option<u64> {
    cost.path.as_ref().map(|path| path.accesses() as u64)
}

/// All budgets.
pub fn load() -> Result<Vec<Budget>> {
    let path = file();
    let text = fs::read_to_string(&path).with_context(|| format!("no {}", path.display()))?;
    text.lines().map(Budget::parse).collect()
}

/// A table of what takes more than it may, or is in only one of the two lists; empty if all is well.
pub fn exceeded(budgets: &[Budget], costs: &[Cost]) -> String {
    let mut dearer = String::new();
    for cost in costs {
        match budgets.iter().find(|budget| budget.what == cost.what) {
            Some(budget) => dearer.extend(budget.exceeded(cost)),
            None => dearer += &format!("'{}' has no budget\n", cost.what),
        }
    }
    for budget in budgets {
        if !costs.iter().any(|cost| cost.what == budget.what) {
            dearer += &format!("'{}' was not measured\n", budget.what);
        }
    }
    if dearer.is_empty() {
        return dearer;
    }
    format!("      instructions  accesses to the VMCS\n{dearer}If that is meant: ./x bench --budgets\n")
}

/// Measures on all CPUs, and lets that be the budgets.
pub fn save() -> Result<()> {
    let mut order = Vec::new();
    let mut largest: BTreeMap<String, Budget> = BTreeMap::new();
    for cpu in CPUS {
        for cost in in_guest(cpu)? {
            let budget = Budget::above(&cost);
            let budget = match largest.remove(&cost.what) {
                Some(other) => budget.larger(other),
                None => {
                    order.push(cost.what.clone());
                    budget
                }
            };
            largest.insert(cost.what, budget);
        }
    }
    let lines: String = order.iter().map(|what| largest[what].line()).collect();
    fs::write(file(), lines).context("cannot write the budgets")
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench/budgets.txt")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::Path;
    use harness::Instruction;

    fn cost(what: &str, ticks: u64, accesses: usize) -> Cost {
        let vmread = Instruction {
            tick: 0,
            address: u64::MAX,
            text: "vmread rax, rcx".to_owned(),
        };
        Cost {
            what: what.to_owned(),
            ticks,
            path: Some(Path {
                instructions: vec![vmread; accesses],
            }),
            mean: false,
        }
    }

    #[test]
    fn a_budget_has_a_small_margin() {
        let budget = Budget::above(&cost("CPUID", 1000, 5));
        assert_eq!((budget.instructions, budget.accesses), (1020, Some(5)));
        assert_eq!(Budget::above(&cost("CLTS", 1, 0)).instructions, 5);
        let waiting = Cost {
            path: None,
            mean: true,
            ..cost("HLT", 1000, 0)
        };
        assert_eq!(Budget::above(&waiting).instructions, 1250);
    }

    #[test]
    fn a_line_is_read_as_it_was_written() -> Result<()> {
        for cost in [
            cost("IN, a port", 100, 5),
            Cost {
                path: None,
                ..cost("HLT", 7, 0)
            },
        ] {
            let budget = Budget::above(&cost);
            assert_eq!(Budget::parse(budget.line().trim_end())?, budget);
        }
        Ok(())
    }

    #[test]
    fn what_got_dearer_is_told_and_nothing_else() {
        let budgets = [cost("CPUID", 100, 5), cost("RDMSR", 100, 5)].map(|cost| Budget::above(&cost));
        assert_eq!(
            exceeded(&budgets, &[cost("CPUID", 104, 5), cost("RDMSR", 90, 4)]),
            ""
        );
        let slower = exceeded(&budgets, &[cost("CPUID", 105, 5), cost("RDMSR", 100, 5)]);
        assert!(
            slower.contains("105 of 104") && !slower.contains("RDMSR"),
            "{slower}"
        );
        let more = exceeded(&budgets, &[cost("CPUID", 100, 6), cost("RDMSR", 100, 5)]);
        assert!(more.contains("6 of 5") && more.contains("CPUID"), "{more}");
    }

    #[test]
    fn both_lists_name_the_same() {
        let budgets = [Budget::above(&cost("CPUID", 100, 5))];
        let table = exceeded(&budgets, &[cost("RDMSR", 1, 0)]);
        assert!(table.contains("'RDMSR' has no budget") && table.contains("'CPUID' was not measured"));
    }
}
