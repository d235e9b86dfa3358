//! Which fields a mutation may touch.

use crate::check::VmcsImage;
use crate::field::{AnyField, guest, host};
use alloc::vec::Vec;

/// The fields that a CPU has and that software may write, but for those a mutation must not touch: the world switch keeps host RSP,
/// and the preemption timer is what ends every guest.
#[derive(Clone, Debug)]
pub struct Fields(Vec<AnyField>);

impl Fields {
    /// The fields for which `exists` says yes.
    pub fn known_to(mut exists: impl FnMut(AnyField) -> bool) -> Self {
        let kept = [host::RSP.into(), guest::PREEMPTION_TIMER.into()];
        Self(
            VmcsImage::fields()
                .filter(|field| !kept.contains(field) && exists(*field))
                .collect(),
        )
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[AnyField] {
        &self.0
    }

    /// Whether a field is one of them.
    #[must_use]
    pub fn contains(&self, field: AnyField) -> bool {
        self.0.contains(&field)
    }
}
