//! Which fields exist: VMREAD of every encoding there can be, against our lists.

use super::lab::Lab;
use crate::field::{control, exit_info, guest, host};
use crate::frames::Frames;
use crate::interrupts::InterruptsOff;
use crate::vcpu::EntryError;
use alloc::vec::Vec;
use core::fmt;

/// What only one side has.
#[derive(Debug, Default)]
pub struct Encodings {
    /// Fields that both have.
    common: usize,
    /// Encodings that the CPU reads and no list of ours has.
    unknown: Vec<u32>,
    /// Fields of ours that this CPU does not have: it lacks the feature.
    absent: usize,
}

/// Reads every encoding without the access bit; reserved ones are not asked for, because only 0 is defined there (SDM B, "Field
/// Encoding in VMCS").
pub(super) fn compare<F: Frames + Clone>(lab: &mut Lab<F>) -> Result<Encodings, EntryError> {
    let _interrupts = InterruptsOff::new();
    lab.make_current()?;
    let mut result = Encodings::default();
    for encoding in (0..0x8000).step_by(2).filter(|encoding| encoding & 0x1000 == 0) {
        let ours = [control::ALL, exit_info::ALL, guest::ALL, host::ALL]
            .iter()
            .any(|list| list.binary_search_by_key(&encoding, |(field, _)| *field).is_ok());
        match (lab.exists(encoding), ours) {
            (true, true) => result.common += 1,
            (true, false) => result.unknown.push(encoding),
            (false, true) => result.absent += 1,
            (false, false) => {}
        }
    }
    Ok(result)
}

impl Encodings {
    /// Whether we know every field of the CPU.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.unknown.is_empty() && self.common != 0
    }
}

impl fmt::Display for Encodings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} fields, {} of ours not in this CPU",
            self.common, self.absent
        )?;
        if !self.unknown.is_empty() {
            write!(f, ", unknown to us: {:x?}", self.unknown)?;
        }
        writeln!(f)
    }
}
