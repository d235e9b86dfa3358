//! Bring your own guest: a folder on the developer's machine.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use harness::{GuestFolder, Machine, RunDir, Session, build_dir};
use system::steps::{GUEST_BOOT, MEMORY_FOR_GUESTS, guest_command, refused};

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
    sweb.enter("vmrun mine", "mine")?;
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
    sweb.enter("vmrun big", "big")?;
    sweb.wait_prompt_within(GUEST_BOOT)?;
    let listing = guest_command(&mut sweb, "ls /usr/guests")?;
    sweb.check(listing.contains("guest.vm"), "the guest does not see its drive")
}

/// Where a guest's files are: a device by its plain name, what the command line says from the working directory, what a
/// definition says from its own.
#[test]
fn relative_paths_and_plain_device_names() -> Result<()> {
    let dir = RunDir::create("relative paths")?;
    let drive = dir.file("drive.img");
    fs::write(&drive, drive_that_says("a drive"))?;
    let definition = "kernel = hello\nmemory = 2M\nlog = near.log\n";
    let disk = "memory = 2M\ndisk = ideb\n";
    let missing = "memory = 2M\ndisk = idez\n";
    let mut sweb = Machine::new("relative paths")
        .memory(MEMORY_FOR_GUESTS)
        .drive(&drive)
        .file("/usr/guests/near.vm", definition.as_bytes().to_vec())
        .file("/usr/guests/device.vm", disk.as_bytes().to_vec())
        .file("/usr/guests/missing.vm", missing.as_bytes().to_vec())
        .file("/usr/guests/empty.vm", Vec::new())
        .file("/usr/own/ideb", drive_that_says("a file"))
        .file("/usr/own/disk.img", drive_that_says("an image"))
        .boot()?;
    let greets = |sweb: &mut Session, line: &str, guest: &str, greeting: &str| -> Result<()> {
        sweb.enter(line, guest)?;
        sweb.wait_screen(greeting)?;
        sweb.leave()?;
        let killed = sweb.command(&format!("vmkill {guest}"))?;
        sweb.check(killed.contains("was ended"), &format!("{guest} ended by itself"))
    };
    const HELLO: &str = "Hello from a guest of SWEB!";

    // From the working directory, with each option that names a file.
    sweb.command("cd /usr/guests")?;
    greets(&mut sweb, "vmrun ./hello", "hello", HELLO)?;
    sweb.command("cd /usr/own")?;
    greets(&mut sweb, "vmrun --kernel ../guests/hello near", "near", HELLO)?;
    greets(&mut sweb, "vmrun --log far.log near", "near", HELLO)?;
    greets(
        &mut sweb,
        "vmrun --disk disk.img device --name both",
        "both",
        "a drive",
    )?;
    let listing = sweb.command("ls /usr/own")?;
    sweb.check(
        listing.contains("far.log"),
        "the log is not in the working directory",
    )?;

    // What a definition names is beside it, wherever the user is, and after a reset, too.
    greets(&mut sweb, "vmrun near", "near", HELLO)?;
    let listing = sweb.command("ls /usr/guests")?;
    sweb.check(
        listing.contains("near.log"),
        "the log is not beside the definition",
    )?;
    sweb.enter("vmrun ../guests/near.vm", "near")?;
    sweb.wait_screen(HELLO)?;
    sweb.leave()?;
    sweb.command("cd /; vmreset near")?;
    sweb.enter("vmconsole near", "near")?;
    sweb.wait_screen(HELLO)?;
    sweb.type_text("x")?;
    sweb.wait_return()?;

    // A plain name is a device, a path is a file.
    greets(&mut sweb, "vmrun device", "device", "a drive")?;
    sweb.command("cd /usr/own")?;
    for (disk, greeting) in [
        ("ideb", "a drive"),
        ("./ideb", "a file"),
        ("disk.img", "an image"),
    ] {
        let line = format!("vmrun --disk {disk} --memory 2M --name disk ../guests/empty.vm");
        greets(&mut sweb, &line, "disk", greeting)?;
    }
    refused(
        &mut sweb,
        "vmrun missing",
        &["idez", "neither a device in /dev nor a file"],
    )?;

    sweb.command("cd /")?;
    sweb.power_off()
}

/// A boot sector that prints a text through the BIOS and halts, and a few empty sectors.
fn drive_that_says(text: &str) -> Vec<u8> {
    #[rustfmt::skip]
    let mut sector = vec![
        0xFA,                   // 7C00  cli
        0x31, 0xC0,             // 7C01  xor  ax, ax
        0x8E, 0xD8,             // 7C03  mov  ds, ax
        0xBE, 0x14, 0x7C,       // 7C05  mov  si, 0x7C14
        0xAC,                   // 7C08  lodsb
        0x08, 0xC0,             // 7C09  or   al, al
        0x74, 0x06,             // 7C0B  jz   0x7C13
        0xB4, 0x0E,             // 7C0D  mov  ah, 0x0E
        0xCD, 0x10,             // 7C0F  int  0x10
        0xEB, 0xF5,             // 7C11  jmp  0x7C08
        0xF4,                   // 7C13  hlt
    ];
    sector.extend(text.bytes());
    sector.resize(510, 0);
    sector.extend([0x55, 0xAA]);
    sector.resize(64 * 512, 0);
    sector
}
