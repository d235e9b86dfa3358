//! What every `no_std` program must bring: allocator and panic handler, over the kernel's imports.

use crate::ffi;
use core::alloc::{GlobalAlloc, Layout};
use core::fmt::{self, Write};
use core::panic::PanicInfo;

/// The kernel's heap.
struct KernelHeap;

// SAFETY: host_alloc's contract is GlobalAlloc's: size and alignment honoured, null on failure, no unwinding.
unsafe impl GlobalAlloc for KernelHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the layout's size is not zero (GlobalAlloc), its alignment a power of two.
        unsafe { ffi::host_alloc(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: pointer and layout are those of one `alloc`.
        unsafe { ffi::host_free(pointer, layout.size(), layout.align()) }
    }
}

#[global_allocator]
static HEAP: KernelHeap = KernelHeap;

/// A message under construction that needs no heap: the panic may be about the heap.
struct FixedText {
    bytes: [u8; 512],
    length: usize,
}

impl Write for FixedText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes.len() - self.length;
        let taken = text.len().min(room);
        self.bytes[self.length..self.length + taken].copy_from_slice(&text.as_bytes()[..taken]);
        self.length += taken;
        Ok(())
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let mut text = FixedText {
        bytes: [0; 512],
        length: 0,
    };
    // Writing to the fixed text cannot fail; it truncates.
    let _ = write!(text, "{info}");
    // SAFETY: the text is valid for its length; host_panic does not return.
    unsafe { ffi::host_panic(text.bytes.as_ptr(), text.length) }
}
