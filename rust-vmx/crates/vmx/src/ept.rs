//! Extended page tables (SDM "The Extended Page Table Mechanism (EPT)", 29.3).

use crate::frames::Frames;

/// The top-level table, which a vCPU's EPT pointer names.
pub struct EptRoot<F: Frames + Clone> {
    _frames: F,
}
