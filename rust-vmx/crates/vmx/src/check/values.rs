//! What the rules ask of addresses and of registers that guest and host have alike.

use super::rule::{Checked, Remedy};
use super::{EntryCapabilities, Situation};
use crate::addr::Hpa;
use crate::control_register::takes_pat;
use crate::field::{Control, Field, Natural, Role, Width};
use crate::guest_state;

/// Bytes of an entry in an MSR area (SDM "VM-Exit Controls for MSRs", 25.7.2, table 25-15).
pub(super) const MSR_ENTRY: u64 = 16;
/// IA32_S_CET: SUPPRESS and TRACKER.
const S_CET_SUPPRESS: u64 = 1 << 10;
const S_CET_TRACKER: u64 = 1 << 11;
/// CR3's two bits of linear-address masking: LAM_U57 and LAM_U48.
const CR3_LAM: u64 = 0b11 << 61;

impl EntryCapabilities {
    /// The bits CR3 cannot have.
    pub(super) fn cr3_reserved(&self) -> u64 {
        let lam = if self.features.lam { CR3_LAM } else { 0 };
        self.beyond_physical() & !lam
    }
}

impl Situation<'_> {
    /// A canonical address.
    pub(super) fn canonical<R: Role, W: Width>(&self, field: Field<R, W, u64>) -> Checked {
        self.with(
            field,
            self.cpu.is_canonical(self.get(field)),
            Remedy::Do("make the bits above the highest of a linear address all equal to it"),
            &[],
        )
    }

    /// The address of a structure aligned to `align` bytes, within the width of physical addresses.
    pub(super) fn aligned(&self, field: Field<Control, u64, Hpa>, align: u64) -> Checked {
        self.clear(field, (align - 1) | self.cpu.beyond_physical(), &[])
    }

    /// The address of an MSR area, which counts only when the area has entries.
    pub(super) fn msr_area(
        &self,
        address: Field<Control, u64, Hpa>,
        count: Field<Control, u32, u32>,
    ) -> Checked {
        let wrong = if self.get(count) == 0 {
            0
        } else {
            (MSR_ENTRY - 1) | self.cpu.beyond_physical()
        };
        self.clear(address, wrong, &[count.into()])
    }

    /// The last byte of an MSR area.
    pub(super) fn msr_area_end(
        &self,
        address: Field<Control, u64, Hpa>,
        count: Field<Control, u32, u32>,
    ) -> Checked {
        let size = MSR_ENTRY * u64::from(self.get(count));
        let last = self.get(address).0.checked_add(size.saturating_sub(1));
        let kept = size == 0 || last.is_some_and(|last| last & self.cpu.beyond_physical() == 0);
        self.with(
            address,
            kept,
            Remedy::Do("move the area down, or shorten it"),
            &[count.into()],
        )
    }

    /// Eight memory types, as IA32_PAT holds them.
    pub(super) fn memory_types<R: Role>(&self, field: Field<R, u64, u64>) -> Checked {
        let remedy = Remedy::Write(field.into(), guest_state::PAT);
        self.with(field, takes_pat(self.get(field)), remedy, &[])
    }

    /// The two bits of IA32_S_CET that exclude each other.
    pub(super) fn s_cet_not_both<R: Role>(&self, field: Field<R, Natural, u64>) -> Checked {
        let both = S_CET_SUPPRESS | S_CET_TRACKER;
        let kept = self.get(field) & both != both;
        self.with(field, kept, Remedy::Clear(field.into(), S_CET_SUPPRESS), &[])
    }
}
