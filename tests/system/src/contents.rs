//! What is on the disks of a host and its guest.

use anyhow::{Context, Result, ensure};
use minix::{FileSystem, Tree};

/// The file in the host's partition 2 that is the guest's disk.
pub const GUEST_DISK: &str = "/guests/guest.img";

/// What is on a disk and on the guest's disk in it, which fsck has found sound.
pub struct Contents {
    /// Partition 1, for GRUB: nobody writes there.
    boot: Vec<u8>,
    /// `/usr` on the host.
    pub host: Tree,
    guest_boot: Vec<u8>,
    /// `/usr` in the guest.
    pub guest: Tree,
}

impl Contents {
    /// Takes a disk apart.
    pub fn read(disk: &[u8]) -> Result<Self> {
        let host = sound_tree(disk).context("the host's file system")?;
        let guest_disk = host.get(GUEST_DISK).and_then(Option::as_ref);
        let guest_disk = guest_disk.context("the guest's disk is missing")?;
        Ok(Self {
            boot: disk[minix::partition(disk, 1)?].to_vec(),
            guest_boot: guest_disk[minix::partition(guest_disk, 1)?].to_vec(),
            guest: sound_tree(guest_disk).context("the guest's file system")?,
            host,
        })
    }

    /// Checks that everything but what the tests write is as it was on the fresh disk.
    pub fn check_unchanged(&self, fresh: &Contents) -> Result<()> {
        ensure!(self.boot == fresh.boot, "the host's boot partition has changed");
        ensure!(
            self.guest_boot == fresh.guest_boot,
            "the guest's boot partition has changed"
        );
        check_others(&self.host, &fresh.host).context("on the host's disk")?;
        check_others(&self.guest, &fresh.guest).context("on the guest's disk")
    }
}

/// The files of `/usr`, if nothing is wrong with them but that some space is lost.
fn sound_tree(disk: &[u8]) -> Result<Tree> {
    let usr = &disk[minix::partition(disk, 2)?];
    let report = minix::check(usr)?;
    ensure!(report.damage.is_empty(), "fsck.minix: {:#?}", report.damage);
    FileSystem::open(usr)?.tree()
}

/// Files that nobody writes are as they were.
fn check_others(now: &Tree, fresh: &Tree) -> Result<()> {
    let is_other = |path: &&String| *path != GUEST_DISK && !path.starts_with("/churn");
    for path in now.keys().chain(fresh.keys()).filter(is_other) {
        ensure!(now.get(path) == fresh.get(path), "{path} has changed");
    }
    Ok(())
}
