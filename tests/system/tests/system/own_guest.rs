//! Bring your own guest: a folder on the developer's machine.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use harness::{GuestFolder, Machine, RunDir, build_dir};
use system::steps::{GUEST_BOOT, MEMORY_FOR_GUESTS, guest_command};

fn built(path: &str) -> PathBuf {
    build_dir().join("usr-guests/guests").join(path)
}

#[test]
fn a_folder_becomes_a_guest() -> Result<()> {
    let dir = RunDir::create("own guest folder")?;
    fs::copy(built("hello"), dir.file("my-kernel"))?;
    fs::write(dir.file("mine.vm"), "# mine\nkernel = my-kernel\nmemory = 2M\n")?;
    let folder = GuestFolder::open(dir.path())?;
    assert_eq!(folder.name(), "mine");

    let mut sweb = Machine::new("own guest")
        .memory(MEMORY_FOR_GUESTS)
        .guest(folder)
        .boot()?;
    sweb.type_line("vmrun mine")?;
    sweb.wait_screen("Hello from a guest of SWEB!")
}

/// A raw disk of 128 MiB, SWEB's own, is the guest's drive: too large for a file on the host's partition.
#[test]
fn a_raw_disk_becomes_a_drive() -> Result<()> {
    let dir = RunDir::create("own disk folder")?;
    fs::copy(built("kernel.x"), dir.file("kernel.x"))?;
    harness::copy_image(&dir)?;
    fs::write(
        dir.file("big.vm"),
        "kernel = kernel.x\nmemory = 16M\ndisk = SWEB.img\n",
    )?;
    let folder = GuestFolder::open(dir.path())?;

    let mut sweb = Machine::new("own disk")
        .memory(MEMORY_FOR_GUESTS)
        .guest(folder)
        .boot()?;
    sweb.type_line("vmrun big")?;
    sweb.wait_prompt_within(GUEST_BOOT)?;
    let listing = guest_command(&mut sweb, "ls /usr/guests")?;
    sweb.check(listing.contains("guest.vm"), "the guest does not see its drive")
}
