//! VMX operation on this CPU, for as long as the kernel wants it.

use crate::ffi;
use crate::host::KernelFrames;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use spin::Mutex;
use vmx::controls::PinControls;
use vmx::interrupts::InterruptsOff;
use vmx::root::Root;

/// Set between `vmx_enable` and `vmx_disable`. Held with interrupts disabled: a thread that lost the CPU with the lock would leave
/// the next one spinning for it, with nobody to take the CPU away from that one.
static ROOT: Mutex<Option<Arc<Root<KernelFrames>>>> = Mutex::new(None);

/// Whether this CPU can run VMs; else why not and what to do.
pub fn probe() -> Result<(), String> {
    vmx::root::probe().map_err(|reason| reason.to_string())
}

/// Enters VMX operation, unless it is on.
pub fn enable() -> Result<(), String> {
    // Two threads may start the first two VMs at once; only one of them may execute VMXON.
    let _alone = InterruptsOff::new();
    let mut root = ROOT.lock();
    if root.is_none() {
        *root = Some(Root::enter(KernelFrames).map_err(|reason| reason.to_string())?);
    }
    Ok(())
}

/// Compares the checker of VM entries with this CPU: one of `VMX_CHECK_*`, and the report.
pub fn check(count: u64, seed: u64, go_on: impl FnMut() -> bool) -> (u32, String) {
    let compared = require().and_then(|root| {
        vmx::cross_check::compare(&root, count, seed, go_on).map_err(|error| error.to_string())
    });
    match compared {
        Ok(report) if report.agrees() => (ffi::VMX_CHECK_AGREES, report.to_string()),
        Ok(report) => (ffi::VMX_CHECK_DISAGREES, report.to_string()),
        Err(reason) => (ffi::VMX_CHECK_IMPOSSIBLE, reason),
    }
}

/// Leaves VMX operation, once the last VM is gone.
pub fn disable() {
    let _alone = InterruptsOff::new();
    let root = ROOT.lock().take();
    drop(root);
}

/// Whether the CPU ends a guest's slice by itself.
pub fn has_preemption_timer() -> bool {
    get().is_some_and(|root| root.controls().pin.contains(PinControls::PREEMPTION_TIMER))
}

/// VMX operation, if it is on.
pub fn get() -> Option<Arc<Root<KernelFrames>>> {
    let _alone = InterruptsOff::new();
    ROOT.lock().clone()
}

/// The same, or why there is none.
pub fn require() -> Result<Arc<Root<KernelFrames>>, String> {
    get().ok_or_else(|| "VMX is not enabled on this CPU; the kernel's log says why".to_string())
}
