//! Power cuts: a change to a file system is cut off after each single sector it writes.

use cxx::UniquePtr;
use minix::FileSystem;

use crate::{Volume, image, new_volume};

/// Small, so that blocks have to come and go.
pub const SMALL_CACHE: usize = 32 * 1024;

/// The file system on a drive with this content.
///
/// # Panics
/// If it cannot be mounted.
#[must_use]
pub fn mounted(image: &[u8]) -> UniquePtr<Volume> {
    let mut volume = new_volume(image, SMALL_CACHE);
    assert_eq!(volume.pin_mut().mount(false), 0, "mount");
    volume
}

/// The disk after unmounting.
///
/// # Panics
/// If that fails.
#[must_use]
pub fn remains(mut volume: UniquePtr<Volume>) -> Vec<u8> {
    assert_eq!(volume.pin_mut().umount(), 0, "unmount");
    volume.image()
}

/// Panics if fsck, or a reader that knows nothing of our kernel, finds more than a power cut may leave.
pub fn assert_survived(disk: &[u8]) {
    image::assert_only_leaks(disk);
    let tree = FileSystem::open(disk).and_then(|files| files.tree());
    if let Err(error) = tree {
        panic!("{error:#}");
    }
}

/// Cuts the power after each single sector that `change` and the sync behind it write, and hands each disk to `examine`;
/// on file systems of all versions, on which `before` has prepared something.
///
/// # Panics
/// If a disk is not in order before or after that.
pub fn cut_everywhere(
    before: impl Fn(&mut UniquePtr<Volume>),
    change: impl Fn(&mut UniquePtr<Volume>),
    examine: impl Fn(&mut UniquePtr<Volume>),
) {
    for version in 1..=3 {
        let mut volume = mounted(&image::make(version, 600, 64));
        before(&mut volume);
        assert_eq!(volume.pin_mut().sync(), 0);
        cut_everywhere_on(&volume.image(), &change, &examine);
    }
}

/// The same on one disk.
///
/// # Panics
/// As above.
pub fn cut_everywhere_on(
    disk: &[u8],
    change: impl Fn(&mut UniquePtr<Volume>),
    examine: impl Fn(&mut UniquePtr<Volume>),
) {
    for sectors in 0.. {
        let mut volume = mounted(disk);
        volume.pin_mut().fail_writes_after(sectors);
        change(&mut volume);
        let done = volume.pin_mut().sync() == 0;
        let image = volume.image();
        assert_survived(&image);
        let mut volume = mounted(&image);
        examine(&mut volume);
        assert_survived(&remains(volume));
        if done {
            break;
        }
    }
}

/// Whether there is such a file or folder.
#[must_use]
pub fn exists(volume: &UniquePtr<Volume>, path: &str) -> bool {
    volume.stat(path).error == 0
}
