//! Access to the fields of the VMCS. Each method makes it current for as long as it takes, unless the vCPU is loaded.

use super::cache::Cached;
use super::{EntryError, Vcpu};
use crate::error::VmInstructionError;
use crate::field::{self, AnyField, Field, Role, Value, Width, Writable};
use crate::frames::Frames;
use crate::interrupts::InterruptsOff;
use core::fmt;

impl<F: Frames> Vcpu<F> {
    /// Makes the VMCS current, unless it is; interrupts are off while the returned value lives.
    #[inline]
    pub(super) fn attach(&mut self) -> Option<InterruptsOff> {
        if self.loaded.is_some() {
            return None;
        }
        self.attach_unloaded()
    }

    #[cold]
    fn attach_unloaded(&mut self) -> Option<InterruptsOff> {
        let interrupts = InterruptsOff::new();
        if let Err(error) = self.vmcs.make_current() {
            self.note(error.into());
        }
        Some(interrupts)
    }

    pub(super) fn note(&mut self, error: EntryError) {
        self.next.broken.get_or_insert(error);
    }

    #[cold]
    pub(super) fn note_field(&mut self, encoding: u32, error: VmInstructionError) {
        let name = AnyField(encoding).name();
        self.note(EntryError::Field { name, error });
    }

    #[inline]
    pub(super) fn get<R: Role, W: Width, V: Value>(&mut self, field: Field<R, W, V>) -> V {
        V::from_raw(self.get_raw(field.encoding()))
    }

    /// Reads a field by number. While the vCPU is loaded that is one instruction; the rest is elsewhere.
    #[inline]
    fn get_raw(&mut self, encoding: u32) -> u64 {
        if self.loaded.is_some()
            && let Ok(value) = self.vmcs.read_raw(encoding)
        {
            return value;
        }
        self.get_slowly(encoding)
    }

    #[cold]
    fn get_slowly(&mut self, encoding: u32) -> u64 {
        let _attached = self.attach();
        self.vmcs.read_raw(encoding).unwrap_or_else(|error| {
            self.note_field(encoding, error);
            0
        })
    }

    /// Writes a guest-state field, or a control that no address or host state hangs on.
    #[inline]
    pub(super) fn set<R: Writable, W: Width, V: Value>(&mut self, field: Field<R, W, V>, value: V) {
        self.set_raw(field.encoding(), value.into_raw());
    }

    #[inline]
    pub(super) fn set_raw(&mut self, encoding: u32, value: u64) {
        // SAFETY: guest state is checked by the CPU at entry and confined by the controls. Of the controls these are written like this:
        // TSC offset, CR0 and CR4 shadow, the injected event, the primary and the entry controls (in bits that open windows and say what
        // EFER.LMA says), and by a drill what keeps the CPU from entering at all.
        if self.loaded.is_none() || unsafe { self.vmcs.write_raw(encoding, value) }.is_err() {
            self.set_slowly(encoding, value);
        }
    }

    #[cold]
    fn set_slowly(&mut self, encoding: u32, value: u64) {
        let _attached = self.attach();
        // SAFETY: as in `set_raw`.
        if let Err(error) = unsafe { self.vmcs.write_raw(encoding, value) } {
            self.note_field(encoding, error);
        }
    }

    /// A field that is kept between exit and entry.
    #[inline]
    pub(super) fn cached(&mut self, field: Cached) -> u64 {
        if let Some(value) = self.cache.get(field) {
            return value;
        }
        let value = self.get_raw(field.encoding());
        self.cache.fill(field, value);
        value
    }

    /// Writes which rules of VM entry the VMCS breaks, then its fields that are not zero, one per line, the CPU's report first.
    pub fn dump(&mut self, out: &mut dyn fmt::Write) -> fmt::Result {
        self.broken_rules(out)?;
        let _attached = self.attach();
        let groups = [
            ("exit", field::exit_info::ALL),
            ("guest", field::guest::ALL),
            ("control", field::control::ALL),
            ("host", field::host::ALL),
        ];
        for (group, fields) in groups {
            for &(encoding, name) in fields {
                match self.dumped(encoding) {
                    None | Some(0) => {}
                    Some(value) => writeln!(out, "{group:7} {name:27} {value:#x}")?,
                }
            }
        }
        Ok(())
    }

    /// What a dump says about a field. One that this CPU does not have cannot be read, and says nothing; the attempt overwrites the
    /// VM-instruction error, so that is as it was noted.
    fn dumped(&self, encoding: u32) -> Option<u64> {
        if encoding == field::exit_info::VM_INSTRUCTION_ERROR.encoding() {
            return self.entry_error.map(|number| u64::from(number.0));
        }
        self.vmcs.read_raw(encoding).ok()
    }
}
