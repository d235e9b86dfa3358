//! Text on its way to the kernel, in a caller's buffer.

use bounds::Clip;
use core::ffi::c_char;
use core::fmt::Write;
use machine::cut::Cut;

/// Copies a text into a caller's buffer, NUL-terminated, with a mark at its end if the buffer is too small; the length of the whole
/// text without the NUL. A null or empty buffer gets nothing.
///
/// # Safety
/// `buffer` is null or points to `capacity` writable bytes.
pub unsafe fn copy_out(text: &str, buffer: *mut c_char, capacity: usize) -> usize {
    if buffer.is_null() || capacity == 0 {
        return text.len();
    }
    // SAFETY: the caller's promise. They may be uninitialised, so they are written first; u8 and c_char have one layout.
    let buffer = unsafe {
        buffer.write_bytes(0, capacity);
        core::slice::from_raw_parts_mut(buffer.cast::<u8>(), capacity)
    };
    let mut cut = Cut::new(buffer.upto_mut(capacity - 1));
    // Writing to it cannot fail.
    let _ = cut.write_str(text);
    let _ = cut.finish();
    text.len()
}

/// Copies a text into a NUL-terminated array of a structure; false if it is too long, which the caller looks after.
pub fn copy_to_array(text: &str, array: &mut [c_char]) -> bool {
    array.fill(0);
    for (to, byte) in array.iter_mut().zip(text.as_bytes()) {
        *to = *byte as c_char;
    }
    text.len() < array.len()
}
