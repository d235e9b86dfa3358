//! What a run has found, as text for people.

use super::expectation::Expectation;
use super::known::{Known, Peculiarity};
use super::mutation::Mutation;
use super::verdict::Verdict;
use crate::capability::Capabilities;
use crate::check::{self, VmcsImage};
use crate::exit::reason;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

/// How many kinds of unexplained disagreements are described; the others are only counted.
const DESCRIBED: usize = 24;

/// Unexplained disagreements that look alike: the same first finding, the same verdict.
#[derive(Debug)]
struct Disagreement {
    rule: &'static str,
    verdict: Verdict,
    count: u64,
    example: String,
}

/// The result of a run.
#[derive(Debug, Default)]
pub struct Report {
    seed: u64,
    revision: u32,
    entered: u64,
    controls: u64,
    guest: u64,
    msrs: u64,
    /// Mutations that no entry was risked for.
    pub not_entered: u64,
    known: Known,
    explained: Vec<(&'static Peculiarity, u64)>,
    /// Names of the rules that entries of this run broke.
    broken: BTreeSet<&'static str>,
    unexplained: u64,
    details: Vec<Disagreement>,
    bad_states: Vec<String>,
    /// What the comparison of the field encodings found.
    pub encodings: super::encodings::Encodings,
}

impl Report {
    /// Disagreements that are this CPU's known ones.
    #[must_use]
    pub fn explained(&self) -> u64 {
        self.explained.iter().map(|(_, count)| count).sum()
    }

    /// Nothing yet.
    #[must_use]
    pub fn new(seed: u64, cpu: &Capabilities) -> Self {
        Self {
            seed,
            revision: cpu.revision(),
            known: Known::of(cpu),
            ..Self::default()
        }
    }

    /// What this CPU is known for.
    #[must_use]
    pub const fn known(&self) -> Known {
        self.known
    }

    /// Entries that were tried.
    #[must_use]
    pub const fn tried(&self) -> u64 {
        self.entered + self.controls + self.guest + self.msrs
    }

    /// Whether CPU and checker agree, but for what is known.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.unexplained == 0 && self.bad_states.is_empty() && self.encodings.agrees()
    }

    /// Notes a good state that is none.
    pub fn bad_state(&mut self, name: &str, verdict: Verdict, expected: &Expectation) {
        let mut text = String::new();
        let _ = write!(
            text,
            "{name}: the CPU {verdict}, the checker {}",
            Findings(expected)
        );
        self.bad_states.push(text);
    }

    /// Notes one entry.
    pub fn add(
        &mut self,
        state: &str,
        mutations: &[Mutation],
        verdict: Verdict,
        expected: &Expectation,
        image: &VmcsImage,
    ) {
        match verdict {
            Verdict::Entered => self.entered += 1,
            Verdict::Invalid | Verdict::Error(_) => self.controls += 1,
            Verdict::Refused(reason::ENTRY_MSR_LOADING, _) => self.msrs += 1,
            Verdict::Refused(..) => self.guest += 1,
        }
        self.broken
            .extend(expected.findings.iter().map(|finding| finding.rule));
        if expected.agrees(verdict) {
            return;
        }
        if let Some(known) = expected.explain(self.known, verdict, image) {
            match self
                .explained
                .iter_mut()
                .find(|(one, _)| core::ptr::eq(*one, known))
            {
                Some((_, count)) => *count += 1,
                None => self.explained.push((known, 1)),
            }
            return;
        }
        self.unexplained += 1;
        let rule = expected.findings.first().map_or("", |finding| finding.rule);
        let alike = |one: &&mut Disagreement| one.rule == rule && one.verdict == verdict;
        if let Some(known) = self.details.iter_mut().find(alike) {
            known.count += 1;
        } else if self.details.len() < DESCRIBED {
            let mut example = String::new();
            let _ = write!(example, "{state}");
            for mutation in mutations {
                let _ = write!(example, ", {}", Described(*mutation));
            }
            let _ = write!(example, ": the CPU {verdict}, the checker {}", Findings(expected));
            self.details.push(Disagreement {
                rule,
                verdict,
                count: 1,
                example,
            });
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "report: {} mutations (seed {}), {} more too dangerous to enter",
            self.tried(),
            self.seed,
            self.not_entered
        )?;
        writeln!(
            f,
            "the CPU (VMCS revision {:#x}) entered {}, refused {} for controls or host, {} for the guest, {} for MSRs",
            self.revision, self.entered, self.controls, self.guest, self.msrs
        )?;
        writeln!(
            f,
            "{} rules of {} were broken at least once",
            self.broken.len(),
            check::rules().count()
        )?;
        write!(f, "{}", self.encodings)?;
        writeln!(f, "{} differences this CPU is known for", self.explained())?;
        for (known, count) in &self.explained {
            writeln!(f, "known ({count} times): {}; {}", known.what, known.sdm)?;
        }
        for text in &self.bad_states {
            writeln!(f, "good state: {text}")?;
        }
        for one in &self.details {
            writeln!(f, "disagreement ({} times): {}", one.count, one.example)?;
        }
        if self.agrees() {
            writeln!(f, "checker and CPU agree")
        } else {
            writeln!(
                f,
                "{} disagreements without explanation",
                self.unexplained + self.bad_states.len() as u64
            )
        }
    }
}

struct Described(Mutation);

impl fmt::Display for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Mutation::Field { field, value } => write!(f, "{field} = {value:#x}"),
            Mutation::LoadedMsr { place, number, value } => {
                write!(f, "MSR {} of the list: {number:#x} = {value:#x}", place + 1)
            }
        }
    }
}

struct Findings<'a>(&'a Expectation);

impl fmt::Display for Findings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.findings.is_empty() {
            return f.write_str("finds nothing");
        }
        f.write_str("finds")?;
        for finding in self.0.findings.iter().take(3) {
            write!(f, " [{}: {}]", finding.rule, finding.verdict)?;
        }
        Ok(())
    }
}
