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
//! A later line overrides an earlier one of the same key, except for `module` and `disk`, which add up. The options of a
//! front end are such lines as well, behind those of the text; what is wrong with them is said of the option.
//!
//! The text is UTF-8, with or without a byte-order mark; lines end in LF or CR LF; blanks and tabs around keys and values do not
//! count.

mod problem;
#[cfg(test)]
mod tests;

pub use problem::{DefinitionError, Origin, Problem};

use alloc::string::{String, ToString};
use alloc::vec::Vec;

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

/// Characters of a VM's name.
pub const MAX_NAME: usize = 63;

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
    /// The kernel's command line, without the kernel's name, which a Multiboot kernel finds in front of it: the kernel's path as it
    /// stands in the definition, as GRUB Legacy and QEMU's `-kernel` do it.
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

impl Definition {
    /// Reads a definition. `default_name` is the guest's name unless the text gives it another.
    pub fn parse(text: &[u8], default_name: &str) -> Result<Self, DefinitionError> {
        Self::parse_with_options(text, b"", default_name)
    }

    /// Reads a definition, and behind it the lines that stand for options.
    pub fn parse_with_options(
        text: &[u8],
        options: &[u8],
        default_name: &str,
    ) -> Result<Self, DefinitionError> {
        let mut definition = Self {
            name: String::new(),
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
        for (index, line) in decode(text)?.lines().enumerate() {
            let origin = || Origin::Line {
                number: index + 1,
                text: line.trim().to_string(),
            };
            definition.line(line.trim(), origin)?;
        }
        for line in decode(options)?.lines() {
            definition.line(line.trim(), || option(line))?;
        }
        definition.check().map_err(|problem| problem.of(Origin::Whole))?;
        if definition.name.is_empty() {
            let origin = || Origin::DefaultName(default_name.to_string());
            definition.name = name(default_name).map_err(|problem| problem.of(origin()))?;
        }
        Ok(definition)
    }

    fn line(&mut self, line: &str, origin: impl FnOnce() -> Origin) -> Result<(), DefinitionError> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let setting = line.split_once('=').ok_or(Problem::NoEquals);
        setting
            .and_then(|(key, value)| self.set(key.trim(), value.trim()))
            .map_err(|problem| problem.of(origin()))
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), Problem> {
        match key {
            "name" => self.name = name(required(value)?)?,
            "kernel" => self.kernel = Some(required(value)?.to_string()),
            "format" => self.format = Some(format(value)?),
            "module" => self.modules.push(module(value, self.modules.len())?),
            "cmdline" => self.command_line = value.to_string(),
            "memory" => self.memory = memory(value)?,
            "disk" => self.disks.push(disk(value, self.disks.len())?),
            "console" => self.console = console(value)?,
            "log" => self.log = Some(required(value)?.to_string()),
            "triplefault" => self.triple_fault = triple_fault(value)?,
            "barriers" => self.barriers = barriers(value)?,
            _ => return Err(Problem::UnknownKey),
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

impl Problem {
    fn of(self, origin: Origin) -> DefinitionError {
        DefinitionError {
            origin,
            problem: self,
        }
    }
}

/// The option that a line stands for.
fn option(line: &str) -> Origin {
    let (key, value) = line.split_once('=').unwrap_or((line, ""));
    Origin::Option {
        key: key.trim().to_string(),
        value: value.trim().to_string(),
    }
}

/// The bytes of a text file as text.
fn decode(bytes: &[u8]) -> Result<&str, DefinitionError> {
    let utf16 = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true, // byte-order marks
        [first, second, ..] => (*first == 0) != (*second == 0), // a Latin character without one
        _ => false,
    };
    if utf16 {
        return Err(Problem::Utf16.of(Origin::Whole));
    }
    match core::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text)),
        _ => Err(Problem::NotText.of(Origin::Whole)),
    }
}

fn required(value: &str) -> Result<&str, Problem> {
    if value.is_empty() {
        Err(Problem::NoValue)
    } else {
        Ok(value)
    }
}

/// What one word of a command line can say, and what is no number, since numbers are ids.
fn name(value: &str) -> Result<String, Problem> {
    let begins_well = value.starts_with(|first: char| first.is_ascii_alphanumeric());
    let ends_well = value
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let number = value.chars().all(|c| c.is_ascii_digit());
    if begins_well && ends_well && !number && value.len() <= MAX_NAME {
        Ok(value.to_string())
    } else {
        Err(Problem::BadName)
    }
}

fn format(value: &str) -> Result<Format, Problem> {
    match value {
        "multiboot" => Ok(Format::Multiboot),
        "flat" => Ok(Format::Flat),
        _ => Err(Problem::BadFormat),
    }
}

fn console(value: &str) -> Result<Console, Problem> {
    match value {
        "screen" => Ok(Console::Screen),
        "serial" => Ok(Console::Serial),
        _ => Err(Problem::BadConsole),
    }
}

fn barriers(value: &str) -> Result<bool, Problem> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Problem::BadBarriers),
    }
}

fn triple_fault(value: &str) -> Result<TripleFaultPolicy, Problem> {
    match value {
        "report" => Ok(TripleFaultPolicy::Report),
        "reset" => Ok(TripleFaultPolicy::Reset),
        _ => Err(Problem::BadTripleFault),
    }
}

fn module(value: &str, count: usize) -> Result<Module, Problem> {
    if count == MAX_MODULES {
        return Err(Problem::TooManyModules);
    }
    let value = required(value)?;
    let (path, arguments) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
    Ok(Module {
        path: path.to_string(),
        arguments: arguments.trim().to_string(),
    })
}

fn disk(value: &str, count: usize) -> Result<Disk, Problem> {
    if count == MAX_DISKS {
        return Err(Problem::TooManyDisks);
    }
    let value = required(value)?;
    let (path, option) = value.split_once(',').unwrap_or((value, ""));
    let read_only = match option.trim() {
        "" => false,
        "ro" => true,
        _ => return Err(Problem::BadDiskOption),
    };
    Ok(Disk {
        path: required(path.trim())?.to_string(),
        read_only,
    })
}

/// A size with an optional suffix K, M or G; a bare number counts bytes. Rounded down to whole MiB, since that is what
/// a firmware reports.
fn memory(value: &str) -> Result<u64, Problem> {
    let units = [(['k', 'K'], 10), (['m', 'M'], 20), (['g', 'G'], 30)];
    let with_unit = |(unit, shift)| Some((value.strip_suffix(unit)?, shift));
    let (digits, shift) = units.into_iter().find_map(with_unit).unwrap_or((value, 0));
    let number: u64 = digits.trim_end().parse().map_err(|_| Problem::BadMemory)?;
    let bytes = number.checked_mul(1 << shift).ok_or(Problem::BadMemory)?;
    if !(MIN_MEMORY..=MAX_MEMORY).contains(&bytes) {
        return Err(Problem::MemoryRange);
    }
    Ok(bytes & !((1 << 20) - 1))
}
