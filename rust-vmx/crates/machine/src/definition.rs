//! The text that defines a guest: one `key = value` a line.
//!
//! ```text
//! # SWEB inside SWEB
//! name    = guest
//! kernel  = /usr/guests/kernel.x
//! memory  = 16M
//! disk    = /usr/guests/guest.img
//! ```
//!
//! A later line overrides an earlier one of the same key, except for `module` and `disk`, which add up. So a front end
//! appends its options as lines.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// The smallest guest memory: the first megabyte, and one above it for a kernel.
pub const MIN_MEMORY: u64 = 2 << 20;
/// The largest guest memory; what is above 3 GiB continues at 4 GiB.
pub const MAX_MEMORY: u64 = 64 << 30;
/// The memory of a guest whose definition names none.
pub const DEFAULT_MEMORY: u64 = 16 << 20;
/// Drives on the two IDE channels.
pub const MAX_DISKS: usize = 4;
/// More modules than this are a mistake rather than a wish.
pub const MAX_MODULES: usize = 64;

/// The keys, for the hint of an error.
const KEYS: &str = "name, kernel, format, module, cmdline, memory, disk, console, log, triplefault, barriers";

/// A guest as its author describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What lists and messages call it.
    pub name: String,
    /// Path of the kernel image; without one the guest boots from its first disk.
    pub kernel: Option<String>,
    /// How the kernel image is loaded; without it the image's content decides.
    pub format: Option<Format>,
    /// Multiboot modules, in order.
    pub modules: Vec<Module>,
    /// The kernel's command line, without the kernel's name.
    pub command_line: String,
    /// Bytes of RAM, a multiple of 1 MiB.
    pub memory: u64,
    /// Drives: primary master, primary slave, secondary master, secondary slave.
    pub disks: Vec<Disk>,
    /// Which output of the guest is its console.
    pub console: Console,
    /// A file that receives the guest's serial and debug output.
    pub log: Option<String>,
    /// What a triple fault does.
    pub triple_fault: TripleFaultPolicy,
    /// Whether barriers separate it from other guests in the CPU's predictors and caches.
    pub barriers: bool,
}

/// What a triple fault does. A real machine resets, which hides the mistake that led there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TripleFaultPolicy {
    /// The machine ends with a report.
    #[default]
    Report,
    /// The machine starts again.
    Reset,
}

/// An image format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Multiboot 1.
    Multiboot,
    /// A 16-bit image, entered in real mode at 0x7C00.
    Flat,
}

/// A file given to a Multiboot kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its path on the host.
    pub path: String,
    /// The rest of the line.
    pub arguments: String,
}

/// A drive. To the firmware one of a diskette's size is a diskette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// A block device of the host by its plain name, or the path of a file.
    pub path: String,
    /// The guest may not write it.
    pub read_only: bool,
}

/// Where the guest's user looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Console {
    /// The text screen and the keyboard.
    #[default]
    Screen,
    /// The first serial port.
    Serial,
}

/// What is wrong with a definition, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionError {
    /// The line, counted from 1; 0 when it is about the whole text.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The text is not UTF-8.
    NotText,
    /// A line without `=`.
    NoEquals(String),
    /// A key nobody knows.
    UnknownKey(String),
    /// A key without a value.
    NoValue(&'static str),
    /// A memory size that is none.
    BadMemory(String),
    /// A memory size out of bounds.
    MemoryRange(u64),
    /// A `format` that is none.
    BadFormat(String),
    /// A `console` that is none.
    BadConsole(String),
    /// A `triplefault` that is none.
    BadTripleFault(String),
    /// A `barriers` that is none.
    BadBarriers(String),
    /// Words after a disk's comma that mean nothing.
    BadDiskOption(String),
    /// More disks than the controller has places.
    TooManyDisks,
    /// More modules than [`MAX_MODULES`].
    TooManyModules,
    /// Neither a kernel nor a disk to boot from.
    NothingToBoot,
    /// Modules for an image that is not Multiboot.
    ModulesWithoutMultiboot,
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("guest definition")?;
        if self.line > 0 {
            write!(f, " line {}", self.line)?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText => {
                f.write_str("not UTF-8 text; is this a kernel image? give it as 'kernel = PATH'")
            }
            Self::NoEquals(line) => write!(f, "'{line}' is not 'key = value'; known keys: {KEYS}"),
            Self::UnknownKey(key) => write!(f, "unknown key '{key}'; known keys: {KEYS}"),
            Self::NoValue(key) => write!(
                f,
                "'{key}' has no value; write '{key} = ...' or leave the line out"
            ),
            Self::BadMemory(value) => write!(
                f,
                "memory '{value}' is no size; write a number with M or G, as in 'memory = 16M'"
            ),
            Self::MemoryRange(bytes) => write!(
                f,
                "memory of {} KiB is outside {} MiB to {} GiB",
                bytes >> 10,
                MIN_MEMORY >> 20,
                MAX_MEMORY >> 30
            ),
            Self::BadFormat(value) => write!(f, "format '{value}' is unknown; write multiboot or flat"),
            Self::BadConsole(value) => write!(f, "console '{value}' is unknown; write screen or serial"),
            Self::BadTripleFault(value) => {
                write!(f, "triplefault '{value}' is unknown; write report or reset")
            }
            Self::BadBarriers(value) => write!(f, "barriers '{value}' is unknown; write on or off"),
            Self::BadDiskOption(value) => {
                write!(f, "disk option '{value}' is unknown; the only one is ',ro'")
            }
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

impl Definition {
    /// Reads a definition. `default_name` is the guest's name unless the text gives it another.
    pub fn parse(text: &[u8], default_name: &str) -> Result<Self, DefinitionError> {
        let text = core::str::from_utf8(text).map_err(|_| DefinitionError {
            line: 0,
            problem: Problem::NotText,
        })?;
        let mut definition = Self {
            name: default_name.to_string(),
            kernel: None,
            format: None,
            modules: Vec::new(),
            command_line: String::new(),
            memory: DEFAULT_MEMORY,
            disks: Vec::new(),
            console: Console::Screen,
            log: None,
            triple_fault: TripleFaultPolicy::Report,
            barriers: true,
        };
        for (index, line) in text.lines().enumerate() {
            definition.line(line.trim()).map_err(|problem| DefinitionError {
                line: index + 1,
                problem,
            })?;
        }
        definition
            .check()
            .map_err(|problem| DefinitionError { line: 0, problem })?;
        Ok(definition)
    }

    fn line(&mut self, line: &str) -> Result<(), Problem> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let Some((key, value)) = line.split_once('=') else {
            return Err(Problem::NoEquals(line.to_string()));
        };
        let value = value.trim();
        match key.trim() {
            "name" => self.name = required("name", value)?,
            "kernel" => self.kernel = Some(required("kernel", value)?),
            "format" => self.format = Some(format(value)?),
            "module" => self.modules.push(module(value, self.modules.len())?),
            "cmdline" => self.command_line = value.to_string(),
            "memory" => self.memory = memory(value)?,
            "disk" => self.disks.push(disk(value, self.disks.len())?),
            "console" => self.console = console(value)?,
            "log" => self.log = Some(required("log", value)?),
            "triplefault" => self.triple_fault = triple_fault(value)?,
            "barriers" => self.barriers = barriers(value)?,
            other => return Err(Problem::UnknownKey(other.to_string())),
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Problem> {
        if self.kernel.is_none() && self.disks.is_empty() {
            return Err(Problem::NothingToBoot);
        }
        let multiboot = self.kernel.is_some() && self.format != Some(Format::Flat);
        if !self.modules.is_empty() && !multiboot {
            return Err(Problem::ModulesWithoutMultiboot);
        }
        Ok(())
    }
}

fn required(key: &'static str, value: &str) -> Result<String, Problem> {
    if value.is_empty() {
        Err(Problem::NoValue(key))
    } else {
        Ok(value.to_string())
    }
}

fn format(value: &str) -> Result<Format, Problem> {
    match value {
        "multiboot" => Ok(Format::Multiboot),
        "flat" => Ok(Format::Flat),
        other => Err(Problem::BadFormat(other.to_string())),
    }
}

fn console(value: &str) -> Result<Console, Problem> {
    match value {
        "screen" => Ok(Console::Screen),
        "serial" => Ok(Console::Serial),
        other => Err(Problem::BadConsole(other.to_string())),
    }
}

fn barriers(value: &str) -> Result<bool, Problem> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        other => Err(Problem::BadBarriers(other.to_string())),
    }
}

fn triple_fault(value: &str) -> Result<TripleFaultPolicy, Problem> {
    match value {
        "report" => Ok(TripleFaultPolicy::Report),
        "reset" => Ok(TripleFaultPolicy::Reset),
        other => Err(Problem::BadTripleFault(other.to_string())),
    }
}

fn module(value: &str, count: usize) -> Result<Module, Problem> {
    if count == MAX_MODULES {
        return Err(Problem::TooManyModules);
    }
    let value = required("module", value)?;
    let (path, arguments) = value.split_once(char::is_whitespace).unwrap_or((&value, ""));
    Ok(Module {
        path: path.to_string(),
        arguments: arguments.trim().to_string(),
    })
}

fn disk(value: &str, count: usize) -> Result<Disk, Problem> {
    if count == MAX_DISKS {
        return Err(Problem::TooManyDisks);
    }
    let value = required("disk", value)?;
    let (path, option) = value.split_once(',').unwrap_or((&value, ""));
    let read_only = match option.trim() {
        "" => false,
        "ro" => true,
        other => return Err(Problem::BadDiskOption(other.to_string())),
    };
    Ok(Disk {
        path: required("disk", path.trim())?,
        read_only,
    })
}

/// A size with an optional suffix K, M or G; a bare number counts bytes. Rounded down to whole MiB, since that is what
/// a firmware reports.
fn memory(value: &str) -> Result<u64, Problem> {
    let bad = || Problem::BadMemory(value.to_string());
    let units = [(['k', 'K'], 10), (['m', 'M'], 20), (['g', 'G'], 30)];
    let with_unit = |(unit, shift)| Some((value.strip_suffix(unit)?, shift));
    let (digits, shift) = units.into_iter().find_map(with_unit).unwrap_or((value, 0));
    let number: u64 = digits.trim_end().parse().map_err(|_| bad())?;
    let bytes = number.checked_mul(1 << shift).ok_or_else(bad)?;
    if !(MIN_MEMORY..=MAX_MEMORY).contains(&bytes) {
        return Err(Problem::MemoryRange(bytes));
    }
    Ok(bytes & !((1 << 20) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn problem(text: &str) -> (usize, Problem) {
        let error = Definition::parse(text.as_bytes(), "guest").expect_err(text);
        (error.line, error.problem)
    }

    #[test]
    fn a_full_definition() {
        let text = "# comment\nname = sweb\nkernel=/usr/k.x\n module = /usr/a.dbg  one two \nmodule = /usr/b\n\
                    cmdline = a = b\nmemory = 32M\ndisk = /usr/d.img\ndisk = /dev/ideb, ro\nconsole = serial\nlog = /usr/l\nformat = multiboot\n";
        let d = Definition::parse(text.as_bytes(), "guest").unwrap();
        assert_eq!(d.name, "sweb");
        assert_eq!(d.kernel.as_deref(), Some("/usr/k.x"));
        assert_eq!(
            d.modules[0],
            Module {
                path: "/usr/a.dbg".into(),
                arguments: "one two".into()
            }
        );
        assert_eq!(d.modules[1].arguments, "");
        assert_eq!(d.command_line, "a = b");
        assert_eq!(d.memory, 32 << 20);
        assert_eq!(
            d.disks[1],
            Disk {
                path: "/dev/ideb".into(),
                read_only: true
            }
        );
        assert_eq!(d.console, Console::Serial);
        assert_eq!(d.log.as_deref(), Some("/usr/l"));
        assert_eq!(d.format, Some(Format::Multiboot));
    }

    #[test]
    fn later_lines_override() {
        let d = Definition::parse(b"kernel = a\nmemory = 16M\nkernel = b\nmemory = 1G", "guest").unwrap();
        assert_eq!((d.kernel.as_deref(), d.memory), (Some("b"), 1 << 30));
    }

    #[test]
    fn errors_name_the_line() {
        assert_eq!(
            problem("\nmemroy = 1M"),
            (2, Problem::UnknownKey("memroy".into()))
        );
        assert_eq!(problem("kernel"), (1, Problem::NoEquals("kernel".into())));
        assert_eq!(problem("kernel ="), (1, Problem::NoValue("kernel")));
        assert_eq!(problem("memory = lots"), (1, Problem::BadMemory("lots".into())));
        assert_eq!(problem("memory = 99999999999999999G").0, 1);
        assert_eq!(problem("memory = 1M"), (1, Problem::MemoryRange(1 << 20)));
        assert_eq!(problem("disk = a,rw"), (1, Problem::BadDiskOption("rw".into())));
        assert_eq!(
            problem("disk=a\ndisk=b\ndisk=c\ndisk=d\ndisk=e"),
            (5, Problem::TooManyDisks)
        );
        assert_eq!(problem("memory = 16M"), (0, Problem::NothingToBoot));
        assert_eq!(
            problem("disk = a\nmodule = b"),
            (0, Problem::ModulesWithoutMultiboot)
        );
        assert_eq!(
            Definition::parse(b"\x7fELF\xff", "guest").unwrap_err().problem,
            Problem::NotText
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Definition::parse(&text, "guest");
        }

        #[test]
        fn no_line_makes_it_panic(key in "(name|kernel|module|memory|disk|format)", value in "\\PC*") {
            let _ = Definition::parse(std::format!("{key} = {value}").as_bytes(), "guest");
        }
    }
}
