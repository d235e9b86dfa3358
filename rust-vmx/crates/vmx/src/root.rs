//! VMX root operation on this CPU: from VMXON to VMXOFF.

use crate::frames::Frames;
use alloc::sync::Arc;

/// Why VMX cannot be used here. Its text names the missing bit and what a person can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VmxUnavailable(pub alloc::string::String);

/// Says whether this CPU can run VMs; changes nothing.
pub fn probe() -> Result<(), VmxUnavailable> {
    todo!()
}

/// VMX root operation, held for as long as this value lives: the last owner to let go executes VMXOFF.
pub struct Root<F: Frames + Clone> {
    _frames: F,
}

impl<F: Frames + Clone> Root<F> {
    /// Checks the CPU and the firmware's settings, then executes VMXON. Host interrupts may be on.
    pub fn enter(frames: F) -> Result<Arc<Self>, VmxUnavailable> {
        Ok(Arc::new(Self { _frames: frames }))
    }
}
