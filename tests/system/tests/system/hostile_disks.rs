//! Drives that somebody has tampered with, mounted in SWEB: what is damaged gives errors, and everything else goes on.
//! `hostile_minixfs` of the kernel's modules does the same with many more images, but without a kernel around it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use harness::{Machine, RunDir, Session, build_dir};
use minix::{TREES, Tampered};
use system::steps::free_and_heap_pages;

const SECTOR: usize = 512;
/// Sectors of a partition, and where the first one begins.
const PARTITION: usize = 1024;
const FIRST: usize = 64;
const DRIVE: usize = 8 << 20;
/// Pages that the kernel may keep for itself: tables that it makes once.
const KEPT: u64 = 2;

/// Inodes of [`sound`], in the order in which they were made.
mod inode {
    pub const ROOT: u32 = 1;
    pub const SMALL: u32 = 2;
    pub const A: u32 = 3;
    pub const B: u32 = 4;
    pub const MIDDLE: u32 = 5;
    pub const LARGE: u32 = 7;
}

/// A file system with some files.
fn sound(dir: &RunDir) -> Result<Tampered> {
    let image = dir.file("sound.img");
    fs::write(&image, vec![0; PARTITION * SECTOR])?;
    tool(Command::new("mkfs.minix").args(["-3", "-i", "64"]).arg(&image))?;
    let mut put = Command::new(build_dir().join("exe2minixfs"));
    put.arg(&image);
    for (path, size) in [("small", 100), ("a/b/middle", 20_000), ("c/large", 280_000)] {
        let line = format!("content of {path}\n");
        let copy = dir.file(&path.replace('/', "-"));
        fs::write(&copy, line.bytes().cycle().take(size).collect::<Vec<u8>>())?;
        put.arg(copy).arg(path);
    }
    tool(&mut put)?;
    Tampered::new(fs::read(&image)?)
}

fn tool(command: &mut Command) -> Result<()> {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    let output = command.env("PATH", path).output()?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// An entry of a partition table: its type, first sector, and number of sectors.
fn set_entry(table: &mut [u8], number: usize, kind: u8, first: usize, sectors: usize) {
    let entry = &mut table[446 + 16 * number..][..16];
    entry[4] = kind;
    entry[8..12].copy_from_slice(&(first as u32).to_le_bytes());
    entry[12..16].copy_from_slice(&(sectors as u32).to_le_bytes());
}

const MINIX: u8 = 0x81;
const EXTENDED: u8 = 0x05;
const SIGNATURE: [u8; 2] = [0x55, 0xAA];

/// A drive with at most four partitions.
fn drive(dir: &RunDir, name: &str, file_systems: &[&Tampered]) -> Result<PathBuf> {
    let mut bytes = vec![0; DRIVE];
    for (number, file_system) in file_systems.iter().enumerate() {
        let first = FIRST + number * PARTITION;
        bytes[first * SECTOR..][..PARTITION * SECTOR].copy_from_slice(file_system.image());
        set_entry(&mut bytes, number, MINIX, first, PARTITION);
    }
    bytes[510..512].copy_from_slice(&SIGNATURE);
    write(dir, name, &bytes)
}

/// A drive whose chain of partition tables is a circle, with entries that reach beyond it.
fn endless_drive(dir: &RunDir) -> Result<PathBuf> {
    let mut bytes = vec![0; DRIVE];
    set_entry(&mut bytes, 0, MINIX, DRIVE / SECTOR - 1, 2);
    set_entry(&mut bytes, 1, MINIX, u32::MAX as usize, u32::MAX as usize);
    set_entry(&mut bytes, 2, EXTENDED, FIRST, u32::MAX as usize);
    bytes[510..512].copy_from_slice(&SIGNATURE);
    let record = &mut bytes[FIRST * SECTOR..][..SECTOR];
    set_entry(record, 0, MINIX, 1, 1);
    // Relative to the first record: the next one is two sectors on, and refers to itself from then on.
    set_entry(record, 1, EXTENDED, 2, 1);
    record[510..].copy_from_slice(&SIGNATURE);
    bytes.copy_within(FIRST * SECTOR..(FIRST + 1) * SECTOR, (FIRST + 2) * SECTOR);
    write(dir, "endless", &bytes)
}

fn write(dir: &RunDir, name: &str, bytes: &[u8]) -> Result<PathBuf> {
    let path = dir.file(&format!("{name}.img"));
    fs::write(&path, bytes)?;
    Ok(path)
}

/// Types a line; its answer must have all of `words`.
fn says(sweb: &mut Session, line: &str, words: &[&str]) -> Result<()> {
    let output = sweb.command(line)?;
    sweb.check(
        words.iter().all(|word| output.contains(word)),
        &format!("'{line}' does not say {words:?}: {output}"),
    )
}

/// Types a line that has nothing to say.
fn succeeds(sweb: &mut Session, line: &str) -> Result<()> {
    let output = sweb.command(line)?;
    sweb.check(output.is_empty(), &format!("'{line}' fails: {output}"))
}

const DAMAGED: &str = "The device reported an error";

/// What is tried with one of the file systems, each behind the line that mounts it.
fn use_tampered(sweb: &mut Session) -> Result<()> {
    // Sound: everything works.
    succeeds(sweb, "mount ideb0 /m")?;
    says(sweb, "ls /m/a/b", &["middle"])?;
    says(sweb, "cat /m/small", &["content of small"])?;
    says(sweb, "mount ideb0 /m", &["In use"])?;
    says(sweb, "mount ideb /m", &["In use"])?;
    says(sweb, "cd /m/a; umount /m; cd /", &["In use"])?;
    succeeds(
        sweb,
        "cp /usr/README.txt /m/a/readme; rm /m/c/large; mkdir /m/new",
    )?;
    succeeds(sweb, "umount /m")?;
    says(sweb, "umount /m", &["nothing is mounted"])?;

    // A tree of indirect blocks that leads into itself.
    succeeds(
        sweb,
        "mount ideb1 /m; rm /m/c/large; echo more > /m/more; umount /m",
    )?;

    // A folder that claims 4 GiB.
    succeeds(sweb, "mount ideb2 /m")?;
    says(sweb, "ls /m", &["small"])?;
    says(sweb, "ls /m/a", &[DAMAGED])?;
    says(sweb, "cat /m/a/b/middle", &[DAMAGED])?;
    succeeds(sweb, "umount /m")?;

    // Folders in a circle.
    succeeds(sweb, "mount ideb3 /m")?;
    says(sweb, "ls /m/a/b/root/a/b/root", &["small", "[D] c"])?;
    says(sweb, "mv /m/a /m/a/b/root/a/b/a", &["mv:"])?;
    says(sweb, "rmdir /m/a/self", &["rmdir:"])?;
    succeeds(sweb, "umount /m")?;

    // A root that nobody names.
    says(sweb, "mount idec0 /m", &["idec0", DAMAGED])?;

    // Inodes in use that the bitmap calls free, and a file without names.
    succeeds(sweb, "mount idec1 /m")?;
    says(sweb, "mkdir /m/new", &[DAMAGED])?;
    says(sweb, "cat /m/small", &[DAMAGED])?;
    says(sweb, "cat /m/c/large", &["content of c/large"])?;
    succeeds(sweb, "umount /m")?;

    // Content where the superblock and the end of the disk are.
    succeeds(sweb, "mount idec2 /m")?;
    says(sweb, "cat /m/small", &[DAMAGED])?;
    says(sweb, "cp /m/a/b/middle /usr/copy", &[DAMAGED])?;
    says(sweb, "cp /usr/README.txt /m/small", &[DAMAGED])?;
    succeeds(sweb, "umount /m")?;

    // More zones than the partition has blocks; and what is no file system at all.
    for device in ["idec3", "ideb", "ided"] {
        says(
            sweb,
            &format!("mount {device} /m"),
            &[device, "no sound Minix file system"],
        )?;
    }
    says(sweb, "mount idee /m", &["No such device"])?;
    says(sweb, "mount idea2 /nowhere", &["No such file"])?;
    says(sweb, "mount idea2 /usr/README.txt", &["Not a directory"])?;
    says(sweb, "mount idea1 /m", &["In use"])?;
    // Nothing may be hidden for good: not by a mount over a mount, nor by one that no path enters.
    says(
        sweb,
        "cd /m; mount ideb0 .; mount ideb1 .; cd /; ls /m; umount /m",
        &["In use", "small"],
    )?;
    says(sweb, "mount ideb1 /", &["In use"])?;
    succeeds(sweb, "mount ideb1 /m; umount /m")?;
    succeeds(sweb, "mount ideb0 /m ro")?;
    says(sweb, "rm /m/small", &["Read-only"])?;
    succeeds(sweb, "umount /m")
}

#[test]
fn tampered_disks_give_errors_and_nothing_worse() -> Result<()> {
    let dir = RunDir::create("hostile disks")?;
    let sound = sound(&dir)?;
    let tamper = |lie: fn(&mut Tampered)| {
        let mut tampered = sound.clone();
        lie(&mut tampered);
        tampered
    };
    let tree = tamper(|t| {
        let block = t.zone(inode::LARGE, TREES[1]);
        t.set_zone(inode::LARGE, TREES[2], block);
        t.fill_block(block, block);
    });
    let huge = tamper(|t| {
        let block = t.zone(inode::LARGE, TREES[1]);
        t.fill_block(block, t.zone(inode::A, 0));
        t.set_zone(inode::A, TREES[0], block);
        t.set_size(inode::A, u32::MAX);
    });
    let circle = tamper(|t| {
        t.add_name(inode::A, "self", inode::A);
        t.add_name(inode::B, "root", inode::ROOT);
    });
    let no_root = tamper(|t| t.set_links(inode::ROOT, 0));
    let free_inodes = tamper(|t| {
        t.write(2 * t.block_size(), &[1]);
        t.set_links(inode::SMALL, 0);
    });
    let wild_zones = tamper(|t| {
        t.set_zone(inode::SMALL, 0, 1);
        t.set_zone(inode::MIDDLE, 0, u32::MAX);
    });
    let too_large = tamper(|t| t.write(1024 + 20, &u32::MAX.to_le_bytes()));
    let first = drive(&dir, "first", &[&sound, &tree, &huge, &circle])?;
    let second = drive(&dir, "second", &[&no_root, &free_inodes, &wild_zones, &too_large])?;
    let mut sweb = Machine::new("hostile disks")
        .drive(&first)
        .drive(&second)
        .drive(&endless_drive(&dir)?)
        .boot()?;

    says(&mut sweb, "ls /dev", &["ided0"])?;
    succeeds(&mut sweb, "mkdir /m; mount ideb0 /m; umount /m")?;
    let before = free_and_heap_pages(&mut sweb)?;
    use_tampered(&mut sweb)?;
    let after = free_and_heap_pages(&mut sweb)?;
    sweb.check(
        after + KEPT >= before,
        &format!("{before} pages free or in the heap became {after}"),
    )?;
    says(&mut sweb, "memtest", &["[PASS]"])?;
    sweb.power_off()?;
    counts::add("hostile images", 9);
    is_clean(&first)
}

/// The sound file system is still one after everything that was done to it and to its neighbours.
fn is_clean(drive: &Path) -> Result<()> {
    let bytes = fs::read(drive)?;
    let report = minix::check(&bytes[minix::partition(&bytes, 1)?])?;
    if !report.is_clean() {
        bail!("fsck.minix: {report:#?}");
    }
    Ok(())
}
