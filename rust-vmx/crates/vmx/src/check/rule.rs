//! A rule, and what breaking one looks like.

use super::Situation;
use super::bit_names::bit_name;
use crate::field::{AnyField, Field, Role, Value, Width};
use core::fmt;

/// How the CPU reports that an entry broke a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// VMfailValid with VM-instruction error 7.
    Control,
    /// VMfailValid with VM-instruction error 8.
    Host,
    /// An exit with basic reason 33 and bit 31.
    Guest,
    /// An exit with basic reason 34 and bit 31.
    MsrLoad,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Control => "VM-instruction error 7, invalid control field",
            Self::Host => "VM-instruction error 8, invalid host-state field",
            Self::Guest => "exit reason 33, invalid guest state",
            Self::MsrLoad => "exit reason 34, MSR loading",
        })
    }
}

/// A section of the SDM. Numbers move between editions, titles stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its number in the edition this crate cites.
    pub number: &'static str,
    /// Its title.
    pub title: &'static str,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SDM {}, \"{}\"", self.number, self.title)
    }
}

/// One of the SDM's rules.
#[derive(Debug)]
pub struct Rule {
    /// The function that checks it.
    pub name: &'static str,
    /// Where it stands in the SDM.
    pub section: &'static Section,
    /// How the CPU reports that it is broken.
    pub stage: Stage,
    /// What it says, in our words.
    pub sentence: &'static str,
    pub(super) check: fn(&Situation<'_>) -> Checked,
}

/// Rules are told apart by their names.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Rule {}

impl Rule {
    /// What an entry does against the rule.
    #[must_use]
    pub fn violation(&'static self, situation: &Situation<'_>) -> Option<Violation> {
        (self.check)(situation)
            .err()
            .map(|broken| Violation { rule: self, broken })
    }
}

/// A table of rules: functions of the module with their sentences.
macro_rules! rules {
    ($stage:ident, $section:expr; $($name:ident: $sentence:literal,)*) => {
        pub(super) const RULES: &[$crate::check::Rule] = &[$($crate::check::Rule {
            name: stringify!($name),
            section: &$section,
            stage: $crate::check::Stage::$stage,
            sentence: $sentence,
            check: $name,
        }),*];
    };
}
pub(super) use rules;

/// A field with the value that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which one.
    pub field: AnyField,
    /// What it holds.
    pub value: u64,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {:#x}", self.field, self.value)
    }
}

/// An entry of the VM-entry MSR-load area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MsrEntry {
    /// Its number as the exit qualification counts: the first is 1.
    pub number: u32,
    /// Bits 63:0: the MSR's number, and the reserved bits.
    pub index: u64,
    /// Bits 127:64: the value.
    pub value: u64,
}

impl fmt::Display for MsrEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, index, value } = self;
        write!(f, "entry {number} of the list: MSR {index:#x} = {value:#x}")
    }
}

/// How to mend a broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Set these bits of a field.
    Set(AnyField, u64),
    /// Clear these bits of a field.
    Clear(AnyField, u64),
    /// Write this value.
    Write(AnyField, u64),
    /// Something no single field tells.
    Do(&'static str),
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, field, mask) = match *self {
            Self::Set(field, mask) => ("set", field, mask),
            Self::Clear(field, mask) => ("clear", field, mask),
            Self::Write(field, value) => return write!(f, "write {value:#x} to {field}"),
            Self::Do(text) => return f.write_str(text),
        };
        if mask.count_ones() > 4 {
            return write!(f, "{verb} the bits {mask:#x} of {field}");
        }
        f.write_str(verb)?;
        let mut separator = if mask.count_ones() > 1 { " bits " } else { " bit " };
        for bit in (0..64).filter(|bit| mask >> bit & 1 != 0) {
            write!(f, "{separator}{bit}")?;
            if let Some(name) = bit_name(field, bit) {
                write!(f, " ({name})")?;
            }
            separator = ", ";
        }
        write!(f, " of {field}")
    }
}

/// What a rule's function found when the rule is broken: the fields that decide, and a remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    seen: [Option<Seen>; 4],
    entry: Option<MsrEntry>,
    remedy: Remedy,
}

/// What a rule's function returns.
pub(super) type Checked = Result<(), Broken>;

impl Broken {
    /// An entry of the MSR-load area is wrong.
    pub(super) fn in_list(entry: MsrEntry, remedy: &'static str) -> Self {
        Self {
            entry: Some(entry),
            ..Self::new(Remedy::Do(remedy))
        }
    }

    fn new(remedy: Remedy) -> Self {
        Self {
            seen: [None; 4],
            entry: None,
            remedy,
        }
    }
}

/// A broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: &'static Rule,
    broken: Broken,
}

impl Violation {
    /// How the CPU reports it.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.rule.stage
    }

    /// The fields that decide, with their values; the one to mend first.
    pub fn seen(&self) -> impl Iterator<Item = Seen> + '_ {
        self.broken.seen.iter().flatten().copied()
    }

    /// For a rule on the VM-entry MSR-load area: the entry that breaks it.
    #[must_use]
    pub const fn msr_entry(&self) -> Option<MsrEntry> {
        self.broken.entry
    }

    /// How to mend it.
    #[must_use]
    pub const fn remedy(&self) -> Remedy {
        self.broken.remedy
    }
}

/// Three lines: the fields with the rule, the section, the remedy.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for seen in self.seen() {
            write!(f, "{separator}{seen}")?;
            separator = ", ";
        }
        if let Some(entry) = self.msr_entry() {
            write!(f, "{separator}{entry}")?;
            separator = ", ";
        }
        if !separator.is_empty() {
            f.write_str(": ")?;
        }
        write!(f, "{}", self.rule.sentence)?;
        write!(f, "\n  rule: {}", self.rule.section)?;
        write!(f, "\n  remedy: {}", self.remedy())
    }
}

impl Situation<'_> {
    /// A field as a message shows it.
    pub(super) fn seen(&self, field: impl Into<AnyField>) -> Seen {
        let field = field.into();
        Seen {
            field,
            value: self.vmcs.raw(field),
        }
    }

    /// All bits of `mask` are 1.
    pub(super) fn set<R: Role, W: Width, V: Value>(
        &self,
        field: Field<R, W, V>,
        mask: impl Into<u64>,
        because: &[AnyField],
    ) -> Checked {
        let missing = mask.into() & !self.vmcs.raw(field.into());
        self.with(field, missing == 0, Remedy::Set(field.into(), missing), because)
    }

    /// All bits of `mask` are 0.
    pub(super) fn clear<R: Role, W: Width, V: Value>(
        &self,
        field: Field<R, W, V>,
        mask: impl Into<u64>,
        because: &[AnyField],
    ) -> Checked {
        let wrong = mask.into() & self.vmcs.raw(field.into());
        self.with(field, wrong == 0, Remedy::Clear(field.into(), wrong), because)
    }

    /// `field` decides, together with those in `because`.
    pub(super) fn with<R: Role, W: Width, V: Value>(
        &self,
        field: Field<R, W, V>,
        kept: bool,
        remedy: Remedy,
        because: &[AnyField],
    ) -> Checked {
        if kept {
            return Ok(());
        }
        let mut broken = Broken::new(remedy);
        let fields = core::iter::once(field.into()).chain(because.iter().copied());
        for (place, field) in broken.seen.iter_mut().zip(fields) {
            *place = Some(self.seen(field));
        }
        Err(broken)
    }
}
