//! The kernel's C++ modules as the tests see them, through a `cxx` bridge. The C++ side of it is in `cxx/`: a drive in
//! memory that can fail, a file system mounted from it, and containers of plain numbers.

pub mod cuts;
pub mod image;
pub mod model;

#[cxx::bridge]
#[allow(missing_docs)] // each item is documented where it is declared in C++
mod ffi {
    /// A name in a directory.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
    struct Entry {
        name: String,
        is_directory: bool,
        size: u64,
    }

    /// What `stat` says.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    struct Status {
        error: i64,
        is_directory: bool,
        mode: u32,
        links: u32,
        uid: u32,
        gid: u32,
        size: u64,
        modification_time: u32,
    }

    /// Room on a file system.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Room {
        free_blocks: u64,
        free_inodes: u64,
    }

    /// One partition found.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Partition {
        first_sector: u64,
        num_sectors: u64,
        kind: u8,
    }

    unsafe extern "C++" {
        include!("Bridge.h");

        type Bitmap;
        fn new_bitmap(bits: usize) -> UniquePtr<Bitmap>;
        #[cxx_name = "setBit"]
        fn set_bit(self: Pin<&mut Bitmap>, bit: usize) -> bool;
        #[cxx_name = "unsetBit"]
        fn unset_bit(self: Pin<&mut Bitmap>, bit: usize) -> bool;
        #[cxx_name = "getBit"]
        fn get_bit(self: &Bitmap, bit: usize) -> bool;
        #[cxx_name = "getNumBitsSet"]
        fn num_bits_set(self: &Bitmap) -> usize;
        #[cxx_name = "findClear"]
        fn find_clear(self: &Bitmap, from: usize) -> usize;
        #[cxx_name = "setByte"]
        fn set_byte(self: Pin<&mut Bitmap>, byte: usize, value: u8);
        #[cxx_name = "getByte"]
        fn get_byte(self: &Bitmap, byte: usize) -> u8;

        type Ring;
        fn new_ring(capacity: usize) -> UniquePtr<Ring>;
        fn put(self: Pin<&mut Ring>, element: u32) -> bool;
        fn get(self: Pin<&mut Ring>, element: &mut u32) -> bool;
        fn clear(self: Pin<&mut Ring>);
        fn holds(self: &Ring, element: u32) -> bool;
        fn count(self: &Ring) -> usize;
        fn capacity(self: &Ring) -> usize;
        fn dropped(self: &Ring) -> usize;
        fn ring_between_threads(capacity: usize, elements: u32) -> Vec<u32>;

        type Queue;
        fn new_queue(capacity: usize, overwrite: bool) -> UniquePtr<Queue>;
        fn put(self: Pin<&mut Queue>, element: u32) -> bool;
        #[cxx_name = "tryGet"]
        fn try_get(self: Pin<&mut Queue>, element: &mut u32) -> bool;
        #[cxx_name = "peekAhead"]
        fn peek_ahead(self: Pin<&mut Queue>, element: &mut u32) -> bool;
        #[cxx_name = "countElementsAhead"]
        fn count(self: Pin<&mut Queue>) -> usize;
        fn clear(self: Pin<&mut Queue>);
        fn queue_between_threads(capacity: usize, producers: u32, elements_each: u32) -> Vec<u32>;

        type Numbers;
        fn new_numbers() -> UniquePtr<Numbers>;
        fn push_back(self: Pin<&mut Numbers>, value: i32);
        fn push_front(self: Pin<&mut Numbers>, value: i32);
        fn insert(self: Pin<&mut Numbers>, index: usize, value: i32);
        fn erase(self: Pin<&mut Numbers>, begin: usize, end: usize);
        fn resize(self: Pin<&mut Numbers>, size: usize, value: i32);
        fn remove(self: Pin<&mut Numbers>, value: i32);
        fn rotate(self: Pin<&mut Numbers>, middle: usize);
        fn sort(self: Pin<&mut Numbers>);
        fn contents(self: &Numbers) -> Vec<i32>;

        type Dictionary;
        fn new_dictionary() -> UniquePtr<Dictionary>;
        fn set(self: Pin<&mut Dictionary>, key: &str, value: i32);
        fn insert(self: Pin<&mut Dictionary>, key: &str, value: i32) -> bool;
        fn erase(self: Pin<&mut Dictionary>, key: &str) -> bool;
        fn lookup(self: &Dictionary, key: &str, missing: i32) -> i32;
        fn keys(self: &Dictionary) -> Vec<String>;

        fn string_append(text: &str, more: &str) -> String;
        fn string_append_self(text: &str) -> String;
        fn string_substr(text: &str, from: usize, count: usize) -> String;
        fn string_erase(text: &str, from: usize, count: usize) -> String;
        fn string_find(text: &str, pattern: &str, from: usize) -> usize;
        fn string_rfind(text: &str, character: u8) -> usize;
        fn string_compare(a: &str, b: &str) -> i32;

        fn read_partitions(disk: &[u8]) -> Vec<Partition>;

        type Descriptors;
        fn new_descriptors(limit: usize) -> UniquePtr<Descriptors>;
        fn add(self: Pin<&mut Descriptors>) -> i64;
        fn remove(self: Pin<&mut Descriptors>, fd: usize) -> bool;
        fn is_open(self: Pin<&mut Descriptors>, fd: usize) -> bool;
        fn count(self: Pin<&mut Descriptors>) -> usize;
        fn references(self: &Descriptors) -> u32;

        type Walk;
        /// A ramfs of its own with these directories; a path ending in '!' becomes a mount of another ramfs.
        fn new_walk(directories: &[String]) -> UniquePtr<Walk>;
        /// The absolute name reached from `cwd`, or the error as a number.
        fn walk(self: &Walk, cwd: &str, path: &str) -> String;

        type Volume;
        /// A drive in memory with this content, not yet mounted.
        fn new_volume(image: &[u8], cache_memory: usize) -> UniquePtr<Volume>;
        fn mount(self: Pin<&mut Volume>, read_only: bool) -> i64;
        fn umount(self: Pin<&mut Volume>) -> i64;
        fn size(self: &Volume) -> usize;
        /// What the medium holds.
        fn copy_to(self: &Volume, image: &mut [u8]);
        /// From now on, after this many written sectors, writing fails.
        fn fail_writes_after(self: Pin<&mut Volume>, sectors: u64);
        /// Every read of this sector fails.
        fn fail_reads_of(self: Pin<&mut Volume>, sector: u64);
        /// Takes back some of the sectors written since the last flush, as a power cut does to a drive's write cache.
        fn lose_some_unflushed(self: Pin<&mut Volume>, seed: u64);
        fn requests(self: &Volume) -> u64;
        fn open(self: Pin<&mut Volume>, path: &str, flags: u32) -> i64;
        fn close(self: Pin<&mut Volume>, handle: i64) -> i64;
        fn read_at(self: Pin<&mut Volume>, handle: i64, offset: u64, buffer: &mut [u8]) -> i64;
        fn write_at(self: Pin<&mut Volume>, handle: i64, offset: u64, data: &[u8]) -> i64;
        fn read(self: Pin<&mut Volume>, handle: i64, buffer: &mut [u8]) -> i64;
        fn write(self: Pin<&mut Volume>, handle: i64, data: &[u8]) -> i64;
        fn lseek(self: Pin<&mut Volume>, handle: i64, offset: i64, origin: u8) -> i64;
        fn truncate(self: Pin<&mut Volume>, handle: i64, size: u64) -> i64;
        fn flush(self: Pin<&mut Volume>, handle: i64) -> i64;
        fn mkdir(self: Pin<&mut Volume>, path: &str) -> i64;
        fn rmdir(self: Pin<&mut Volume>, path: &str) -> i64;
        fn rm(self: Pin<&mut Volume>, path: &str) -> i64;
        fn link(self: Pin<&mut Volume>, old_path: &str, new_path: &str) -> i64;
        fn rename(self: Pin<&mut Volume>, old_path: &str, new_path: &str) -> i64;
        fn stat(self: &Volume, path: &str) -> Status;
        fn list(self: &Volume, path: &str) -> Vec<Entry>;
        fn room(self: &Volume) -> Room;
        fn sync(self: Pin<&mut Volume>) -> i64;
        fn use_from_threads(self: Pin<&mut Volume>, threads: u32, rounds: u32) -> u32;
        /// A ramfs instead of the drive's file system.
        fn mount_ramfs(self: Pin<&mut Volume>) -> i64;

        /// Makes a disk with this content known to the BDManager for good; its name.
        fn register_disk(disk: &[u8]) -> String;
        /// The names of all devices.
        fn device_names() -> Vec<String>;
        fn claim_device(name: &str, exclusive: bool) -> i64;
        fn release_device(name: &str, exclusive: bool);
    }
}

pub use ffi::*;

impl Volume {
    /// What the medium holds.
    #[must_use]
    pub fn image(&self) -> Vec<u8> {
        let mut image = vec![0; self.size()];
        self.copy_to(&mut image);
        image
    }
}

/// Flags of open, as `sweb/fs/fs_global.h` has them.
#[allow(missing_docs)]
pub mod flags {
    pub const RDONLY: u32 = 0x1;
    pub const WRONLY: u32 = 0x2;
    pub const RDWR: u32 = 0x4;
    pub const CREAT: u32 = 0x8;
    pub const APPEND: u32 = 0x10;
    pub const EXCL: u32 = 0x20;
    pub const TRUNC: u32 = 0x80;
}

/// Error numbers the tests look for; functions return them negated.
#[allow(missing_docs)]
pub mod errno {
    pub const EPERM: i64 = 1;
    pub const ENOENT: i64 = 2;
    pub const EIO: i64 = 5;
    pub const EBADF: i64 = 9;
    pub const EBUSY: i64 = 16;
    pub const EEXIST: i64 = 17;
    pub const ENOTDIR: i64 = 20;
    pub const EISDIR: i64 = 21;
    pub const EINVAL: i64 = 22;
    pub const EMFILE: i64 = 24;
    pub const EFBIG: i64 = 27;
    pub const ENOSPC: i64 = 28;
    pub const EROFS: i64 = 30;
    pub const EMLINK: i64 = 31;
    pub const ENAMETOOLONG: i64 = 36;
    pub const ENOTEMPTY: i64 = 39;
}
