//! The host's disk fails: programs on the host get an error, guests get one from their drives, and nothing else ends.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use harness::{ImageUse, Machine, RunDir, Session, copy_image};
use minix::FileSystem;
use system::contents::{Contents, GUEST_DISK};
use system::steps::{GUEST_BOOT, MEMORY_FOR_GUESTS, guest_command};

/// What both SWEBs say when a file cannot be read or written.
const ERROR: &str = "The device reported an error";
/// The last program on the guest's disk, and so far not read by anybody.
const UNREAD: &str = "/vmstat.sweb";

/// Where the disk fails. Behind it are the rest of the guest's disk, its free space included, some files of the host, and
/// the host's free space.
struct Damage {
    /// The byte of the host's disk where that program of the guest begins.
    offset: u64,
    /// The sector of the guest's disk.
    guest_sector: usize,
}

impl Damage {
    fn of(disk: &[u8]) -> Result<Self> {
        let usr = minix::partition(disk, 2)?;
        let host = FileSystem::open(&disk[usr.clone()])?;
        let tree = host.tree()?;
        let guest_disk = tree.get(GUEST_DISK).and_then(Option::as_ref);
        let guest_disk = guest_disk.context("there is no disk for the guest")?;
        let guest_usr = minix::partition(guest_disk, 2)?;
        let guest = FileSystem::open(&guest_disk[guest_usr.clone()])?;
        let in_guest = guest_usr.start + guest.place_of(UNREAD, 0)?;
        Ok(Self {
            offset: (usr.start + host.place_of(GUEST_DISK, in_guest)?) as u64,
            guest_sector: in_guest / 512,
        })
    }
}

/// Types a line at the guest's prompt; the answer has to contain a text.
fn guest_says(sweb: &mut Session, line: &str, expected: &str) -> Result<()> {
    let screen = guest_command(sweb, &format!("cls; {line}"))?;
    sweb.check(
        screen.contains(expected),
        &format!("the guest's '{line}' says no '{expected}'"),
    )
}

fn host_says(sweb: &mut Session, line: &str, expected: &str) -> Result<()> {
    let answer = sweb.command(line)?;
    sweb.check(
        answer.contains(expected),
        &format!("'{line}' says no '{expected}', but {answer}"),
    )
}

fn host_is_silent(sweb: &mut Session, line: &str) -> Result<()> {
    let answer = sweb.command(line)?;
    sweb.check(answer.is_empty(), &format!("'{line}' says {answer}"))
}

/// A machine with a guest, whose disk breaks when the guest is at its prompt.
struct Broken {
    sweb: Session,
    damage: Damage,
    image: PathBuf,
    /// Removed at the end, with the image.
    _dir: RunDir,
}

impl Broken {
    fn boot(name: &str) -> Result<Self> {
        let dir = RunDir::create(name)?;
        let image = copy_image(&dir)?;
        let damage = Damage::of(&fs::read(&image)?)?;
        let machine = Machine::new(name).memory(MEMORY_FOR_GUESTS);
        let mut sweb = machine.image(ImageUse::File(image.clone())).boot()?;
        // The guest's debug output goes to the host's RAM disk.
        sweb.enter("vmrun --log /guest.log guest", "guest")?;
        sweb.wait_prompt_within(GUEST_BOOT)?;
        sweb.break_disk(damage.offset)?;
        Ok(Self {
            sweb,
            damage,
            image,
            _dir: dir,
        })
    }
}

#[test]
fn errors_of_the_hosts_disk_reach_programs_and_guests() -> Result<()> {
    let Broken {
        mut sweb,
        damage,
        image,
        _dir,
    } = Broken::boot("disk errors")?;
    guest_says(&mut sweb, &format!("cp /usr{UNREAD} /usr/copy"), ERROR)?;
    guest_says(&mut sweb, "vmstat", ERROR)?;
    guest_says(&mut sweb, "echo lost > /usr/note", ERROR)?;
    guest_says(&mut sweb, "cat /usr/README.txt", "SWEB's programs")?;
    guest_says(&mut sweb, "memtest", "[PASS]")?;
    sweb.leave()?;

    host_says(&mut sweb, "cat /usr/guests/hello.vm", ERROR)?;
    host_says(&mut sweb, "vmrun hello", ERROR)?;
    host_says(&mut sweb, "echo lost > /usr/note", ERROR)?;
    host_says(&mut sweb, "cp /usr/README.txt /usr/copy", ERROR)?;
    host_says(&mut sweb, "cat /usr/README.txt", "SWEB's programs")?;
    host_says(&mut sweb, "memtest", "[PASS]")?;
    check_registers(&mut sweb, &damage)?;

    // The disk recovers: what could not be written is still to be written.
    sweb.mend_disk()?;
    host_says(&mut sweb, "cat /usr/guests/hello.vm", "name    = hello")?;
    host_is_silent(&mut sweb, "echo again > /usr/note")?;
    host_says(&mut sweb, "cat /usr/note", "again")?;
    sweb.enter("vmconsole guest", "guest")?;
    sweb.wait_prompt()?;
    guest_says(
        &mut sweb,
        "echo once more > /usr/note; cat /usr/note",
        "once more",
    )?;
    guest_says(&mut sweb, "vmstat", "there is no virtual machine")?;
    sweb.leave()?;
    sweb.power_off()?;

    let contents = Contents::read(&fs::read(image)?)?;
    ensure!(
        contents.host["/note"].as_deref() == Some(b"again\n"),
        "the host's note"
    );
    ensure!(
        contents.guest["/note"].as_deref() == Some(b"once more\n"),
        "the guest's note"
    );
    Ok(())
}

/// What the guest's driver has read in the registers of its drive: UNC at the very sector when reading, ABRT when writing.
/// (A write that the host could keep in its cache fails when the guest has that flushed.)
fn check_registers(sweb: &mut Session, damage: &Damage) -> Result<()> {
    let log = sweb.command("cat /guest.log")?;
    let failed = |what: &str, error: &str| {
        let mut lines = log.lines();
        lines.any(|line| line.contains(what) && line.ends_with(error))
    };
    let sector = damage.guest_sector;
    let read = failed(&format!("reading sector {sector} failed"), "error register 0x40");
    sweb.check(read, &format!("the guest has not seen UNC at sector {sector}"))?;
    let written = ["writing sector", "flushing"].map(|what| failed(what, "error register 0x4"));
    sweb.check(
        written.contains(&true),
        "the guest has not seen a write that was aborted",
    )?;
    let told = sweb
        .debug_log()
        .contains(&format!("guest disk 0, sector {sector}: "));
    sweb.check(told, "the host's log does not name the sector")
}

#[test]
fn a_broken_disk_does_not_keep_the_machine_on() -> Result<()> {
    let mut sweb = Broken::boot("disk errors at the end")?.sweb;
    guest_says(&mut sweb, "echo lost > /usr/note", ERROR)?;
    sweb.leave()?;
    host_says(&mut sweb, "echo lost > /usr/note", ERROR)?;
    sweb.power_off()
}
