//! A VMCS as a plain value.

use crate::field::{AnyField, Field, Role, Value, Width, control, guest, host};

/// The control, guest-state and host-state fields of a VMCS. Fields the CPU does not have are 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VmcsImage {
    control: [u64; control::ALL.len()],
    guest: [u64; guest::ALL.len()],
    host: [u64; host::ALL.len()],
}

impl Default for VmcsImage {
    fn default() -> Self {
        Self {
            control: [0; _],
            guest: [0; _],
            host: [0; _],
        }
    }
}

impl VmcsImage {
    /// Reads every field through `vmread`; `None` is a field the CPU does not have.
    pub fn capture(mut vmread: impl FnMut(AnyField) -> Option<u64>) -> Self {
        let mut image = Self::default();
        for field in Self::fields() {
            image.set_raw(field, vmread(field).unwrap_or(0));
        }
        image
    }

    /// The fields it has: controls, guest state, host state, each by width and index.
    pub fn fields() -> impl Iterator<Item = AnyField> {
        [control::ALL, guest::ALL, host::ALL]
            .into_iter()
            .flatten()
            .map(|&(encoding, _)| AnyField(encoding))
    }

    fn slot(&mut self, field: AnyField) -> Option<&mut u64> {
        let (fields, values) = match field.role() {
            0 => (control::ALL, &mut self.control[..]),
            2 => (guest::ALL, &mut self.guest[..]),
            3 => (host::ALL, &mut self.host[..]),
            _ => return None,
        };
        let place = fields.binary_search_by_key(&field.0, |entry| entry.0).ok()?;
        values.get_mut(place)
    }

    /// A field's value by number; 0 for one that is none.
    #[must_use]
    pub fn raw(&self, field: AnyField) -> u64 {
        let (fields, values) = match field.role() {
            0 => (control::ALL, &self.control[..]),
            2 => (guest::ALL, &self.guest[..]),
            3 => (host::ALL, &self.host[..]),
            _ => return 0,
        };
        let place = fields.binary_search_by_key(&field.0, |entry| entry.0);
        place
            .ok()
            .and_then(|place| values.get(place))
            .copied()
            .unwrap_or(0)
    }

    /// Sets a field by number, as wide as the field is. A number that is none, or the one of a read-only field, changes nothing.
    pub fn set_raw(&mut self, field: AnyField, value: u64) {
        if let Some(slot) = self.slot(field) {
            *slot = value & field.mask();
        }
    }

    /// A field's value.
    #[must_use]
    pub fn get<R: Role, W: Width, V: Value>(&self, field: Field<R, W, V>) -> V {
        V::from_raw(self.raw(field.into()))
    }

    /// Sets a field.
    pub fn set<R: Role, W: Width, V: Value>(&mut self, field: Field<R, W, V>, value: V) {
        self.set_raw(field.into(), value.into_raw());
    }
}
