//! What can be wrong with a definition, and how a person is told.

use super::{KEYS, MAX_DISKS, MAX_MEMORY, MAX_MODULES, MAX_NAME, MIN_MEMORY};
use alloc::string::String;
use core::fmt;

/// What is wrong with a definition, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionError {
    /// Where.
    pub origin: Origin,
    /// What is wrong.
    pub problem: Problem,
}

/// Where the words come from that are wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere in particular: it is about all of it.
    Whole,
    /// A line of the text.
    Line {
        /// Counted from 1.
        number: usize,
        /// What it says.
        text: String,
    },
    /// An option of the command line.
    Option {
        /// Its name, without the dashes.
        key: String,
        /// Its value.
        value: String,
    },
    /// The name that the VM gets because the text gives it none.
    DefaultName(String),
}

/// What can be wrong with a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The text is not UTF-8.
    NotText,
    /// The text is UTF-16.
    Utf16,
    /// A line without `=`.
    NoEquals,
    /// A key nobody knows.
    UnknownKey,
    /// A key without a value.
    NoValue,
    /// A name that no VM may have.
    BadName,
    /// A memory size that is none.
    BadMemory,
    /// A memory size out of bounds.
    MemoryRange,
    /// A `format` that is none.
    BadFormat,
    /// A `console` that is none.
    BadConsole,
    /// A `triplefault` that is none.
    BadTripleFault,
    /// A `barriers` that is none.
    BadBarriers,
    /// Words after a disk's comma that mean nothing.
    BadDiskOption,
    /// More disks than the controller has places.
    TooManyDisks,
    /// More modules than [`MAX_MODULES`].
    TooManyModules,
    /// Neither a kernel nor a disk to boot from.
    NothingToBoot,
    /// Modules for an image that is not Multiboot.
    ModulesWithoutMultiboot,
}

/// The start of a text, so that what is said of it is still seen on the same line.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 60;
        match self.0.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{}...", self.0.get(..end).unwrap_or_default()),
            None => f.write_str(self.0),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("guest definition"),
            Self::Line { number, text } => write!(f, "guest definition line {number}: {}", Short(text)),
            Self::Option { key, value } => write!(f, "--{} {}", Short(key), Short(value)),
            Self::DefaultName(name) => write!(
                f,
                "the file's name '{}' gives the VM none (use --name)",
                Short(name)
            ),
        }
    }
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText => {
                f.write_str("not UTF-8 text; is this a kernel image? give it as 'kernel = PATH'")
            }
            Self::Utf16 => f.write_str("UTF-16 text; save the file as UTF-8"),
            Self::NoEquals => write!(f, "not 'key = value'; known keys: {KEYS}"),
            Self::UnknownKey => write!(f, "unknown key; known keys: {KEYS}"),
            Self::NoValue => f.write_str("the value is missing; give it one, or leave it out"),
            Self::BadName => write!(
                f,
                "a VM's name is made of letters, digits, '-', '_' and '.', begins with a letter or a digit, is no \
                 number, and has {MAX_NAME} characters at most"
            ),
            Self::BadMemory => f.write_str("no size; write a number with K, M or G, as in 16M"),
            Self::MemoryRange => write!(f, "outside {} MiB to {} GiB", MIN_MEMORY >> 20, MAX_MEMORY >> 30),
            Self::BadFormat => f.write_str("unknown format; write multiboot or flat"),
            Self::BadConsole => f.write_str("unknown console; write screen or serial"),
            Self::BadTripleFault => f.write_str("unknown consequence; write report or reset"),
            Self::BadBarriers => f.write_str("write on or off"),
            Self::BadDiskOption => f.write_str("unknown disk option; the only one is ',ro'"),
            Self::TooManyDisks => write!(
                f,
                "more than {MAX_DISKS} disks; the two IDE channels have no more places"
            ),
            Self::TooManyModules => write!(f, "more than {MAX_MODULES} modules"),
            Self::NothingToBoot => {
                f.write_str("nothing to boot; add 'kernel = PATH', or 'disk = PATH' with a boot sector")
            }
            Self::ModulesWithoutMultiboot => {
                f.write_str("modules need a Multiboot kernel; remove 'module' or 'format = flat'")
            }
        }
    }
}
