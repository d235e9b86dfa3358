//! The disk.

use anyhow::Result;
use harness::{EmulatorKind, ImageUse, Machine, RunDir, Session, copy_image};

#[test]
fn files_survive_a_reboot() -> Result<()> {
    let dir = RunDir::create("disk image")?;
    let image = ImageUse::File(copy_image(&dir)?);
    let mut sweb = Machine::new("disk write").image(image.clone()).boot()?;
    sweb.command("mkdir /usr/notes")?;
    sweb.command("echo written before the reboot > /usr/notes/first")?;
    sweb.command("cp /usr/README.txt /usr/notes/copy")?;
    sweb.power_off()?;

    let mut sweb = Machine::new("disk read").image(image).boot()?;
    let note = sweb.command("cat /usr/notes/first")?;
    sweb.check(note.contains("written before the reboot"), "the note is lost")?;
    let copy = sweb.command("cat /usr/notes/copy")?;
    sweb.check(copy.contains("SWEB's programs"), "the copied file is lost")?;
    sweb.command("rm /usr/notes/first /usr/notes/copy")?;
    sweb.command("rmdir /usr/notes")?;
    let listing = sweb.command("ls /usr")?;
    sweb.check(!listing.contains("notes"), "the folder cannot be removed")?;
    sweb.power_off()
}

#[test]
fn a_full_disk_is_reported_and_harms_nothing() -> Result<()> {
    let mut sweb = Machine::new("disk full").boot()?;
    // Partition 2 has 64 MiB; memtest alone is small, the guest's disk image has 8.5 MiB.
    let mut full = false;
    for number in 0..8 {
        let output = sweb.command_within(&format!("cp /usr/guests/guest.img /usr/copy{number}"), 600)?;
        if output.to_lowercase().contains("no space left") {
            full = true;
            break;
        }
        sweb.check(output.is_empty(), &format!("cp fails otherwise: {output}"))?;
    }
    sweb.check(full, "eight copies of 8.5 MiB fit into 64 MiB")?;
    let readme = sweb.command("cat /usr/README.txt")?;
    sweb.check(
        readme.contains("SWEB's programs"),
        "a file cannot be read any more",
    )?;
    sweb.command("rm /usr/copy0")?;
    sweb.command("echo room again > /usr/room")?;
    let room = sweb.command("cat /usr/room")?;
    sweb.check(room.contains("room again"), "no room after removing a file")
}

/// What the drive was told to do, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DriveCommand {
    Write,
    Flush,
    Other,
}

fn drive_commands(sweb: &Session) -> Vec<DriveCommand> {
    let log = sweb.emulator_log();
    let lines = log.lines().filter(|line| line.contains("ide_exec_cmd"));
    lines
        .map(|line| match line.rsplit_once("cmd 0x").map(|(_, code)| code) {
            Some("30" | "34" | "39" | "c5") => DriveCommand::Write,
            Some("e7" | "ea") => DriveCommand::Flush,
            _ => DriveCommand::Other,
        })
        .collect()
}

/// The order of writes that a power cut cannot break is one of the drive's cache as well: content, the zone maps of a large
/// file, inodes, and names are flushed one after the other, and the last flush is over when the file has been closed.
#[test]
fn the_drive_flushes_its_cache_between_the_steps_of_closing_a_file() -> Result<()> {
    let mut sweb = Machine::new("disk flush")
        .emulator(EmulatorKind::Qemu)
        .trace("ide_exec_cmd")
        .boot()?;
    for (line, steps) in [
        ("echo kept > /usr/note", 3),
        ("cp /usr/memtest.sweb /usr/copy", 4),
    ] {
        let before = drive_commands(&sweb).len();
        sweb.command(line)?;
        let mut commands = drive_commands(&sweb).split_off(before);
        commands.retain(|command| *command != DriveCommand::Other);
        commands.dedup();
        let step = [DriveCommand::Write, DriveCommand::Flush];
        sweb.check(
            commands == step.repeat(steps),
            &format!("'{line}' had the drive {commands:?}"),
        )?;
    }
    sweb.power_off()
}
