//! What the host lends: page frames.

use crate::addr::{Hpa, PAGE_SIZE};
use core::marker::PhantomData;
use core::sync::atomic::{AtomicU64, Ordering};

/// The host's page frames, as this crate needs them. The product implements it over the kernel's PageManager,
/// tests over ordinary memory.
///
/// # Safety
/// `allocate` must return memory that nobody else uses until it is passed to `free`, and `pointer` must
/// return an address through which all of a frame that `allocate` returned can be read and written.
pub unsafe trait Frames: Sync {
    /// Takes `pages` (a power of two) contiguous 4 KiB frames, aligned to their total size and zeroed, or
    /// `None` when there are none. Also `None` when more than `to_zero` of them are not zero yet.
    fn allocate(&self, pages: usize, to_zero: usize) -> Option<Hpa>;

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
    fn allocate(&self, pages: usize, to_zero: usize) -> Option<Hpa> {
        (**self).allocate(pages, to_zero)
    }

    unsafe fn free(&self, frame: Hpa, pages: usize) {
        // SAFETY: the caller's promise is the one asked for.
        unsafe { (**self).free(frame, pages) }
    }

    fn pointer(&self, frame: Hpa) -> *mut u8 {
        (**self).pointer(frame)
    }
}

/// How many frames are zeroed at most while the host's interrupts wait: 64 KiB, some 8,200 instructions.
pub const ZEROED_AT_ONCE: usize = 16;

/// Contiguous frames with an owner: given back on drop. Their content is reached by copying only, because a guest, or the
/// CPU on its behalf, may change it at any time.
pub struct OwnedFrames<F: Frames> {
    frames: F,
    base: Hpa,
    pages: usize,
}

impl<F: Frames> OwnedFrames<F> {
    /// Takes `pages` (a power of two) contiguous zeroed frames, aligned to their total size.
    pub fn allocate(frames: F, pages: usize) -> Option<Self> {
        Self::take(frames, pages, pages)
    }

    /// The same, if that takes no longer than zeroing [`ZEROED_AT_ONCE`] frames.
    pub fn allocate_soon(frames: F, pages: usize) -> Option<Self> {
        Self::take(frames, pages, ZEROED_AT_ONCE)
    }

    fn take(frames: F, pages: usize, to_zero: usize) -> Option<Self> {
        let base = frames.allocate(pages, to_zero)?;
        Some(Self { frames, base, pages })
    }

    /// The physical address of the first byte.
    pub fn hpa(&self) -> Hpa {
        self.base
    }

    /// Bytes.
    pub fn size(&self) -> usize {
        self.pages * PAGE_SIZE as usize
    }

    /// Where the kernel sees the first byte. Whoever dereferences it answers for what else reaches the frames.
    pub fn pointer(&self) -> *mut u8 {
        self.frames.pointer(self.base)
    }

    /// Copies `buffer.len()` bytes from `offset`.
    ///
    /// # Panics
    /// When they do not all lie inside: the caller computed the offset.
    pub fn read(&self, offset: usize, buffer: &mut [u8]) {
        assert!(
            offset <= self.size() && buffer.len() <= self.size() - offset,
            "read past the frames' end"
        );
        // SAFETY: the range lies inside the frames, which are ours and mapped; the buffer is exclusively borrowed.
        unsafe { copy::shared(self.pointer().add(offset), buffer.as_mut_ptr(), buffer.len()) }
    }

    /// The word at `offset`, in one access.
    ///
    /// # Panics
    /// When it does not lie inside, or is not aligned: the caller computed the offset.
    pub fn read_word(&self, offset: usize) -> u64 {
        assert!(
            offset < self.size() && offset.is_multiple_of(8),
            "a word past the frames' end, or no word"
        );
        // SAFETY: frames consist of aligned words, this one lies inside, and whoever changes it meanwhile is a guest.
        unsafe { AtomicU64::from_ptr(self.pointer().add(offset).cast()) }.load(Ordering::Relaxed)
    }

    /// The `length` bytes from `offset` on, for others to fill.
    ///
    /// # Panics
    /// When they do not all lie inside: the caller computed the offset.
    pub fn room(&mut self, offset: usize, length: usize) -> Room<'_> {
        assert!(
            offset <= self.size() && length <= self.size() - offset,
            "room past the frames' end"
        );
        Room {
            // SAFETY: the place lies inside the frames.
            pointer: unsafe { self.pointer().add(offset) },
            length,
            owner: PhantomData,
        }
    }

    /// Copies `bytes` to `offset`.
    ///
    /// # Panics
    /// When they do not all fit: the caller computed the offset.
    pub fn write(&self, offset: usize, bytes: &[u8]) {
        assert!(
            offset <= self.size() && bytes.len() <= self.size() - offset,
            "write past the frames' end"
        );
        // SAFETY: the range lies inside the frames, which are ours and mapped. The kernel holds no reference into them.
        unsafe { copy::shared(bytes.as_ptr(), self.pointer().add(offset), bytes.len()) }
    }
}

/// A place for bytes that come from somewhere else, such as a file, without a copy in between. It may lie in memory that a guest
/// reaches, so nobody gets a reference to it.
#[derive(Debug)]
pub struct Room<'a> {
    pointer: *mut u8,
    length: usize,
    owner: PhantomData<&'a mut [u8]>,
}

impl<'a> Room<'a> {
    /// All of a buffer.
    pub fn over(buffer: &'a mut [u8]) -> Self {
        Self {
            pointer: buffer.as_mut_ptr(),
            length: buffer.len(),
            owner: PhantomData,
        }
    }

    /// Bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.length
    }

    /// Where they are: writable as long as the room exists.
    #[must_use]
    pub fn pointer(&self) -> *mut u8 {
        self.pointer
    }

    /// What is behind the first `bytes`.
    ///
    /// # Panics
    /// When there are not so many.
    #[must_use]
    pub fn past(&mut self, bytes: usize) -> Room<'_> {
        assert!(bytes <= self.length, "past the room's end");
        Room {
            // SAFETY: the place lies inside, or at the end.
            pointer: unsafe { self.pointer.add(bytes) },
            length: self.length - bytes,
            owner: PhantomData,
        }
    }

    /// Copies `bytes` to its beginning.
    ///
    /// # Panics
    /// When they do not all fit.
    pub fn write(&mut self, bytes: &[u8]) {
        assert!(bytes.len() <= self.length, "write past the room's end");
        // SAFETY: the room is writable for its length, and exclusively borrowed from the kernel's point of view.
        unsafe { copy::shared(bytes.as_ptr(), self.pointer, bytes.len()) }
    }
}

impl<F: Frames> Drop for OwnedFrames<F> {
    fn drop(&mut self) {
        // SAFETY: they came from one `allocate`. Whoever put their address into a hardware structure keeps the owner
        // until the structure is gone.
        unsafe { self.frames.free(self.base, self.pages) }
    }
}

mod copy {
    /// Copies `count` bytes of which one side may be written by a guest meanwhile. The compiler sees neither side: a torn
    /// value is the guest's own fault and cannot be undefined behaviour here.
    ///
    /// # Safety
    /// `source` is readable and `target` writable for `count` bytes; they do not overlap.
    #[cfg(not(miri))]
    pub(super) unsafe fn shared(source: *const u8, target: *mut u8, count: usize) {
        // SAFETY: as promised; the direction flag is clear (System V ABI).
        unsafe {
            core::arch::asm!(
                "rep movsq",
                "mov ecx, {tail:e}",
                "rep movsb",
                tail = in(reg) count % 8,
                inout("rcx") count / 8 => _,
                inout("rsi") source => _,
                inout("rdi") target => _,
                options(nostack, preserves_flags),
            );
        }
    }

    /// The same for the interpreter, which knows no assembly.
    ///
    /// # Safety
    /// As above.
    #[cfg(miri)]
    pub(super) unsafe fn shared(source: *const u8, target: *mut u8, count: usize) {
        for index in 0..count {
            // SAFETY: as promised.
            unsafe {
                target
                    .add(index)
                    .write_volatile(source.add(index).read_volatile())
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod fake {
    //! Frames of ordinary memory, counted.

    use super::*;
    use core::sync::atomic::AtomicUsize;
    use std::alloc::{Layout, alloc_zeroed, dealloc};
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    /// At most `limit` frames; the physical address is the pointer.
    pub(crate) struct FakeFrames {
        limit: usize,
        /// How many of those handed out next are zero already.
        zero: AtomicUsize,
        taken: Mutex<BTreeMap<u64, usize>>,
    }

    impl FakeFrames {
        pub(crate) fn new(limit: usize) -> Self {
            Self {
                limit,
                zero: AtomicUsize::new(usize::MAX),
                taken: Mutex::default(),
            }
        }

        /// So many frames of those handed out next are zero already.
        pub(crate) fn set_zero(&self, count: usize) {
            self.zero.store(count, Ordering::Relaxed);
        }

        /// Frames that were not given back.
        pub(crate) fn outstanding(&self) -> usize {
            self.taken.lock().unwrap().values().sum()
        }
    }

    fn layout(pages: usize) -> Layout {
        Layout::from_size_align(pages * 4096, pages * 4096).unwrap()
    }

    // SAFETY: the memory is the allocator's, handed out once; the pointer is the address.
    unsafe impl Frames for FakeFrames {
        fn allocate(&self, pages: usize, to_zero: usize) -> Option<Hpa> {
            let zero = self.zero.load(Ordering::Relaxed);
            if pages.saturating_sub(zero) > to_zero {
                return None;
            }
            let mut taken = self.taken.lock().unwrap();
            if taken.values().sum::<usize>() + pages > self.limit {
                return None;
            }
            // SAFETY: the layout is not empty.
            let pointer = unsafe { alloc_zeroed(layout(pages)) };
            let address = pointer.expose_provenance() as u64;
            assert!(taken.insert(address, pages).is_none());
            self.zero.store(zero.saturating_sub(pages), Ordering::Relaxed);
            Some(Hpa(address))
        }

        unsafe fn free(&self, frame: Hpa, pages: usize) {
            assert_eq!(
                self.taken.lock().unwrap().remove(&frame.0),
                Some(pages),
                "not allocated like this"
            );
            // SAFETY: it came from `alloc_zeroed` with this layout.
            unsafe { dealloc(self.pointer(frame), layout(pages)) }
        }

        fn pointer(&self, frame: Hpa) -> *mut u8 {
            core::ptr::with_exposed_provenance_mut(frame.0 as usize)
        }
    }

    #[test]
    fn copies_go_through_and_frames_come_back() {
        let frames = FakeFrames::new(4);
        let owned = OwnedFrames::allocate(&frames, 4).unwrap();
        assert!(OwnedFrames::allocate(&frames, 1).is_none());
        let text: Vec<u8> = (0..=255).cycle().take(5003).collect();
        owned.write(4091, &text);
        let mut back = vec![0; 5003];
        owned.read(4091, &mut back);
        assert_eq!(back, text);
        assert_eq!(
            owned.read_word(4096),
            u64::from_le_bytes(text[5..13].try_into().unwrap())
        );
        drop(owned);
        assert_eq!(frames.outstanding(), 0);
    }
}
