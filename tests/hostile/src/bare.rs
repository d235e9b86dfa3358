//! A guest on the emulated CPU itself, with no hypervisor under it: what it says there is what it has to say in a VM.

use std::arch::global_asm;
use std::fs;

use anyhow::{Result, ensure};
use harness::{ImageUse, Machine, Medium, RunDir};

use crate::guest::{Guest, between};
use crate::image;

global_asm!(include_str!("bare.s"), options(att_syntax));

unsafe extern "C" {
    static hostile_bare: u8;
    static hostile_bare_end: u8;
}

/// What the boot sector loads.
const LOADED: usize = 64 * 512;
/// A few cylinders, as a disk has.
const DISK: usize = 8 * 16 * 63 * 512;

/// Runs a guest that switches its machine off; what it said.
pub fn run(guest: &Guest) -> Result<String> {
    // SAFETY: both labels are in one section, the second behind the first.
    let sector = unsafe { between(&raw const hostile_bare, &raw const hostile_bare_end) };
    let image = image::build(guest);
    ensure!(image.len() <= LOADED, "the image has {} bytes", image.len());
    let mut disk = [sector, &image].concat();
    disk.resize(DISK, 0);
    let dir = RunDir::create(&format!("bare {}", guest.name))?;
    let path = dir.file("disk.img");
    fs::write(&path, disk)?;
    // The disk has a boot sector of its own, as one with GRUB has; the fast loader's place for a command line is not written.
    let mut machine = Machine::new(guest.name)
        .medium(Medium::Grub)
        .image(ImageUse::File(path))
        .start()?;
    machine.wait_power_off()?;
    // Behind it the emulator says where it stopped, and takes its leave.
    let log = machine.debug_log();
    let farewell = |line: &&str| line.starts_with("(0).") || line.starts_with("==");
    let said: Vec<&str> = log.lines().take_while(|line| !farewell(line)).collect();
    Ok(said.join("\n"))
}
