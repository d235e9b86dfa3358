//! The host's files and block devices.

use alloc::string::{String, ToString};
use bounds::Clip;
use core::fmt;
use vmx::frames::Room;

/// An open file or block device of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(pub i64);

/// What the host's file layer answers instead of doing it: a positive error number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageError(pub i64);

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            2 => "no such file; check the path",
            5 => "the host's disk failed",
            12 => "the host is out of memory",
            13 => "access denied",
            16 => "in use: mounted, or open for writing elsewhere; give another disk, or ',ro'",
            19 => "neither a device in /dev nor a file here; check the name",
            21 => "is a directory",
            24 => "too many open files",
            28 => "the host's disk is full",
            30 => "read-only; add ',ro'",
            36 => "the name is too long",
            number => return write!(f, "error {number} of the host"),
        })
    }
}

/// The host's file layer. Every call may block: the caller has parked its CPU, and no lock is held.
pub trait Storage {
    /// Opens a file or a block device; for writing only if nobody else writes it.
    fn open(&self, path: &str, write: bool) -> Result<Handle, StorageError>;
    /// Its size in bytes.
    fn size(&self, handle: Handle) -> Result<u64, StorageError>;
    /// Reads up to `bytes.len()` bytes; fewer only at the end.
    fn read(&self, handle: Handle, offset: u64, bytes: &mut [u8]) -> Result<usize, StorageError>;
    /// The same, into a room.
    fn read_into(&self, handle: Handle, offset: u64, room: &mut Room<'_>) -> Result<usize, StorageError>;
    /// Writes all of `bytes`, or fails.
    fn write(&self, handle: Handle, offset: u64, bytes: &[u8]) -> Result<(), StorageError>;
    /// Makes durable what was written.
    fn flush(&self, handle: Handle) -> Result<(), StorageError>;
    /// Closes it.
    fn close(&self, handle: Handle);
}

/// An open file that closes itself.
pub struct File<S: Storage> {
    storage: S,
    handle: Handle,
    size: u64,
}

/// A file error with the file's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// Which file.
    pub path: String,
    /// What happened.
    pub error: StorageError,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.error)
    }
}

impl<S: Storage> File<S> {
    /// Opens a file.
    pub fn open(storage: S, path: &str, write: bool) -> Result<Self, FileError> {
        let named = |error| FileError {
            path: path.to_string(),
            error,
        };
        let handle = storage.open(path, write).map_err(named)?;
        // From here on a failure closes the handle.
        let mut file = Self {
            storage,
            handle,
            size: 0,
        };
        file.size = file.storage.size(handle).map_err(named)?;
        Ok(file)
    }

    /// Its size in bytes when it was opened.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Fills `bytes`; what lies beyond the end is an error.
    pub fn read_exact(&self, offset: u64, bytes: &mut [u8]) -> Result<(), StorageError> {
        let mut done = 0;
        while done < bytes.len() {
            match self
                .storage
                .read(self.handle, offset + done as u64, bytes.past_mut(done))?
            {
                0 => return Err(StorageError(5)),
                count => done += count.min(bytes.len() - done),
            }
        }
        Ok(())
    }

    /// Fills a room; what lies beyond the end is an error.
    pub fn read_into(&self, offset: u64, mut room: Room<'_>) -> Result<(), StorageError> {
        let mut done = 0;
        while done < room.size() {
            match self
                .storage
                .read_into(self.handle, offset + done as u64, &mut room.past(done))?
            {
                0 => return Err(StorageError(5)),
                count => done += count.min(room.size() - done),
            }
        }
        Ok(())
    }

    /// Writes `bytes`.
    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        self.storage.write(self.handle, offset, bytes)
    }

    /// Makes durable what was written.
    pub fn flush(&self) -> Result<(), StorageError> {
        self.storage.flush(self.handle)
    }
}

impl<S: Storage> Drop for File<S> {
    fn drop(&mut self) {
        self.storage.close(self.handle);
    }
}
