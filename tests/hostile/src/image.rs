//! The flat image of a guest: the runtime with the mode it should set up, and the guest's code behind it.

use std::arch::global_asm;

use crate::guest::{Guest, between};

global_asm!(
    include_str!("constants.s"),
    include_str!("runtime.s"),
    options(att_syntax)
);

unsafe extern "C" {
    static hostile_runtime: u8;
    static hostile_runtime_end: u8;
}

/// Where the image is loaded, and where the guest's code begins.
const BASE: usize = 0x7C00;
const GUEST: usize = 0x9000;
/// Where the runtime looks for the mode.
const MODE: usize = 4;

/// The image of a guest, at least a sector with the mark of a boot sector where a BIOS looks for it.
pub fn build(guest: &Guest) -> Vec<u8> {
    // SAFETY: both labels are in one section, the second behind the first.
    let runtime = unsafe { between(&raw const hostile_runtime, &raw const hostile_runtime_end) };
    assert!(
        runtime.len() <= GUEST - BASE,
        "the runtime has {} bytes",
        runtime.len()
    );
    let mut image = runtime.to_vec();
    image[MODE] = guest.mode as u8;
    image.resize(GUEST - BASE, 0);
    image.extend(guest.code);
    image
}
