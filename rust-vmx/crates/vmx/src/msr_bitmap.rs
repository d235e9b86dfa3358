//! Which MSRs exit (SDM "MSR-Bitmap Address", 25.6.9).

use crate::frames::Frames;

/// One bit per MSR and direction for 0 to 0x1FFF and 0xC000_0000 to 0xC000_1FFF, set = exit; all others always exit.
pub struct MsrBitmap<F: Frames + Clone> {
    _frames: F,
}

impl<F: Frames + Clone> MsrBitmap<F> {
    /// A bitmap under which every access exits; `None` when there is no frame.
    pub fn new(frames: F) -> Option<Self> {
        Some(Self { _frames: frames })
    }

    /// Lets the guest read the MSR without an exit. No effect for an MSR outside both ranges.
    pub fn pass_read(&mut self, msr: u32) {
        let _ = msr;
        todo!()
    }

    /// Lets the guest write the MSR without an exit. No effect for an MSR outside both ranges.
    pub fn pass_write(&mut self, msr: u32) {
        let _ = msr;
        todo!()
    }
}
