//! The kernel's text of a guest definition, read.

use crate::ffi::{VM_CONSOLE_SCREEN, VM_CONSOLE_SERIAL, VM_NAME_SIZE, VM_PATH_SIZE};
use crate::ffi::{VmDescription, VmSource};
use crate::text;
use alloc::string::{String, ToString};
use machine::definition::{Console, Definition, MAX_NAME};

const _: () = assert!(MAX_NAME < VM_NAME_SIZE, "every name fits, with its NUL");

/// What the text defines.
///
/// # Safety
/// What `source` points to is readable.
pub unsafe fn definition(source: &VmSource) -> Result<Definition, String> {
    // SAFETY: the caller's promise, for each of the three.
    let (text, options, name) = unsafe {
        (
            bytes(source.text, source.length),
            bytes(source.options, source.options_length),
            bytes(source.name, source.name_length),
        )
    };
    Definition::parse_with_options(text, options, &String::from_utf8_lossy(name))
        .map_err(|error| error.to_string())
}

/// The kernel's bytes; none at all may come with any pointer.
///
/// # Safety
/// `pointer` points to `length` readable bytes.
unsafe fn bytes<'a>(pointer: *const u8, length: usize) -> &'a [u8] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(pointer, length) }
}

/// What a definition says to the kernel.
pub fn describe(definition: &Definition) -> Result<VmDescription, String> {
    let mut description = VmDescription {
        name: [0; VM_NAME_SIZE],
        log: [0; VM_PATH_SIZE],
        console: match definition.console {
            Console::Screen => VM_CONSOLE_SCREEN,
            Console::Serial => VM_CONSOLE_SERIAL,
        },
    };
    text::copy_to_array(&definition.name, &mut description.name);
    // Cut, it would be another file, which would be overwritten.
    if !text::copy_to_array(definition.log.as_deref().unwrap_or(""), &mut description.log) {
        return Err("the path of the log file is too long; choose a shorter one".to_string());
    }
    Ok(description)
}
