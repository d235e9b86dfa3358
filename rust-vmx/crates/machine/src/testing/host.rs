//! A host with files in memory and a clock that tests set.

use crate::host::Host;
use crate::storage::{Handle, Storage, StorageError};
use devices::Stream;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;
use vmx::frames::Room;

#[derive(Default)]
struct Inner {
    files: RefCell<BTreeMap<String, Vec<u8>>>,
    open: RefCell<BTreeMap<i64, String>>,
    broken: RefCell<BTreeSet<String>>,
    bad: RefCell<BTreeMap<String, Range<usize>>>,
    next: Cell<i64>,
    now: Cell<u64>,
    idle: Cell<bool>,
    output: RefCell<Vec<(Stream, u8)>>,
    full: Cell<bool>,
    flushes: Cell<usize>,
}

/// The host.
#[derive(Clone, Default)]
pub struct FakeHost(Rc<Inner>);

impl FakeHost {
    /// Creates or replaces a file.
    pub fn put(&self, path: &str, content: &[u8]) {
        self.0.files.borrow_mut().insert(path.into(), content.to_vec());
    }

    /// A file's content.
    pub fn get(&self, path: &str) -> Vec<u8> {
        self.0.files.borrow()[path].clone()
    }

    /// Lets every access to an open file fail.
    pub fn break_file(&self, path: &str) {
        self.0.broken.borrow_mut().insert(path.into());
    }

    /// Lets every access fail that touches one of these bytes of a file.
    pub fn damage(&self, path: &str, bytes: Range<usize>) {
        self.0.bad.borrow_mut().insert(path.into(), bytes);
    }

    /// Says whether anybody else wants the CPU.
    pub fn set_idle(&self, idle: bool) {
        self.0.idle.set(idle);
    }

    /// Says whether there is little room left for output.
    pub fn set_full(&self, full: bool) {
        self.0.full.set(full);
    }

    /// Moves the clock on.
    pub fn pass(&self, nanoseconds: u64) {
        self.0.now.set(self.0.now.get() + nanoseconds);
    }

    /// What the guest put out on a stream.
    pub fn output_of(&self, stream: Stream) -> String {
        String::from_utf8(self.output_bytes(stream)).unwrap()
    }

    /// The same as bytes.
    pub fn output_bytes(&self, stream: Stream) -> Vec<u8> {
        let output = self.0.output.borrow();
        output
            .iter()
            .filter(|(from, _)| *from == stream)
            .map(|(_, byte)| *byte)
            .collect()
    }

    /// How many files are open.
    pub fn open_files(&self) -> usize {
        self.0.open.borrow().len()
    }

    /// How often something was flushed.
    pub fn flushes(&self) -> usize {
        self.0.flushes.get()
    }

    fn path(&self, handle: Handle) -> Result<String, StorageError> {
        let path = self
            .0
            .open
            .borrow()
            .get(&handle.0)
            .cloned()
            .ok_or(StorageError(9))?;
        if self.0.broken.borrow().contains(&path) {
            Err(StorageError(5))
        } else {
            Ok(path)
        }
    }

    /// The path of an open file, if none of these bytes is damaged.
    fn place(&self, handle: Handle, bytes: Range<usize>) -> Result<String, StorageError> {
        let path = self.path(handle)?;
        let bad = self.0.bad.borrow().get(&path).cloned().unwrap_or_default();
        if bytes.start < bad.end && bad.start < bytes.end {
            Err(StorageError(5))
        } else {
            Ok(path)
        }
    }
}

impl Storage for FakeHost {
    fn open(&self, path: &str, _write: bool) -> Result<Handle, StorageError> {
        if !self.0.files.borrow().contains_key(path) {
            return Err(StorageError(2));
        }
        self.0.next.set(self.0.next.get() + 1);
        self.0.open.borrow_mut().insert(self.0.next.get(), path.into());
        Ok(Handle(self.0.next.get()))
    }

    fn size(&self, handle: Handle) -> Result<u64, StorageError> {
        Ok(self.0.files.borrow()[&self.path(handle)?].len() as u64)
    }

    fn read(&self, handle: Handle, offset: u64, bytes: &mut [u8]) -> Result<usize, StorageError> {
        // Short reads, so that callers prove they can take them.
        let most = bytes.len().min(700);
        let offset = offset as usize;
        let path = self.place(handle, offset..offset.saturating_add(most))?;
        let files = self.0.files.borrow();
        let rest = files[&path].get(offset..).unwrap_or(&[]);
        let count = rest.len().min(most);
        bytes[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn read_into(&self, handle: Handle, offset: u64, room: &mut Room<'_>) -> Result<usize, StorageError> {
        let mut bytes = std::vec![0; room.size()];
        let count = self.read(handle, offset, &mut bytes)?;
        room.write(&bytes[..count]);
        Ok(count)
    }

    fn write(&self, handle: Handle, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        let offset = offset as usize;
        let path = self.place(handle, offset..offset + bytes.len())?;
        let mut files = self.0.files.borrow_mut();
        let content = files.get_mut(&path).ok_or(StorageError(9))?;
        content
            .get_mut(offset..offset + bytes.len())
            .ok_or(StorageError(28))?
            .copy_from_slice(bytes);
        Ok(())
    }

    fn flush(&self, handle: Handle) -> Result<(), StorageError> {
        self.path(handle)?;
        self.0.flushes.set(self.0.flushes.get() + 1);
        Ok(())
    }

    fn close(&self, handle: Handle) {
        assert!(
            self.0.open.borrow_mut().remove(&handle.0).is_some(),
            "closed twice"
        );
    }
}

impl Host for FakeHost {
    fn now_ns(&self) -> u64 {
        self.0.now.get()
    }

    fn tsc(&self) -> u64 {
        // At one tick per nanosecond.
        self.now_ns()
    }

    fn tsc_hz(&self) -> u64 {
        1_000_000_000
    }

    fn sleep_slack_ns(&self) -> u64 {
        5_000_000
    }

    fn is_idle(&self) -> bool {
        self.0.idle.get()
    }

    fn wall_clock(&self) -> i64 {
        1_700_000_000
    }

    fn output(&self, stream: Stream, bytes: &[u8]) -> bool {
        let mut output = self.0.output.borrow_mut();
        output.extend(bytes.iter().map(|byte| (stream, *byte)));
        !self.0.full.get()
    }
}
