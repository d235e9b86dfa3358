//! Disk images: copies, locks, and the command line in the boot medium.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, flock};

use crate::machine::build_dir;

/// Sector of the command line, 512 bytes with its NUL; see `arch/x86/64/boot/media/layout.h`.
const COMMAND_LINE_SECTOR: u64 = 15;
/// Sector of the kernel that the fast loader starts; see the same file.
const KERNEL_SECTOR: u64 = 2048;
const SECTOR: usize = 512;

/// A disk image that nobody else uses, as long as this value lives.
#[derive(Debug)]
pub(crate) struct Disk {
    path: PathBuf,
    /// Holds the lock.
    file: File,
}

/// A drive has whole sectors, and at least one.
fn check_drive(path: &Path, file: &File) -> Result<()> {
    let metadata = file.metadata()?;
    let (path, size) = (path.display(), metadata.len());
    if !metadata.is_file() {
        bail!("{path} is no file, and a disk image is one; copy the disk into a file first");
    }
    if size == 0 {
        bail!("the disk image {path} is empty; 'truncate -s 16M {path}' makes a disk of 16 MiB of it");
    }
    if !size.is_multiple_of(SECTOR as u64) {
        let whole = size.next_multiple_of(SECTOR as u64);
        bail!(
            "the disk image {path} has {size} bytes, and a drive has whole sectors of {SECTOR}; \
             'truncate -s {whole} {path}' adds what is missing, as zeroes"
        );
    }
    Ok(())
}

impl Disk {
    /// Copies `original`, holes included, to `copy`.
    pub(crate) fn copy(original: &Path, copy: &Path) -> Result<Disk> {
        if !original.exists() {
            bail!("there is no {}: run './x build' first", original.display());
        }
        let status = Command::new("cp")
            .arg("--sparse=always")
            .arg(original)
            .arg(copy)
            .status()?;
        if !status.success() {
            bail!("cannot copy {} to {}", original.display(), copy.display());
        }
        Disk::claim(copy)
    }

    /// Takes the image for this run. A lock file that Bochs left behind when it was killed is removed: whether somebody
    /// runs on the image is told by the lock on the file itself, which dies with its owner.
    pub(crate) fn claim(path: &Path) -> Result<Disk> {
        let file = OpenOptions::new().read(true).write(true).open(path);
        let file = file.with_context(|| {
            format!(
                "cannot open the disk image {} for reading and writing, and a drive needs both",
                path.display()
            )
        })?;
        check_drive(path, &file)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            bail!(
                "{} is in use: end the run that has it, and name it no second time in this one",
                path.display()
            );
        }
        let stale = PathBuf::from(format!("{}.lock", path.display()));
        if stale.exists() {
            fs::remove_file(&stale).with_context(|| format!("cannot remove {}", stale.display()))?;
        }
        Ok(Disk {
            path: path.to_owned(),
            file,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Everything from `offset` on becomes unreadable. Returns what was there.
    pub(crate) fn cut_off(&self, offset: u64) -> Result<Vec<u8>> {
        let length = self.file.metadata()?.len().saturating_sub(offset);
        let mut tail = vec![0; usize::try_from(length)?];
        self.file.read_exact_at(&mut tail, offset)?;
        self.file.set_len(offset)?;
        Ok(tail)
    }

    /// Undoes [`Disk::cut_off`].
    pub(crate) fn put_back(&self, offset: u64, tail: &[u8]) -> Result<()> {
        Ok(self.file.write_all_at(tail, offset)?)
    }

    /// Adds a file to the partition that SWEB mounts at `/usr`.
    pub(crate) fn add_file(&self, bytes: &[u8], path: &str) -> Result<()> {
        let source = PathBuf::from(format!("{}.new-file", self.path.display()));
        fs::write(&source, bytes)?;
        let mut command = Command::new(build_dir().join("exe2minixfs"));
        command
            .arg(&self.path)
            .arg(self.usr_offset()?.to_string())
            .arg(&source)
            .arg(path);
        let output = command
            .output()
            .context("cannot start exe2minixfs: run './x build' first")?;
        fs::remove_file(&source)?;
        if !output.status.success() {
            bail!(
                "cannot put {path} on the disk: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(())
    }

    /// Byte offset of the second partition.
    fn usr_offset(&self) -> Result<u64> {
        self.partition_offset(1)
    }

    /// Byte offset of a partition, counted from 0, by the partition table.
    fn partition_offset(&self, number: u64) -> Result<u64> {
        let mut start = [0; 4];
        self.file.read_exact_at(&mut start, 446 + 16 * number + 8)?;
        Ok(u64::from(u32::from_le_bytes(start)) * SECTOR as u64)
    }

    /// Puts a Multiboot kernel where the fast loader finds it, in front of the first partition.
    pub(crate) fn set_kernel(&self, elf: &[u8]) -> Result<()> {
        let start = KERNEL_SECTOR * SECTOR as u64;
        if start + elf.len() as u64 > self.partition_offset(0)? {
            bail!("a kernel of {} bytes is too large for the boot medium", elf.len());
        }
        Ok(self.file.write_all_at(elf, start)?)
    }

    /// Nothing is written into an image of somebody else's: ours has a kernel, an ELF file, where the fast loader finds it.
    fn check_boot_disk(&self) -> Result<()> {
        let mut magic = [0; 4];
        let read = self.file.read_exact_at(&mut magic, KERNEL_SECTOR * SECTOR as u64);
        if read.is_err() || magic != *b"\x7FELF" {
            bail!(
                "{} is no boot disk of SWEB's; './x build' makes one, build/SWEB.img",
                self.path.display()
            );
        }
        Ok(())
    }

    /// Tells the fast loader what to hand to the kernel.
    pub(crate) fn set_command_line(&self, text: &str) -> Result<()> {
        if text.len() >= SECTOR {
            bail!(
                "the kernel's command line is too long ({} bytes of {})",
                text.len(),
                SECTOR - 1
            );
        }
        self.check_boot_disk()?;
        let mut sector = [0; SECTOR];
        sector[..text.len()].copy_from_slice(text.as_bytes());
        self.file
            .write_all_at(&sector, COMMAND_LINE_SECTOR * SECTOR as u64)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rundir::RunDir;

    fn claim(bytes: usize) -> Result<Disk> {
        let dir = RunDir::create("image sizes")?;
        let path = dir.file("disk.img");
        fs::write(&path, vec![0; bytes])?;
        Disk::claim(&path)
    }

    #[test]
    fn an_image_has_whole_sectors() {
        for size in [512, 1024, 1_474_560] {
            assert!(claim(size).is_ok(), "{size}");
        }
        for (size, command) in [
            (0, "truncate -s 16M "),
            (1, "truncate -s 512 "),
            (513, "-s 1024 "),
            (1000, "-s 1024 "),
        ] {
            let error = claim(size).unwrap_err().to_string();
            assert!(error.contains(command), "{size}: {error}");
        }
    }

    #[test]
    fn what_is_no_image_is_said() {
        for (path, why) in [
            ("/no/such.img", "No such file"),
            ("/tmp", "Is a directory"),
            ("/dev/null", "is no file"),
        ] {
            let error = format!("{:#}", Disk::claim(Path::new(path)).unwrap_err());
            assert!(error.contains(path) && error.contains(why), "{error}");
        }
    }

    #[test]
    fn somebody_elses_disk_is_left_alone() {
        for bytes in [512, 4 << 20] {
            let disk = claim(bytes).unwrap();
            let error = disk.set_command_line("debug").unwrap_err().to_string();
            assert!(error.contains("no boot disk of SWEB's"), "{error}");
            let mut content = vec![1; bytes];
            disk.file.read_exact_at(&mut content, 0).unwrap();
            assert!(content.iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn an_image_has_one_user() {
        let dir = RunDir::create("image users").unwrap();
        let path = dir.file("disk.img");
        fs::write(&path, [0; 512]).unwrap();
        let first = Disk::claim(&path).unwrap();
        let error = Disk::claim(&path).unwrap_err().to_string();
        assert!(error.contains("in use"), "{error}");
        drop(first);
        assert!(Disk::claim(&path).is_ok());
    }
}
