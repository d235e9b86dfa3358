//! minixfs on images of mkfs.minix: against a reference model, and fsck.minix has nothing to complain about afterwards.

use cxx::UniquePtr;
use kernel_modules::cuts::{SMALL_CACHE, cut_everywhere, cut_everywhere_on, exists, mounted};
use kernel_modules::model::Model;
use kernel_modules::{self as kernel, Volume, errno, flags, image};
use minix::FileSystem;
use proptest::collection::vec;
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Unmounts, has fsck and a foreign reader look at the disk, and mounts it again.
fn remounted(mut volume: UniquePtr<Volume>) -> UniquePtr<Volume> {
    assert_eq!(volume.pin_mut().umount(), 0, "unmount");
    let image = volume.image();
    image::assert_clean(&image);
    let foreign = FileSystem::open(&image).and_then(|files| files.tree());
    let mut volume = mounted(&image);
    let mut expected = tree(&mut volume);
    expected.remove("");
    let mut foreign = foreign.expect("foreign reader");
    foreign.remove("/");
    assert!(foreign == expected, "others read other files");
    volume
}

fn read_file(volume: &mut UniquePtr<Volume>, path: &str) -> Vec<u8> {
    let size = volume.stat(path).size;
    let handle = volume.pin_mut().open(path, flags::RDONLY);
    assert!(handle > 0, "open {path}: {handle}");
    let mut content = vec![0; usize::try_from(size).unwrap() + 10];
    let length = volume.pin_mut().read_at(handle, 0, &mut content);
    assert_eq!(length, i64::try_from(size).unwrap(), "length of {path}");
    content.truncate(size.try_into().unwrap());
    volume.pin_mut().close(handle);
    content
}

fn write_file(volume: &mut UniquePtr<Volume>, path: &str, offset: u64, data: &[u8]) -> i64 {
    let handle = volume.pin_mut().open(path, flags::RDWR | flags::CREAT);
    if handle < 0 {
        return handle;
    }
    let written = volume.pin_mut().write_at(handle, offset, data);
    volume.pin_mut().close(handle);
    written
}

fn collect(volume: &mut UniquePtr<Volume>, path: &str, tree: &mut BTreeMap<String, Option<Vec<u8>>>) {
    tree.insert(path.to_string(), None);
    let listed = if path.is_empty() { "/" } else { path };
    let entries = volume.list(listed);
    let subdirectories = entries.iter().filter(|entry| entry.is_directory).count();
    assert_eq!(
        volume.stat(listed).links as usize,
        subdirectories,
        "links of {listed}"
    );
    for entry in entries
        .iter()
        .filter(|entry| entry.name != "." && entry.name != "..")
    {
        let child = format!("{path}/{}", entry.name);
        if entry.is_directory {
            collect(volume, &child, tree);
        } else {
            let content = read_file(volume, &child);
            assert_eq!(entry.size, content.len() as u64);
            tree.insert(child, Some(content));
        }
    }
}

fn tree(volume: &mut UniquePtr<Volume>) -> BTreeMap<String, Option<Vec<u8>>> {
    let mut result = BTreeMap::new();
    collect(volume, "", &mut result);
    result
}

#[derive(Debug, Clone)]
enum Op {
    Write {
        path: String,
        offset: usize,
        length: usize,
        seed: u8,
    },
    Truncate {
        path: String,
        size: usize,
    },
    Mkdir(String),
    Rmdir(String),
    Rm(String),
    Link(String, String),
    Rename(String, String),
    Sync,
    Remount,
}

/// Few names, so that operations meet.
fn path() -> impl Strategy<Value = String> {
    vec(
        prop::sample::select(vec!["a", "b", "name-of-20-characters", "d"]),
        1..4,
    )
    .prop_map(|parts| format!("/{}", parts.join("/")))
}

/// Offsets around the ends of direct, indirect and double indirect zones (of version 1 and of 2 and 3) as well as small ones.
fn offset() -> impl Strategy<Value = usize> {
    let edges = vec![7 * 1024, (7 + 256) * 1024, (7 + 512) * 1024];
    prop_oneof![3 => 0usize..9000, 1 => (prop::sample::select(edges), 0usize..4000).prop_map(|(edge, d)| edge + d - 2000)]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (path(), offset(), prop_oneof![0usize..3000, 0usize..40_000], any::<u8>())
            .prop_map(|(path, offset, length, seed)| Op::Write { path, offset, length, seed }),
        2 => (path(), offset()).prop_map(|(path, size)| Op::Truncate { path, size }),
        3 => path().prop_map(Op::Mkdir),
        1 => path().prop_map(Op::Rmdir),
        2 => path().prop_map(Op::Rm),
        1 => (path(), path()).prop_map(|(old, new)| Op::Link(old, new)),
        3 => (path(), path()).prop_map(|(old, new)| Op::Rename(old, new)),
        1 => Just(Op::Sync),
        1 => Just(Op::Remount),
    ]
}

fn data(length: usize, seed: u8) -> Vec<u8> {
    (0..length)
        .map(|i| (i as u8).wrapping_mul(31).wrapping_add((i >> 8) as u8) ^ seed)
        .collect()
}

fn truncate(volume: &mut UniquePtr<Volume>, path: &str, size: usize) -> i64 {
    let handle = volume.pin_mut().open(path, flags::WRONLY);
    if handle < 0 {
        return handle;
    }
    let result = volume.pin_mut().truncate(handle, size as u64);
    volume.pin_mut().close(handle);
    result
}

/// Applies the operation to both; returns what each says, and the volume.
fn apply(mut volume: UniquePtr<Volume>, model: &mut Model, op: &Op) -> (i64, i64, UniquePtr<Volume>) {
    let (real, expected) = match op {
        Op::Write {
            path,
            offset,
            length,
            seed,
        } => {
            let data = data(*length, *seed);
            let written = write_file(&mut volume, path, *offset as u64, &data);
            let real = if written == *length as i64 { 0 } else { written };
            (real, model.write(path, *offset, &data))
        }
        Op::Truncate { path, size } => (truncate(&mut volume, path, *size), model.truncate(path, *size)),
        Op::Mkdir(path) => (volume.pin_mut().mkdir(path), model.mkdir(path)),
        Op::Rmdir(path) => (volume.pin_mut().rmdir(path), model.rmdir(path)),
        Op::Rm(path) => (volume.pin_mut().rm(path), model.rm(path)),
        Op::Link(old, new) => (volume.pin_mut().link(old, new), model.link(old, new)),
        Op::Rename(old, new) => (volume.pin_mut().rename(old, new), model.rename(old, new)),
        Op::Sync => (volume.pin_mut().sync(), 0),
        Op::Remount => {
            volume = remounted(volume);
            (0, 0)
        }
    };
    (real, expected, volume)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn behaves_as_the_model(version in 1u32..=3, ops in vec(op(), 1..60)) {
        let mut volume = mounted(&image::make(version, 3 * 1024, 128));
        let mut model = Model::new(if version == 3 { 60 } else { 30 });
        for op in &ops {
            let (real, expected, after) = apply(volume, &mut model, op);
            volume = after;
            prop_assert_eq!(real, expected, "{:?}", op);
        }
        prop_assert_eq!(tree(&mut volume), model.tree());
        volume = remounted(volume);
        prop_assert_eq!(tree(&mut volume), model.tree());
    }

    /// What was synced and not touched again survives a power cut at any written sector, whatever the drive had still in
    /// its cache, and the rest is leaked at worst.
    #[test]
    fn a_power_cut_takes_only_what_was_not_synced(
        version in 1u32..=3,
        before in vec(op(), 1..30),
        after in vec(op(), 1..20),
        sectors in 0u64..400,
        cache_seed: Option<u64>,
    ) {
        let mut volume = mounted(&image::make(version, 3 * 1024, 128));
        let mut model = Model::new(if version == 3 { 60 } else { 30 });
        prop_assert_eq!(volume.pin_mut().mkdir("/kept"), 0);
        prop_assert_eq!(write_file(&mut volume, "/kept/small", 0, &data(100, 1)), 100);
        prop_assert_eq!(write_file(&mut volume, "/kept/large", 0, &data(300_000, 2)), 300_000);
        for op in &before {
            volume = apply(volume, &mut model, op).2;
        }
        prop_assert_eq!(volume.pin_mut().sync(), 0);
        volume.pin_mut().fail_writes_after(sectors);
        for op in after.iter().filter(|op| !matches!(op, Op::Remount)) {
            volume = apply(volume, &mut model, op).2;
        }
        if let Some(seed) = cache_seed {
            volume.pin_mut().lose_some_unflushed(seed);
        }
        let image = volume.image();
        image::assert_only_leaks(&image);
        let mut volume = mounted(&image);
        prop_assert_eq!(read_file(&mut volume, "/kept/small"), data(100, 1));
        prop_assert_eq!(read_file(&mut volume, "/kept/large"), data(300_000, 2));
    }
}

#[test]
fn a_cut_while_renaming_leaves_two_names_that_can_be_removed_one_by_one() {
    for new in ["/new", "/d/taken", "/d/new"] {
        for (first, second) in [("/d/old", new), (new, "/d/old")] {
            cut_everywhere(
                |volume| {
                    assert_eq!(volume.pin_mut().mkdir("/d"), 0);
                    assert_eq!(write_file(volume, "/d/old", 0, &data(5000, 1)), 5000);
                    assert_eq!(write_file(volume, "/d/taken", 0, &data(5000, 2)), 5000);
                },
                |volume| {
                    volume.pin_mut().rename("/d/old", new);
                },
                |volume| {
                    if !exists(volume, second) {
                        assert!(read_file(volume, first) == data(5000, 1), "the file is lost");
                        return;
                    }
                    let content = read_file(volume, second);
                    volume.pin_mut().rm(first);
                    assert!(read_file(volume, second) == content, "{second} went with {first}");
                },
            );
        }
    }
}

/// Writes `content` under another name and gives it that of `/kept/f`, as a program does that wants the file old or new
/// after a cut. A cut may have left both names to the last one's content: it must not be written over.
fn replace(volume: &mut UniquePtr<Volume>, content: &[u8]) {
    volume.pin_mut().rm("/new");
    if write_file(volume, "/new", 0, content) == content.len() as i64 {
        volume.pin_mut().rename("/new", "/kept/f");
    }
}

#[test]
fn a_file_that_is_replaced_is_old_or_new_after_a_cut_and_after_the_next() {
    let contents = [data(1500, 1), data(2500, 2), data(2000, 3)];
    let is_one_of = |volume: &mut UniquePtr<Volume>, contents: &[Vec<u8>]| {
        assert!(
            contents.contains(&read_file(volume, "/kept/f")),
            "neither old nor new"
        );
    };
    let with_both_names = RefCell::new(Vec::new());
    cut_everywhere(
        |volume| {
            assert_eq!(volume.pin_mut().mkdir("/kept"), 0);
            assert_eq!(write_file(volume, "/kept/f", 0, &contents[0]), 1500);
        },
        |volume| replace(volume, &contents[1]),
        |volume| {
            is_one_of(volume, &contents[..2]);
            if exists(volume, "/new") && volume.stat("/kept/f").links == 2 {
                with_both_names.borrow_mut().push(volume.image());
            }
        },
    );
    let with_both_names = with_both_names.into_inner();
    assert!(!with_both_names.is_empty());
    for disk in with_both_names {
        cut_everywhere_on(
            &disk,
            |volume| replace(volume, &contents[2]),
            |volume| is_one_of(volume, &contents),
        );
    }
}

#[test]
fn a_cut_while_a_file_without_name_is_written_leaves_the_name_a_file() {
    cut_everywhere(
        |volume| assert_eq!(write_file(volume, "/f", 0, &data(5000, 1)), 5000),
        |volume| {
            let handle = volume.pin_mut().open("/f", flags::RDWR);
            if handle > 0 {
                volume.pin_mut().rm("/f");
                volume.pin_mut().write_at(handle, 5000, &data(5000, 2));
                volume.pin_mut().sync();
                volume.pin_mut().close(handle);
            }
        },
        |volume| {
            if exists(volume, "/f") {
                assert!(read_file(volume, "/f")[..5000] == data(5000, 1));
                assert_eq!(volume.stat("/f").links, 1);
            }
        },
    );
}

#[test]
fn a_full_disk_says_so_and_recovers() {
    for version in 1..=3 {
        let mut volume = mounted(&image::make(version, 600, 64));
        let room = volume.room();
        let handle = volume.pin_mut().open("/big", flags::RDWR | flags::CREAT);
        let content = data(900_000, 7);
        let written = volume.pin_mut().write_at(handle, 0, &content);
        assert!(written > 400_000 && written < 610_000, "a short write: {written}");
        assert_eq!(
            volume
                .pin_mut()
                .write_at(handle, written as u64, &content[..2000]),
            -errno::ENOSPC
        );
        assert_eq!(volume.pin_mut().mkdir("/directory"), -errno::ENOSPC);
        let mut back = vec![0; written as usize];
        assert_eq!(volume.pin_mut().read_at(handle, 0, &mut back), written);
        assert!(back == content[..back.len()]);
        volume.pin_mut().close(handle);

        let mut volume = remounted(volume);
        assert_eq!(volume.pin_mut().rm("/big"), 0);
        // What was given up can be used at once, without a sync in between.
        assert_eq!(write_file(&mut volume, "/again", 0, &content), written);
        assert_eq!(volume.pin_mut().rm("/again"), 0);
        let now = volume.room();
        assert_eq!(
            (now.free_inodes, now.free_blocks),
            (room.free_inodes, room.free_blocks)
        );
        remounted(volume);
    }
}

#[test]
fn inodes_run_out_and_come_back() {
    let mut volume = mounted(&image::make(3, 600, 64));
    let free = volume.room().free_inodes;
    for i in 0..free {
        assert_eq!(write_file(&mut volume, &format!("/file{i}"), 0, b"x"), 1);
    }
    assert_eq!(write_file(&mut volume, "/one-more", 0, b"x"), -errno::ENOSPC);
    assert_eq!(volume.pin_mut().mkdir("/one-more"), -errno::ENOSPC);
    assert_eq!(volume.pin_mut().rm("/file0"), 0);
    assert_eq!(write_file(&mut volume, "/one-more", 0, b"x"), 1);
    remounted(volume);
}

#[test]
fn a_deleted_file_lives_as_long_as_it_is_open() {
    let mut volume = mounted(&image::make(3, 2048, 64));
    let room = volume.room();
    let handle = volume.pin_mut().open("/file", flags::RDWR | flags::CREAT);
    assert_eq!(volume.pin_mut().write(handle, &data(50_000, 1)), 50_000);
    assert_eq!(volume.pin_mut().rm("/file"), 0);
    assert_eq!(volume.stat("/file").error, -errno::ENOENT);
    let mut back = vec![0; 50_000];
    assert_eq!(volume.pin_mut().read_at(handle, 0, &mut back), 50_000);
    assert!(back == data(50_000, 1));
    assert_eq!(volume.pin_mut().umount(), -errno::EBUSY);
    volume.pin_mut().close(handle);
    assert_eq!(volume.room(), room);
    remounted(volume);
}

#[test]
fn flags_of_open() {
    let mut volume = mounted(&image::make(3, 2048, 64));
    let v = &mut volume;
    assert_eq!(v.pin_mut().open("/f", flags::RDONLY), -errno::ENOENT);
    assert_eq!(v.pin_mut().open("/f", flags::CREAT), -errno::EINVAL);
    assert_eq!(
        v.pin_mut().open("/f", flags::RDONLY | flags::WRONLY),
        -errno::EINVAL
    );
    assert_eq!(
        v.pin_mut().open("/f", flags::RDONLY | flags::TRUNC),
        -errno::EINVAL
    );
    assert_eq!(v.pin_mut().open("/", flags::RDWR), -errno::EISDIR);
    assert_eq!(
        v.pin_mut().open("/f/", flags::RDWR | flags::CREAT),
        -errno::EISDIR
    );
    assert_eq!(
        v.pin_mut()
            .open(&format!("/{}", "n".repeat(61)), flags::RDWR | flags::CREAT),
        -errno::ENAMETOOLONG
    );

    let exclusive = v.pin_mut().open("/f", flags::RDWR | flags::CREAT | flags::EXCL);
    assert!(exclusive > 0);
    assert_eq!(
        v.pin_mut().open("/f", flags::RDWR | flags::CREAT | flags::EXCL),
        -errno::EEXIST
    );
    assert_eq!(
        v.pin_mut().open("/f", flags::RDWR | flags::EXCL),
        -errno::EBUSY,
        "there is a writer"
    );
    assert_eq!(v.pin_mut().open("/f/x", flags::RDONLY), -errno::ENOTDIR);
    assert_eq!(v.pin_mut().write(exclusive, b"0123456789"), 10);
    v.pin_mut().close(exclusive);

    let owner = v.pin_mut().open("/f", flags::RDWR | flags::EXCL);
    assert!(owner > 0);
    assert_eq!(v.pin_mut().open("/f", flags::WRONLY), -errno::EBUSY);
    assert_eq!(v.pin_mut().open("/f", flags::RDONLY | flags::EXCL), -errno::EBUSY);
    let reader = v.pin_mut().open("/f", flags::RDONLY);
    assert!(reader > 0, "readers do not disturb");
    assert_eq!(v.pin_mut().write(reader, b"x"), -errno::EBADF);
    v.pin_mut().close(owner);
    v.pin_mut().close(reader);

    let append = v.pin_mut().open("/f", flags::WRONLY | flags::APPEND);
    assert_eq!(v.pin_mut().write(append, b"abc"), 3);
    assert_eq!(v.pin_mut().read(append, &mut [0; 4]), -errno::EBADF);
    v.pin_mut().close(append);
    assert_eq!(read_file(v, "/f"), b"0123456789abc");
    let truncated = v.pin_mut().open("/f", flags::WRONLY | flags::TRUNC);
    v.pin_mut().close(truncated);
    assert_eq!(v.stat("/f").size, 0);
    remounted(volume);
}

#[test]
fn the_offset_moves_as_told() {
    let mut volume = mounted(&image::make(1, 2048, 64));
    let v = &mut volume;
    let handle = v.pin_mut().open("/f", flags::RDWR | flags::CREAT);
    assert_eq!(v.pin_mut().write(handle, b"hello"), 5);
    assert_eq!(v.pin_mut().lseek(handle, -2, 2), 3);
    let mut two = [0; 9];
    assert_eq!(v.pin_mut().read(handle, &mut two), 2);
    assert_eq!(&two[..2], b"lo");
    assert_eq!(v.pin_mut().read(handle, &mut two), 0, "the end");
    assert_eq!(v.pin_mut().lseek(handle, -6, 1), -errno::EINVAL);
    assert_eq!(v.pin_mut().lseek(handle, 0, 9), -errno::EINVAL);
    assert_eq!(v.pin_mut().lseek(handle, 3000, 0), 3000);
    assert_eq!(v.pin_mut().write(handle, b"!"), 1);
    v.pin_mut().close(handle);
    let mut expected = vec![0; 3001];
    expected[..5].copy_from_slice(b"hello");
    expected[3000] = b'!';
    assert_eq!(read_file(v, "/f"), expected);
    remounted(volume);
}

#[test]
fn a_large_image_file_is_cheap_to_reach_anywhere() {
    const SIZE: u64 = 30 << 20;
    let mut volume = kernel::new_volume(&image::make(3, 40 * 1024, 64), 256 * 1024);
    assert_eq!(volume.pin_mut().mount(false), 0);
    let handle = volume.pin_mut().open("/disk.img", flags::RDWR | flags::CREAT);
    let chunk = data(256 * 1024, 3);
    for offset in (0..SIZE).step_by(chunk.len()) {
        assert_eq!(
            volume.pin_mut().write_at(handle, offset, &chunk),
            chunk.len() as i64
        );
    }
    assert_eq!(volume.pin_mut().flush(handle), 0);

    let before = volume.requests();
    let mut sector = [0; 512];
    let mut position = 12_345;
    for _ in 0..1000 {
        position = (position * 1_103_515_245 + 12_345) % (SIZE / 512);
        let offset = position * 512;
        assert_eq!(volume.pin_mut().read_at(handle, offset, &mut sector), 512);
        let start = (offset % chunk.len() as u64) as usize;
        assert!(sector == chunk[start..start + 512], "offset {offset}");
    }
    let requests = volume.requests() - before;
    assert!(
        requests < 1500,
        "{requests} requests for 1000 random sectors: the map is read again and again"
    );

    let before = volume.requests();
    let mut megabyte = vec![0; 1 << 20];
    for offset in (0..SIZE).step_by(megabyte.len()) {
        assert_eq!(
            volume.pin_mut().read_at(handle, offset, &mut megabyte),
            megabyte.len() as i64
        );
    }
    let requests = volume.requests() - before;
    assert!(
        requests < 30 * 16,
        "{requests} requests to read 30 MiB in pieces of 1 MiB"
    );
    volume.pin_mut().close(handle);
    remounted(volume);
}

#[test]
fn foreign_owner_mode_and_times_survive() {
    for version in 1..=3 {
        let mut volume = mounted(&image::make(version, 2048, 64));
        assert_eq!(write_file(&mut volume, "/f", 0, b"before"), 6);
        assert_eq!(volume.pin_mut().umount(), 0);
        let mut image = volume.image();
        // The root is inode 1, the file inode 2 of the table behind the bitmaps.
        let bitmaps = if version == 3 { [1030, 1032] } else { [1028, 1030] };
        let blocks: usize = bitmaps
            .iter()
            .map(|&at| usize::from(u16::from_le_bytes([image[at], image[at + 1]])))
            .sum();
        let inode = (2 + blocks) * 1024 + if version == 1 { 32 } else { 64 };
        image[inode..inode + 2].copy_from_slice(&0o100_641u16.to_le_bytes());
        let (uid, gid) = if version == 1 {
            (inode + 2, inode + 12)
        } else {
            (inode + 4, inode + 6)
        };
        image[uid..uid + 2].copy_from_slice(&1234u16.to_le_bytes());
        image[gid] = 99;
        let mut volume = mounted(&image);
        assert_eq!(write_file(&mut volume, "/f", 6, &data(20_000, 1)), 20_000);
        let volume = remounted(volume);
        let status = volume.stat("/f");
        assert_eq!(
            (status.mode, status.uid, status.gid, status.links),
            (0o641, 1234, 99, 1)
        );
        assert_eq!(status.modification_time, 1_700_000_000);
    }
}

#[test]
fn read_errors_are_reported_and_hurt_nobody_else() {
    let mut volume = mounted(&image::make(3, 4096, 64));
    assert_eq!(write_file(&mut volume, "/good", 0, &data(5_000, 1)), 5_000);
    assert_eq!(write_file(&mut volume, "/bad", 0, &data(500_000, 2)), 500_000);
    assert_eq!(volume.pin_mut().umount(), 0);
    let mut volume = mounted(&volume.image());
    volume.pin_mut().fail_reads_of(400); // well inside the large file
    let handle = volume.pin_mut().open("/bad", flags::RDONLY);
    let mut failures = 0;
    let mut buffer = [0; 512];
    for offset in (0..500_000).step_by(512) {
        failures += i32::from(volume.pin_mut().read_at(handle, offset, &mut buffer) == -errno::EIO);
    }
    assert!((1..=2).contains(&failures), "{failures} sectors of one bad block");
    assert_eq!(read_file(&mut volume, "/good"), data(5_000, 1));
    volume.pin_mut().close(handle);
}

#[test]
fn a_bad_block_hides_only_what_is_behind_it() {
    let mut volume = mounted(&image::make(3, 4096, 64));
    assert_eq!(write_file(&mut volume, "/bad", 0, &data(500_000, 2)), 500_000);
    let volume = remounted(volume);
    let image = volume.image();
    let place = FileSystem::open(&image).and_then(|files| files.place_of("/bad", 123 * 1024));
    let mut volume = mounted(&image);
    volume
        .pin_mut()
        .fail_reads_of(place.expect("block 123") as u64 / 512);
    let handle = volume.pin_mut().open("/bad", flags::RDONLY);
    let mut buffer = vec![0; 500_000];
    let length = volume.pin_mut().read_at(handle, 0, &mut buffer);
    assert_eq!(length, 123 * 1024);
    assert!(buffer[..123 * 1024] == data(500_000, 2)[..123 * 1024]);
    let rest = volume.pin_mut().read_at(handle, 124 * 1024, &mut buffer);
    assert_eq!(rest, 500_000 - 124 * 1024);
    volume.pin_mut().close(handle);
}

#[test]
fn a_dead_drive_gives_errors_and_nothing_worse() {
    let mut volume = mounted(&image::make(3, 4096, 64));
    assert_eq!(write_file(&mut volume, "/f", 0, &data(1000, 1)), 1000);
    assert_eq!(volume.pin_mut().sync(), 0);
    volume.pin_mut().fail_writes_after(0);
    let mut errors = 0;
    for i in 0..200 {
        errors += i32::from(write_file(&mut volume, &format!("/f{}", i % 5), i * 1000, &data(3000, 1)) < 0);
    }
    assert!(errors > 0);
    assert_eq!(volume.pin_mut().sync(), -errno::EIO);
    assert_eq!(volume.pin_mut().umount(), -errno::EIO);
    assert_eq!(read_file(&mut volume, "/f"), data(1000, 1), "reading still works");
    // The drive comes back: nothing has been lost.
    volume.pin_mut().fail_writes_after(u64::MAX);
    assert_eq!(volume.pin_mut().sync(), 0);
    remounted(volume);
}

#[test]
fn many_threads_at_once() {
    let mut volume = mounted(&image::make(3, 2048, 64));
    let room = volume.room();
    assert_eq!(
        volume.pin_mut().use_from_threads(6, 40),
        0,
        "results that were not as expected"
    );
    for name in ["/shared0", "/shared1"] {
        volume.pin_mut().rm(name);
    }
    assert_eq!(volume.room(), room);
    remounted(volume);
}

#[test]
fn read_only_is_read_only() {
    let mut volume = mounted(&image::make(1, 2048, 64));
    assert_eq!(write_file(&mut volume, "/f", 0, b"x"), 1);
    assert_eq!(volume.pin_mut().umount(), 0);
    let image = volume.image();
    let mut volume = kernel::new_volume(&image, SMALL_CACHE);
    assert_eq!(volume.pin_mut().mount(true), 0);
    assert_eq!(write_file(&mut volume, "/f", 0, b"y"), -errno::EROFS);
    assert_eq!(volume.pin_mut().mkdir("/d"), -errno::EROFS);
    assert_eq!(volume.pin_mut().rm("/f"), -errno::EROFS);
    assert_eq!(volume.pin_mut().rename("/f", "/g"), -errno::EROFS);
    assert_eq!(read_file(&mut volume, "/f"), b"x");
    assert_eq!(volume.pin_mut().umount(), 0);
    assert!(volume.image() == image, "not one byte has changed");
}

#[test]
fn what_is_no_minix_file_system_is_refused() {
    assert_eq!(
        kernel::new_volume(&[0; 100 * 1024], SMALL_CACHE)
            .pin_mut()
            .mount(false),
        -errno::EINVAL
    );
    assert_eq!(
        kernel::new_volume(&[0; 512], SMALL_CACHE).pin_mut().mount(false),
        -errno::EINVAL
    );
    // The device is shorter than the file system says.
    let cut = &image::make(3, 2048, 64)[..1024 * 1024];
    assert_eq!(
        kernel::new_volume(cut, SMALL_CACHE).pin_mut().mount(false),
        -errno::EINVAL
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// Whatever is broken on the disk: errors are fine, crashes and endless loops are not.
    #[test]
    fn a_damaged_disk_does_no_harm(
        version in 1u32..=3, ops in vec(op(), 5..20), damage in vec((1024usize..90 * 1024, any::<u8>()), 1..60)
    ) {
        let mut volume = mounted(&image::make(version, 1024, 64));
        let mut model = Model::new(30);
        for op in ops.iter().filter(|op| !matches!(op, Op::Remount)) {
            volume = apply(volume, &mut model, op).2;
        }
        volume.pin_mut().umount();
        let mut image = volume.image();
        for &(at, value) in &damage {
            image[at] = value;
        }
        let mut volume = kernel::new_volume(&image, SMALL_CACHE);
        if volume.pin_mut().mount(false) == 0 {
            for op in ops.iter().filter(|op| !matches!(op, Op::Remount)) {
                volume = apply(volume, &mut model, op).2;
            }
            volume.pin_mut().sync();
        }
    }

    #[test]
    fn ramfs_behaves_as_the_model(ops in vec(op(), 1..60)) {
        let mut volume = kernel::new_volume(&[], SMALL_CACHE);
        prop_assert_eq!(volume.pin_mut().mount_ramfs(), 0);
        let mut model = Model::new(255);
        for op in ops.iter().filter(|op| !matches!(op, Op::Remount)) {
            let (real, expected, after) = apply(volume, &mut model, op);
            volume = after;
            prop_assert_eq!(real, expected, "{:?}", op);
        }
        for (path, content) in model.tree() {
            if let Some(content) = content {
                prop_assert_eq!(read_file(&mut volume, &path), content);
            }
        }
    }
}
