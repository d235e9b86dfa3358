//! From an image to the first instruction.

pub mod elf;
pub mod flat;
pub mod multiboot;
pub mod start;

use crate::memory::MemoryError;
use crate::storage::{File, Storage, StorageError};
use core::fmt;
use vmx::frames::Room;

pub use start::Start;

/// Bytes that can be read at any place: a file of the host, or a slice in a test.
pub trait Image {
    /// How many there are.
    fn size(&self) -> u64;
    /// Fills `bytes` from `offset` on, all within the size.
    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), StorageError>;
    /// The same for a room.
    fn read_into(&self, offset: u64, room: Room<'_>) -> Result<(), StorageError>;
}

impl<S: Storage> Image for File<S> {
    fn size(&self) -> u64 {
        File::size(self)
    }

    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), StorageError> {
        self.read_exact(offset, bytes)
    }

    fn read_into(&self, offset: u64, room: Room<'_>) -> Result<(), StorageError> {
        File::read_into(self, offset, room)
    }
}

/// What is wrong with an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// The image cannot be read.
    Read(StorageError),
    /// The image is empty.
    Empty,
    /// No Multiboot header in the first 8 KiB.
    NotMultiboot,
    /// The Multiboot header demands something by these flag bits that is not offered.
    UnknownFlags(u16),
    /// The Multiboot header's addresses contradict each other.
    BadAddresses,
    /// Neither ELF nor addresses in the Multiboot header.
    NotElf,
    /// The ELF file is damaged; what, in the words of its parser.
    BadElf(&'static str),
    /// An ELF file for another machine, by its number.
    WrongMachine(u16),
    /// A part of the image lies outside the file.
    Truncated,
    /// A part of the image belongs where the guest has no memory.
    NoMemory {
        /// Where.
        at: u64,
        /// How much.
        length: u64,
    },
    /// A module would end above 4 GiB, where a Multiboot kernel cannot be told of it.
    ModuleTooHigh {
        /// Where.
        at: u64,
        /// How much.
        length: u64,
    },
    /// The entry point is in no loaded part.
    BadEntry(u64),
    /// A flat image is larger than what fits below the video memory.
    TooLarge(u64),
    /// A disk's first sector does not end in 55 AA.
    NotBootable,
    /// Command lines and names need more than the place set apart for them.
    TooMuchText,
    /// Guest memory failed although it was checked.
    Memory(MemoryError),
}

impl From<StorageError> for LoadError {
    fn from(error: StorageError) -> Self {
        Self::Read(error)
    }
}

impl From<MemoryError> for LoadError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "cannot be read: {error}"),
            Self::Empty => f.write_str("is empty"),
            Self::NotMultiboot => f.write_str(
                "has no Multiboot header in its first 8 KiB; for a 16-bit image write 'format = flat'",
            ),
            Self::UnknownFlags(bits) => write!(f, "needs Multiboot features {bits:#x} that are not offered"),
            Self::BadAddresses => f.write_str("has a Multiboot header whose addresses contradict each other"),
            Self::NotElf => f.write_str("is no ELF file, and its Multiboot header gives no addresses"),
            Self::BadElf(what) => write!(f, "is a damaged ELF file: {what}"),
            Self::WrongMachine(machine) => {
                write!(
                    f,
                    "is an ELF file for machine {machine}; it must be 3 (i386) or 62 (x86-64)"
                )
            }
            Self::Truncated => f.write_str("is truncated; copy it again"),
            Self::NoMemory { at, length } => write!(
                f,
                "needs {} KiB at {at:#x}, where the guest has no memory; raise 'memory = ...'",
                length.div_ceil(1024)
            ),
            Self::ModuleTooHigh { at, length } => write!(
                f,
                "leaves no room for a module of {} KiB below 4 GiB: it would lie at {at:#x}; link the kernel lower",
                length.div_ceil(1024)
            ),
            Self::BadEntry(entry) => write!(f, "has its entry point {entry:#x} outside everything loaded"),
            Self::TooLarge(limit) => {
                write!(f, "is larger than {} KiB, the room for a flat image", limit >> 10)
            }
            Self::NotBootable => f.write_str("has no boot sector (its first sector does not end in 55 AA)"),
            Self::TooMuchText => {
                f.write_str("has command lines too long; shorten 'cmdline' or the modules' arguments")
            }
            Self::Memory(error) => write!(f, "cannot be placed: {error}"),
        }
    }
}
