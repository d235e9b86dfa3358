//! What the host lends: page frames.

use crate::addr::Hpa;

/// The host's page frames, as this crate needs them. The product implements it over the kernel's PageManager,
/// tests over ordinary memory.
///
/// # Safety
/// `allocate` must return memory that nobody else uses until it is passed to `free`, and `pointer` must
/// return an address through which all of a frame that `allocate` returned can be read and written.
pub unsafe trait Frames: Sync {
    /// Takes `pages` (a power of two) contiguous 4 KiB frames, aligned to their total size and zeroed, or
    /// `None` when there are none.
    fn allocate(&self, pages: usize) -> Option<Hpa>;

    /// Gives back what `allocate` returned.
    ///
    /// # Safety
    /// `frame` and `pages` are those of one `allocate`, and nothing reaches the frames any more.
    unsafe fn free(&self, frame: Hpa, pages: usize);

    /// Where the kernel sees a frame that `allocate` returned.
    fn pointer(&self, frame: Hpa) -> *mut u8;
}

// SAFETY: every call goes to the same `Frames`, which keeps the promises itself.
unsafe impl<T: Frames + ?Sized> Frames for &T {
    fn allocate(&self, pages: usize) -> Option<Hpa> {
        (**self).allocate(pages)
    }

    unsafe fn free(&self, frame: Hpa, pages: usize) {
        // SAFETY: the caller's promise is the one asked for.
        unsafe { (**self).free(frame, pages) }
    }

    fn pointer(&self, frame: Hpa) -> *mut u8 {
        (**self).pointer(frame)
    }
}
