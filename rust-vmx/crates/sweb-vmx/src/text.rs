//! Text on its way to the kernel: into a caller's buffer, or into a fixed one that needs no heap.

use core::ffi::c_char;
use core::fmt::{self, Write};

/// Text under construction that truncates instead of growing.
pub struct FixedText<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> FixedText<N> {
    /// No text.
    pub const fn new() -> Self {
        Self {
            bytes: [0; N],
            length: 0,
        }
    }

    /// What was written.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl<const N: usize> Write for FixedText<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let taken = fitting(text, N - self.length);
        self.bytes[self.length..self.length + taken].copy_from_slice(&text.as_bytes()[..taken]);
        self.length += taken;
        Ok(())
    }
}

/// How many bytes of a text fit into `room` without cutting a character.
fn fitting(text: &str, room: usize) -> usize {
    let mut end = text.len().min(room);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// Copies a text into a NUL-terminated array of a structure.
pub fn copy_to_array(text: &str, array: &mut [c_char]) {
    let length = fitting(text, array.len().saturating_sub(1));
    array.fill(0);
    for (to, byte) in array.iter_mut().zip(&text.as_bytes()[..length]) {
        *to = *byte as c_char;
    }
}

/// Copies a text into a caller's buffer, NUL-terminated; the length without the NUL. A null or empty buffer gets nothing.
///
/// # Safety
/// `buffer` is null or points to `capacity` writable bytes.
pub unsafe fn copy_out(text: &str, buffer: *mut c_char, capacity: usize) -> usize {
    if buffer.is_null() || capacity == 0 {
        return 0;
    }
    // SAFETY: the caller's promise; u8 and c_char have one layout.
    let buffer = unsafe { core::slice::from_raw_parts_mut(buffer, capacity) };
    copy_to_array(text, buffer);
    fitting(text, capacity - 1)
}
