//! minixfs on images that somebody has tampered with: every operation ends, with an error or without, and nothing asserts.
//!
//! First the known ways to mislead it, then many more at random. The mutations know the layout, because random bytes
//! elsewhere than in the metadata change nothing.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cxx::UniquePtr;
use kernel_modules::errno::{EFBIG, EINVAL, EIO, ENOENT};
use kernel_modules::{self as kernel, Volume, flags, image};
use minix::{TREES, Tampered};

const CACHE: usize = 32 * 1024;
const KIB: usize = 512;
const BLOCK: usize = 1024;
const IMAGES: u64 = 5000;
/// No image may keep the file system busy for longer. A sound one takes some milliseconds, on a busy machine more.
const PATIENCE: Duration = Duration::from_secs(60);
/// Where a tampered tree that leads into itself is followed no further.
const DEEPEST: usize = 5;
/// A directory may claim thousands of entries; the walk looks at some of each.
const MOST_ENTRIES: usize = 12;

/// A tree with a file in each kind of zone, so that there is something to tamper with.
fn sound_image(version: u32) -> Vec<u8> {
    let mut volume = kernel::new_volume(&image::make(version, KIB, 64), CACHE);
    assert_eq!(volume.pin_mut().mount(false), 0);
    for directory in ["/a", "/a/b", "/c"] {
        assert_eq!(volume.pin_mut().mkdir(directory), 0);
    }
    for (path, size) in [("/small", 100), ("/a/b/middle", 20_000), ("/c/large", 280_000)] {
        let handle = volume.pin_mut().open(path, flags::RDWR | flags::CREAT);
        assert_eq!(volume.pin_mut().write_at(handle, 0, &vec![7; size]), size as i64);
        volume.pin_mut().close(handle);
    }
    assert_eq!(volume.pin_mut().umount(), 0);
    volume.image()
}

/// Inodes of [`sound_image`], in the order in which they were made.
mod inode {
    pub const ROOT: u32 = 1;
    pub const A: u32 = 2;
    pub const B: u32 = 3;
    pub const C: u32 = 4;
    pub const SMALL: u32 = 5;
    pub const MIDDLE: u32 = 6;
    pub const LARGE: u32 = 7;
}

fn tampered() -> Tampered {
    Tampered::new(sound_image(3)).expect("a file system of version 3")
}

fn mount(tampered: &Tampered) -> UniquePtr<Volume> {
    let mut volume = kernel::new_volume(tampered.image(), CACHE);
    assert_eq!(volume.pin_mut().mount(false), 0);
    volume
}

/// What a volume that was used is good for: it can be unmounted, and mounted again.
fn unmount_and_mount(mut volume: UniquePtr<Volume>) {
    assert_eq!(volume.pin_mut().umount(), 0);
    assert_eq!(volume.pin_mut().mount(false), 0);
    assert_eq!(volume.pin_mut().umount(), 0);
}

#[test]
fn an_indirect_block_that_refers_to_itself() {
    for root in TREES {
        let mut tampered = tampered();
        let block = tampered.zone(inode::LARGE, TREES[1]);
        tampered.set_zone(inode::LARGE, root, block);
        tampered.fill_block(block, block);
        let mut volume = mount(&tampered);
        let free = volume.room().free_blocks;
        assert_eq!(volume.pin_mut().rm("/c/large"), 0);
        assert_eq!(volume.pin_mut().sync(), 0);
        assert!(volume.room().free_blocks > free, "nothing was freed");
        unmount_and_mount(volume);
    }
}

#[test]
fn a_file_cut_off_within_a_tree_that_refers_to_itself() {
    let mut tampered = tampered();
    let block = tampered.zone(inode::LARGE, TREES[1]);
    tampered.fill_block(block, block);
    let mut volume = mount(&tampered);
    let handle = volume.pin_mut().open("/c/large", flags::RDWR);
    assert_eq!(volume.pin_mut().truncate(handle, 270 * 1024), -EIO);
    volume.pin_mut().close(handle);
    unmount_and_mount(volume);
}

/// Every zone of one file is the same, and it belongs to another file, too.
#[test]
fn a_zone_of_many_owners() {
    let mut tampered = tampered();
    let zone = tampered.zone(inode::SMALL, 0);
    for slot in 0..=TREES[0] {
        tampered.set_zone(inode::MIDDLE, slot, zone);
    }
    let mut volume = mount(&tampered);
    assert_eq!(volume.pin_mut().rm("/a/b/middle"), 0);
    let handle = volume.pin_mut().open("/small", flags::RDWR);
    assert_eq!(volume.pin_mut().write_at(handle, 0, &[1; 3000]), 3000);
    volume.pin_mut().close(handle);
    assert_eq!(volume.pin_mut().rm("/small"), 0);
    unmount_and_mount(volume);
}

/// Looking for a name in it would take minutes, and a listing of it all memory.
#[test]
fn a_directory_larger_than_the_disk() {
    let mut tampered = tampered();
    let block = tampered.zone(inode::LARGE, TREES[1]);
    let entries = tampered.zone(inode::A, 0);
    tampered.fill_block(block, entries);
    tampered.set_zone(inode::A, TREES[0], block);
    tampered.set_size(inode::A, u32::MAX);
    let mut volume = mount(&tampered);
    assert_eq!(volume.stat("/a").error, -EIO);
    assert_eq!(volume.stat("/a/b").error, -EIO);
    assert!(volume.list("/a").is_empty());
    assert_eq!(volume.pin_mut().mkdir("/a/new"), -EIO);
    assert_eq!(volume.stat("/small").error, 0);
    unmount_and_mount(volume);
}

/// A file that says it has no names is not deleted because somebody looks at it.
#[test]
fn a_file_without_links_stays() {
    let mut tampered = tampered();
    tampered.set_links(inode::SMALL, 0);
    let mut volume = mount(&tampered);
    let free = volume.room();
    assert_eq!(volume.stat("/small").error, -EIO);
    assert_eq!(volume.pin_mut().open("/small", flags::RDONLY), -EIO);
    assert_eq!(volume.pin_mut().sync(), 0);
    assert_eq!(volume.room(), free);
    unmount_and_mount(volume);
}

#[test]
fn a_root_without_links_is_not_mounted() {
    let mut tampered = tampered();
    tampered.set_links(inode::ROOT, 0);
    let mut volume = kernel::new_volume(tampered.image(), CACHE);
    assert_eq!(volume.pin_mut().mount(false), -EIO);
}

/// The bitmap says that all inodes are free, also those somebody uses.
#[test]
fn an_inode_in_use_is_not_handed_out() {
    let mut tampered = tampered();
    tampered.write(2 * BLOCK, &[1]);
    let mut volume = mount(&tampered);
    // The root is the first inode found, and marked by that.
    assert_eq!(volume.pin_mut().mkdir("/new"), -EIO);
    let root = volume.stat("/");
    assert!(root.is_directory);
    assert_eq!(volume.stat("/small").error, 0);
    unmount_and_mount(volume);
}

/// A name in `/a` that is `/a` itself, and one in `/a/b` that is the root.
#[test]
fn directories_that_lead_into_themselves() {
    let mut tampered = tampered();
    tampered.add_name(inode::A, "self", inode::A);
    tampered.add_name(inode::B, "root", inode::ROOT);
    let mut volume = mount(&tampered);
    let around = "/a/b/root".repeat(20);
    assert_eq!(volume.stat(&format!("{around}/small")).size, 100);
    // A folder that has a place already is not found at a second one; the root is one of a kind.
    assert_eq!(volume.stat("/a/self/b/middle").error, -ENOENT);
    assert_eq!(volume.stat("/a/b/middle").size, 20_000);
    let mut v = volume.pin_mut();
    let _ = v.as_mut().rename("/a", "/a/b/root/c/a");
    let _ = v.as_mut().rename("/c", "/a/self/c");
    let _ = v.as_mut().rmdir("/a/self/self");
    let _ = v.as_mut().rmdir("/a/b/root");
    let _ = v.as_mut().sync();
    unmount_and_mount(volume);
}

/// Parents lose a link with each directory in them, however few they had.
#[test]
fn a_directory_with_too_few_links_keeps_its_names() {
    let mut tampered = tampered();
    tampered.set_links(inode::ROOT, 1);
    tampered.set_links(inode::C, 1);
    let mut volume = mount(&tampered);
    assert_eq!(volume.pin_mut().rm("/c/large"), 0);
    assert_eq!(volume.pin_mut().rmdir("/c"), 0);
    assert_eq!(volume.pin_mut().umount(), 0);
    assert_eq!(volume.pin_mut().mount(false), 0);
    assert_eq!(volume.stat("/small").size, 100);
    assert_eq!(volume.stat("/a/b/middle").size, 20_000);
    assert_eq!(volume.pin_mut().umount(), 0);
}

#[test]
fn reading_behind_the_largest_file() {
    let mut tampered = tampered();
    tampered.set_size(inode::SMALL, u32::MAX);
    let mut volume = mount(&tampered);
    let handle = volume.pin_mut().open("/small", flags::RDWR);
    let mut buffer = [0xEE; 100];
    assert_eq!(volume.pin_mut().read_at(handle, 0xFFFF_0000, &mut buffer), 100);
    assert_eq!(buffer, [0; 100], "a hole is zeros");
    assert_eq!(volume.pin_mut().write_at(handle, 1 << 40, &buffer), -EFBIG);
    assert_eq!(volume.pin_mut().truncate(handle, 10), 0);
    volume.pin_mut().close(handle);
    unmount_and_mount(volume);
}

#[test]
fn superblocks_that_contradict_themselves() {
    // Offsets in the superblock of version 3, and values for them.
    const LIES: &[(usize, u32, usize)] = &[
        (0, 0, 4),         // no inodes
        (0, u32::MAX, 4),  // more than the bitmap has
        (0, 8192, 4),      // as many as the bitmap has bits; the first bit is no inode's
        (6, 0, 2),         // no bitmap of inodes
        (6, 0xFFFF, 2),    // one that reaches behind everything
        (8, 0, 2),         // no bitmap of zones
        (10, 0, 2),        // data where the superblock is
        (10, 7, 2),        // ... and where the table of inodes is
        (10, 512, 2),      // ... and behind the disk
        (12, 1, 2),        // zones of two blocks
        (16, 0, 4),        // no file may have content
        (20, 0, 4),        // no zones
        (20, 513, 4),      // more than the disk
        (20, u32::MAX, 4), // many more
        (24, 0, 2),        // no magic number
        (28, 0, 2),        // blocks of nothing
        (28, 512, 2),      // ... of less than the superblock
        (28, 1025, 2),     // ... of no power of two
        (28, 8192, 2),     // ... of more than is allowed
    ];
    for &(at, value, width) in LIES {
        let mut tampered = tampered();
        tampered.write(BLOCK + at, &value.to_le_bytes()[..width]);
        let mut volume = kernel::new_volume(tampered.image(), CACHE);
        assert_eq!(volume.pin_mut().mount(false), -EINVAL, "{value:#x} at {at}");
    }
    counts::add("hostile images", LIES.len() as u64);
}

#[test]
fn an_image_cut_off_anywhere() {
    let whole = sound_image(3);
    let lengths = [
        0,
        1,
        512,
        1024,
        1500,
        2048,
        4096,
        5000,
        100 * 1024,
        whole.len() - 512,
    ];
    for length in lengths {
        let mut volume = kernel::new_volume(&whole[..length / 512 * 512], CACHE);
        assert_ne!(volume.pin_mut().mount(false), 0, "{length} bytes");
    }
    counts::add("hostile images", lengths.len() as u64);
}

/// xorshift64*: small, seeded, and the same everywhere.
struct Random(u64);

impl Random {
    fn draw(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.draw() >> 16) as usize % limit
    }

    /// A number that is likely to be the wrong one.
    fn nasty(&mut self) -> u32 {
        match self.below(6) {
            0 => 0,
            1 => u32::MAX,
            2 => 0x8000_0000 >> self.below(32),
            3 => (self.draw() >> 32) as u32,
            _ => self.below(2 * KIB) as u32,
        }
    }
}

/// Changes one field somewhere in the superblock, the bitmaps, the inode table or the zones that hold metadata.
fn tamper(image: &mut [u8], random: &mut Random) {
    let part: Range<usize> = match random.below(8) {
        0 => 1024..1056,           // superblock
        1 => 2048..4096,           // bitmaps
        2..=5 => 4096..4096 + 640, // the inodes in use
        _ => 4096..48 * 1024,      // inodes, then directories and indirect blocks
    };
    let width = [1, 2, 4][random.below(3)];
    let at = (part.start + random.below(part.len() - 4)) & !(width - 1);
    let value = random.nasty().to_le_bytes();
    image[at..at + width].copy_from_slice(&value[..width]);
}

fn use_file(volume: &mut UniquePtr<Volume>, path: &str) {
    let handle = volume.pin_mut().open(path, flags::RDWR);
    if handle <= 0 {
        return;
    }
    let mut buffer = vec![0; 4096];
    for offset in [0, 7 * 1024, 263 * 1024, 0xFFFF_F000, u64::MAX - 10] {
        let _ = volume.pin_mut().read_at(handle, offset, &mut buffer);
    }
    for offset in [0, 8 * 1024, 300 * 1024] {
        let _ = volume.pin_mut().write_at(handle, offset, &buffer[..1500]);
    }
    volume.pin_mut().truncate(handle, 50);
    volume.pin_mut().close(handle);
}

fn walk(volume: &mut UniquePtr<Volume>, path: &str, depth: usize) {
    let listed = if path.is_empty() { "/" } else { path };
    let entries = volume.list(listed);
    for entry in entries.iter().take(MOST_ENTRIES) {
        if entry.name == "." || entry.name == ".." {
            continue;
        }
        let child = format!("{path}/{}", entry.name);
        let _ = volume.stat(&child);
        if entry.is_directory && depth < DEEPEST {
            walk(volume, &child, depth + 1);
        } else {
            use_file(volume, &child);
        }
    }
}

/// What a user could do with the file system, without expecting any of it to succeed. Says whether it could be mounted.
fn use_all(image: &[u8]) -> bool {
    let mut volume = kernel::new_volume(image, CACHE);
    if volume.pin_mut().mount(false) != 0 {
        return false;
    }
    walk(&mut volume, "", 0);
    let mut v = volume.pin_mut();
    let _ = v.as_mut().mkdir("/a/new");
    let _ = v.as_mut().rename("/a/b", "/c/b");
    let _ = v.as_mut().rename("/c", "/a/c");
    let _ = v.as_mut().link("/small", "/a/link");
    for path in ["/small", "/c/large", "/a/b/middle", "/a/link"] {
        let _ = v.as_mut().rm(path);
    }
    for path in ["/a/new", "/a/b", "/c/b", "/c", "/a"] {
        let _ = v.as_mut().rmdir(path);
    }
    let _ = v.as_mut().sync();
    let _ = v.as_mut().umount();
    true
}

/// Ends the process when one image takes too long: the kernel's code cannot be interrupted.
fn watch(current: &'static AtomicU64) {
    thread::spawn(move || {
        let mut seen = (u64::MAX, Instant::now());
        loop {
            thread::sleep(Duration::from_secs(1));
            let number = current.load(Ordering::Relaxed);
            if number != seen.0 {
                seen = (number, Instant::now());
            } else if seen.1.elapsed() > PATIENCE {
                eprintln!("image {number} does not end");
                std::process::abort();
            }
        }
    });
}

#[test]
fn tampered_file_systems_are_survived() {
    static CURRENT: AtomicU64 = AtomicU64::new(0);
    watch(&CURRENT);
    let seed = counts::seed(0x5EED_0F5D);
    let mut random = Random(seed | 1);
    let sound = [1, 2, 3].map(sound_image);
    let images = IMAGES * counts::scale();
    println!("SWEB_SEED={seed}");
    let mut mounted = 0;
    for number in 0..images {
        let mut image = sound[random.below(sound.len())].clone();
        for _ in 0..=random.below(4) {
            tamper(&mut image, &mut random);
        }
        // An assertion of the kernel aborts the process: the last line names the image.
        println!("image {number}");
        CURRENT.store(number, Ordering::Relaxed);
        mounted += u64::from(use_all(&image));
    }
    CURRENT.store(images, Ordering::Relaxed);
    assert!(
        mounted > images / 4,
        "only {mounted} of {images} got past the superblock"
    );
    counts::add("hostile images", images);
}
