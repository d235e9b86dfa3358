//! Folders that are moved while the power is cut: minixfs has them under two names for a moment, and must not let anybody
//! move one of the names below the other.

use std::cell::RefCell;

use cxx::UniquePtr;
use kernel_modules::cuts::{
    SMALL_CACHE, assert_survived, cut_everywhere, cut_everywhere_on, exists, mounted, remains,
};
use kernel_modules::{self as kernel, Volume, errno, flags, image};
use minix::{FileSystem, Tampered, Tree};

fn make_folders(volume: &mut UniquePtr<Volume>, paths: &[&str]) {
    for path in paths {
        assert_eq!(volume.pin_mut().mkdir(path), 0, "{path}");
    }
}

/// Which of the names is there. Exactly one has to be.
fn the_one_of<'a>(volume: &UniquePtr<Volume>, names: &[&'a str]) -> &'a str {
    let there: Vec<_> = names.iter().filter(|name| exists(volume, name)).collect();
    assert_eq!(there.len(), 1, "{there:?} of {names:?}");
    there[0]
}

/// What a foreign reader finds, who looks at all names there are.
fn read_all(disk: &[u8]) -> Tree {
    FileSystem::open(disk)
        .and_then(|files| files.tree())
        .expect("folders in order")
}

#[test]
fn a_cut_leaves_one_name() {
    for (first, second) in [("/d", "/e/d"), ("/e/d", "/d")] {
        cut_everywhere(
            |volume| make_folders(volume, &["/d", "/e", "/d/in"]),
            |volume| {
                volume.pin_mut().rename("/d", "/e/d");
            },
            |volume| {
                let name = the_one_of(volume, &[first, second]);
                assert!(exists(volume, &format!("{name}/in")));
                // Gone is gone: no other name brings it back.
                assert_eq!(volume.pin_mut().rmdir(&format!("{name}/in")), 0);
                assert_eq!(volume.pin_mut().rmdir(name), 0);
                make_folders(volume, &["/d", "/e/d"]);
            },
        );
    }
}

/// Once the folder has been found under the name it is to have, nobody looks at the other one any more.
#[test]
fn a_cut_leaves_no_way_to_move_a_folder_into_itself() {
    for (inside, moved, to) in [
        ("/q/a", "/q", "/p/a"),
        ("/q/in/a", "/q", "/p/deep/a"),
        ("/q/in/a", "/q/in", "/p/in"),
    ] {
        cut_everywhere(
            |volume| make_folders(volume, &["/p", "/p/deep", "/q", "/q/in"]),
            |volume| {
                volume.pin_mut().rename("/p", inside);
            },
            |volume| {
                volume.pin_mut().rename(moved, to);
            },
        );
    }
}

#[test]
fn a_cut_does_not_confuse_the_next_move_between_the_same_folders() {
    cut_everywhere(
        |volume| make_folders(volume, &["/a", "/b", "/a/n", "/a/n/in"]),
        |volume| {
            volume.pin_mut().rename("/a/n", "/b/n");
        },
        |volume| {
            let disk = volume.image();
            for (from, to) in [("/a", "/a"), ("/a", "/b"), ("/b", "/a"), ("/b", "/b")] {
                let mut volume = mounted(&disk);
                volume
                    .pin_mut()
                    .rename(&format!("{from}/n"), &format!("{to}/new"));
                let name = the_one_of(&volume, &["/a/n", "/b/n", "/a/new", "/b/new"]);
                assert!(exists(&volume, &format!("{name}/in")));
                read_all(&remains(volume));
            }
        },
    );
}

#[test]
fn a_cut_while_a_folder_takes_the_place_of_an_empty_one() {
    for (new, others) in [("/b", ["/b", "/b"]), ("/c/b", ["/c/b", "/c"])] {
        cut_everywhere(
            |volume| make_folders(volume, &["/a", "/a/in", "/b", "/c", "/c/b"]),
            |volume| {
                volume.pin_mut().rename("/a", new);
            },
            |volume| {
                let name = if exists(volume, "/a") { "/a" } else { new };
                assert!(exists(volume, &format!("{name}/in")), "the folder is lost");
                for other in others {
                    volume.pin_mut().rename(other, &format!("{name}/in/side"));
                    volume.pin_mut().rename("/a", &format!("{new}/in/side"));
                }
            },
        );
    }
}

/// A cut while what the last one has left is put in order.
#[test]
fn a_cut_after_a_cut() {
    let to_be_put_in_order = RefCell::new(Vec::new());
    cut_everywhere(
        |volume| make_folders(volume, &["/p", "/p/in", "/q"]),
        |volume| {
            volume.pin_mut().rename("/p", "/q/a");
        },
        |volume| {
            let disk = volume.image();
            let tree = read_all(&disk);
            if tree.contains_key("/p") && tree.contains_key("/q/a") {
                to_be_put_in_order.borrow_mut().push(disk);
            }
        },
    );
    let to_be_put_in_order = to_be_put_in_order.into_inner();
    assert!(!to_be_put_in_order.is_empty());
    for disk in to_be_put_in_order {
        cut_everywhere_on(
            &disk,
            |volume| {
                let _ = exists(volume, "/q/a");
                let _ = exists(volume, "/p");
                volume.pin_mut().rename("/q", "/p/q");
            },
            |volume| {
                let name = the_one_of(volume, &["/p", "/q/a"]);
                assert!(exists(volume, &format!("{name}/in")));
            },
        );
    }
}

#[test]
fn a_disk_that_may_only_be_read_has_one_name_and_is_not_written() {
    cut_everywhere(
        |volume| make_folders(volume, &["/d", "/e", "/d/in"]),
        |volume| {
            volume.pin_mut().rename("/d", "/e/d");
        },
        |volume| {
            let image = volume.image();
            let mut volume = kernel::new_volume(&image, SMALL_CACHE);
            assert_eq!(volume.pin_mut().mount(true), 0);
            let before = volume.image();
            let name = the_one_of(&volume, &["/d", "/e/d"]);
            assert!(exists(&volume, &format!("{name}/in")));
            assert!(remains(volume) == before, "it was written");
        },
    );
}

/// A move that fails because the disk does leaves the folder where it was, also for who is in it, and also when the disk
/// works again.
#[test]
fn a_move_that_fails_has_not_happened() {
    for version in 1..=3 {
        for sectors in 0.. {
            let mut volume = mounted(&image::make(version, 600, 64));
            make_folders(&mut volume, &["/p", "/q", "/q/in"]);
            assert_eq!(volume.pin_mut().sync(), 0);
            let inside = volume.pin_mut().open("/p/f", flags::RDWR | flags::CREAT);
            volume.pin_mut().fail_writes_after(sectors);
            let moved = volume.pin_mut().rename("/p", "/q/in/p");
            let name = if moved == 0 { "/q/in/p" } else { "/p" };
            assert_eq!(the_one_of(&volume, &["/p", "/q/in/p"]), name);
            volume.pin_mut().fail_writes_after(u64::MAX);
            volume.pin_mut().rename("/q", &format!("{name}/q"));
            assert!(exists(&volume, &format!("{name}/f")));
            volume.pin_mut().close(inside);
            let disk = remains(volume);
            assert_survived(&disk);
            if moved == 0 {
                break;
            }
        }
    }
}

/// A name that the disk may have is counted, also after a move that failed, and only the names that are known can be
/// taken off again. However often somebody tries, the disk's count is the one we know, of which version 1 has a byte.
#[test]
fn moves_that_fail_again_and_again_are_not_counted_for_ever() {
    const TRIES: usize = 260;
    const MOST_NAMES: u32 = 250;
    for (old, new) in [("/f", "/to/f"), ("/full", "/to/full"), ("/d", "/to/empty")] {
        let mut volume = mounted(&image::make(1, 600, 64));
        make_folders(&mut volume, &["/to", "/to/empty", "/d", "/full"]);
        make_folders(&mut volume, &["/full/1", "/full/2", "/full/3", "/full/4"]);
        let file = volume.pin_mut().open("/f", flags::RDWR | flags::CREAT);
        volume.pin_mut().close(file);
        let disk = remains(volume);
        let mut results = Vec::new();
        for sectors in 0.. {
            let mut volume = mounted(&disk);
            let mut result = -errno::EIO;
            for _ in 0..TRIES {
                if result != 0 {
                    result = fail_to_move(&mut volume, old, new, sectors);
                }
            }
            results.push(result);
            let name = if result == 0 { new } else { old };
            let counts = [name, "/to"].map(|path| volume.stat(path).links);
            assert!(counts.iter().all(|&count| count <= MOST_NAMES + 1), "{counts:?}");
            let disk = remains(volume);
            assert_survived(&disk);
            let volume = mounted(&disk);
            assert_eq!(counts, [name, "/to"].map(|path| volume.stat(path).links));
            if result == 0 {
                break;
            }
        }
        assert!(results.contains(&-errno::EMLINK), "{results:?}");
    }
}

/// A move for which the disk writes so many sectors; then it is in order again.
fn fail_to_move(volume: &mut UniquePtr<Volume>, old: &str, new: &str, sectors: u64) -> i64 {
    volume.pin_mut().fail_writes_after(sectors);
    let result = volume.pin_mut().rename(old, new);
    volume.pin_mut().fail_writes_after(u64::MAX);
    assert_eq!(volume.pin_mut().sync(), 0);
    result
}

/// Folders whose inodes lie in blocks of their own, between many others: the cache does not have all at the same time.
fn folders_far_apart() -> Vec<u8> {
    let mut volume = mounted(&image::make(3, 600, 128));
    for number in 0..90 {
        let path = match number {
            PLACE_OF_P => "/p".to_owned(),
            PLACE_OF_Q => "/q".to_owned(),
            _ => format!("/{number}"),
        };
        assert_eq!(volume.pin_mut().mkdir(&path), 0);
    }
    remains(volume)
}

const PLACE_OF_P: u32 = 60;
const PLACE_OF_Q: u32 = 80;
/// Enough to look at until the cache has nothing else, and none of these shares a block of inodes with the two.
const OTHERS: u32 = 40;

/// Not to be able to read a block that is to be changed is an error in the middle of a move, too.
#[test]
fn a_move_that_fails_where_a_block_cannot_be_read_takes_no_count_away() {
    const SECTORS_OF_A_BLOCK: u64 = 2;
    const BLOCKS: u64 = 40; // what describes the file system, all inodes, and the first folders
    let disk = folders_far_apart();
    let mut failed = 0;
    for block in 0..BLOCKS {
        let mut volume = mounted(&disk);
        let inside = volume.pin_mut().open("/p/f", flags::RDWR | flags::CREAT);
        assert_eq!(volume.pin_mut().sync(), 0);
        for number in 0..OTHERS {
            assert_eq!(volume.list(&format!("/{number}")).len(), 2);
        }
        volume.pin_mut().fail_reads_of(block * SECTORS_OF_A_BLOCK);
        let moved = volume.pin_mut().rename("/p", "/q/p");
        volume.pin_mut().fail_reads_of(u64::MAX);
        failed += u32::from(moved != 0);
        let (name, subfolders) = if moved == 0 { ("/q/p", 1) } else { ("/p", 0) };
        assert_eq!(the_one_of(&volume, &["/p", "/q/p"]), name);
        assert_eq!(volume.stat("/q").links, 2 + subfolders, "block {block}");
        assert_eq!(volume.stat(name).links, 2, "block {block}");
        volume.pin_mut().close(inside);
        image::assert_clean(&remains(volume));
    }
    assert!(failed > 0);
}

fn tampered() -> Tampered {
    let mut volume = mounted(&image::make(3, 600, 64));
    make_folders(&mut volume, &["/a", "/a/b", "/c"]);
    let file = volume.pin_mut().open("/file", flags::RDWR | flags::CREAT);
    assert_eq!(volume.pin_mut().close(file), 0);
    Tampered::new(remains(volume)).expect("a file system of version 3")
}

/// Inodes of [`tampered`].
mod inode {
    pub const A: u32 = 2;
    pub const B: u32 = 3;
    pub const C: u32 = 4;
    pub const FILE: u32 = 5;
    pub const UNUSED: u32 = 9;
}

/// As other systems leave it, which do not note the other name.
#[test]
fn a_second_name_that_nobody_has_noted_is_found_out() {
    let mut tampered = tampered();
    tampered.add_name(inode::C, "b", inode::B);
    tampered.set_links(inode::B, 3);
    tampered.set_links(inode::C, 3);
    let volume = mounted(tampered.image());
    assert_eq!(volume.stat("/c/b").error, -errno::ENOENT);
    assert_eq!(volume.stat("/a/b").links, 2);
    image::assert_clean(&remains(volume));
}

/// `..` leads to where the folder is not: its name decides.
#[test]
fn a_folder_that_is_elsewhere_than_it_thinks_stays() {
    for wrong in [inode::C, inode::B, inode::UNUSED, 60, 1000, u32::MAX] {
        let mut tampered = tampered();
        tampered.set_parent(inode::B, wrong);
        let volume = mounted(tampered.image());
        assert_eq!(volume.stat("/a/b").error, 0);
        assert_survived(&remains(volume));
    }
}

/// Behind `..` stands what another system has left there, and whoever looks at the folder must not follow it.
#[test]
fn a_folder_stays_whatever_stands_behind_its_way_up() {
    for foreign in [
        inode::A, // where it is
        inode::B,
        inode::C,
        inode::FILE,
        inode::UNUSED,
        1000,
        u32::MAX,
    ] {
        let mut tampered = tampered();
        tampered.set_second_parent(inode::B, foreign);
        let volume = mounted(tampered.image());
        assert_eq!(volume.stat("/a/b").links, 2, "{foreign}");
        let disk = remains(volume);
        image::assert_clean(&disk);
        assert_eq!(mounted(&disk).stat("/a/b").error, 0, "{foreign}");
    }
}

/// Two folders have their entries in the same block, so that the only name of one in them is found twice.
#[test]
fn a_name_that_two_folders_share_stays() {
    for set_other in [Tampered::set_parent, Tampered::set_second_parent] {
        let mut tampered = tampered();
        let shared = tampered.zone(inode::A, 0);
        tampered.set_zone(inode::C, 0, shared);
        tampered.set_size(inode::C, tampered.size(inode::A));
        set_other(&mut tampered, inode::B, inode::C);
        let volume = mounted(tampered.image());
        assert_eq!(volume.stat("/a/b").links, 2);
        let volume = mounted(&remains(volume));
        assert_eq!(volume.stat("/a/b").error, 0);
        assert_eq!(volume.stat("/c/b").error, 0);
    }
}

/// xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % limit
    }

    /// One of few, so that operations meet.
    fn path(&mut self) -> String {
        (0..=self.below(4))
            .map(|_| ["/p", "/q", "/r"][self.below(3) as usize])
            .collect()
    }
}

fn do_something(volume: &mut UniquePtr<Volume>, random: &mut Random) {
    let (path, other) = (random.path(), random.path());
    let mut v = volume.pin_mut();
    match random.below(8) {
        0 | 1 => v.mkdir(&path),
        2 => v.rmdir(&path),
        3 => {
            v.as_mut().rm(&path);
            let file = v.as_mut().open(&path, flags::RDWR | flags::CREAT);
            if file > 0 {
                v.as_mut().write_at(file, random.below(3000), &[7; 500]);
                v.close(file);
            }
            0
        }
        _ => v.rename(&path, &other),
    };
}

/// Operations until the power is cut, some of them while the disk does not write.
fn live(disk: &[u8], random: &mut Random) -> Vec<u8> {
    let mut volume = mounted(disk);
    if random.below(3) == 0 {
        volume.pin_mut().fail_writes_after(random.below(30));
        for _ in 0..random.below(8) {
            do_something(&mut volume, random);
        }
    }
    volume.pin_mut().fail_writes_after(random.below(120));
    for _ in 0..20 {
        do_something(&mut volume, random);
    }
    if random.below(2) == 0 {
        volume.pin_mut().lose_some_unflushed(random.below(u64::MAX));
    }
    volume.image()
}

#[test]
fn many_lives_of_many_disks() {
    const DISKS: u64 = 100;
    const LIVES: u64 = 10;
    let seed = counts::seed(0x5EED_0F5E);
    let mut random = Random(seed | 1);
    for number in 0..DISKS * counts::scale() {
        let mut disk = image::make(1 + (number % 3) as u32, 600, 64);
        for life in 0..LIVES {
            println!("SWEB_SEED={seed}, disk {number}, life {life}");
            disk = live(&disk, &mut random);
            read_all(&disk); // fsck takes its time to start, and is asked at the end
        }
        assert_survived(&disk);
    }
    counts::add("power cuts in memory", DISKS * LIVES * counts::scale());
}
