//! What every `no_std` program must bring: allocator and panic handler, over the kernel's imports.

use crate::ffi;
use core::alloc::{GlobalAlloc, Layout};
use core::fmt::Write;
use core::panic::PanicInfo;
use machine::cut::Cut;

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

/// A panic is a mistake of the hypervisor, never of a guest: what a guest may do is a `Result` everywhere. The kernel decides
/// what has to stop: the VM, when one was running and nothing is shared with others half done, or everything.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    // The heap may be what the panic is about, so the text needs none.
    let mut buffer = [0; 512];
    let mut text = Cut::new(&mut buffer);
    // Writing to it cannot fail.
    let _ = write!(text, "{}", info.message());
    if let Some(place) = info.location() {
        let _ = write!(text, " ({}:{})", place.file(), place.line());
    }
    let text = text.finish();
    // SAFETY: the text is valid for its length; host_panic does not return.
    unsafe { ffi::host_panic(text.as_ptr(), text.len()) }
}
