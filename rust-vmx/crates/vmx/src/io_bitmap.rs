//! Which ports exit (SDM "I/O-Bitmap Addresses", 25.6.4).

use crate::addr::Hpa;
use crate::frames::{Frames, OwnedFrames};

/// Bitmaps A (ports 0 to 7FFFH) and B (8000H to FFFFH), one after the other: one bit per port, set = exit.
pub struct IoBitmap<F: Frames> {
    bitmaps: OwnedFrames<F>,
}

impl<F: Frames> IoBitmap<F> {
    /// Bitmaps under which every port exits; `None` when there are no frames.
    pub fn new(frames: F) -> Option<Self> {
        let bitmaps = OwnedFrames::allocate(frames, 2)?;
        bitmaps.write(0, &[0xFF; 8192]);
        Some(Self { bitmaps })
    }

    /// Lets the guest reach the host's port. An access of several bytes exits if any of its ports does.
    ///
    /// # Safety
    /// The guest can do no harm with this port.
    pub unsafe fn pass(&mut self, port: u16) {
        let (byte, bit) = (usize::from(port / 8), port % 8);
        let mut bits = [0];
        self.bitmaps.read(byte, &mut bits);
        self.bitmaps.write(byte, &[bits[0] & !(1 << bit)]);
    }

    pub(crate) fn addresses(&self) -> (Hpa, Hpa) {
        (self.bitmaps.hpa(), Hpa(self.bitmaps.hpa().0 + 4096))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::fake::FakeFrames;

    #[test]
    fn bitmap_b_follows_a() {
        let frames = FakeFrames::new(2);
        let mut bitmap = IoBitmap::new(&frames).unwrap();
        // SAFETY: no guest runs.
        unsafe { bitmap.pass(0x8003) };
        let mut all = [0; 8192];
        bitmap.bitmaps.read(0, &mut all);
        assert_eq!(all[4096], 0b1111_0111);
        assert_eq!(all.iter().filter(|&&byte| byte == 0xFF).count(), 8191);
        assert_eq!(bitmap.addresses().1.0 - bitmap.addresses().0.0, 4096);
    }
}
