//! What is behind the guest's drives: files and block devices of the host.

use crate::definition;
use crate::loader::LoadError;
use crate::memory::PhysicalMemory;
use crate::statistics::Statistics;
use crate::storage::{File, FileError, Storage, StorageError};
use alloc::format;
use alloc::vec::Vec;
use devices::ide::SECTOR_SIZE;
use devices::{DiskError, DiskOperation, DiskRequest, DriveConfig};

/// Read only, for a guest that writes a disk it was given so.
pub const READ_ONLY: StorageError = StorageError(30);
/// There is nothing of that name.
const NOT_FOUND: StorageError = StorageError(2);
/// There is neither a device nor a file of that name.
const NO_DEVICE: StorageError = StorageError(19);
/// Beyond the end of the disk, or no such disk.
const OUT_OF_RANGE: StorageError = StorageError(5);

/// A drive's medium.
struct Disk<S: Storage> {
    file: File<S>,
    sectors: u64,
    read_only: bool,
}

/// Where the host has its block devices.
const DEVICES: &str = "/dev/";

/// Opens a device by its plain name, such as `idea2`, or else a file by its path. So a file that is called like a device
/// needs its path, as in `./idea2`.
fn open_medium<S: Storage + Clone>(storage: &S, path: &str, write: bool) -> Result<File<S>, FileError> {
    let open = |path: &str| File::open(storage.clone(), path, write);
    if path.contains('/') {
        return open(path);
    }
    match open(&format!("{DEVICES}{path}")) {
        Err(FileError { error: NOT_FOUND, .. }) => open(path).map_err(|failed| FileError {
            error: if failed.error == NOT_FOUND {
                NO_DEVICE
            } else {
                failed.error
            },
            ..failed
        }),
        opened => opened,
    }
}

/// The drives, in the order of the definition. Dropping them closes the files.
pub struct Disks<S: Storage>(Vec<Disk<S>>);

impl<S: Storage + Clone> Disks<S> {
    /// Opens what the definition names.
    pub fn open(storage: &S, disks: &[definition::Disk]) -> Result<Self, FileError> {
        let mut opened = Vec::with_capacity(disks.len());
        for disk in disks {
            let file = open_medium(storage, &disk.path, !disk.read_only)?;
            let sectors = file.size() / SECTOR_SIZE as u64;
            opened.push(Disk {
                file,
                sectors,
                read_only: disk.read_only,
            });
        }
        Ok(Self(opened))
    }
}

impl<S: Storage> Disks<S> {
    /// How the drives look to the controller.
    #[must_use]
    pub fn configuration(&self) -> [Option<DriveConfig>; 4] {
        core::array::from_fn(|index| {
            self.0.get(index).map(|disk| DriveConfig {
                sectors: disk.sectors,
                read_only: disk.read_only,
                serial: format!("SWEB-VMX-{index}"),
            })
        })
    }

    /// How many drives there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The sectors of a drive; 0 without one.
    #[must_use]
    pub fn sectors(&self, drive: usize) -> u64 {
        self.0.get(drive).map_or(0, |disk| disk.sectors)
    }

    /// Carries out a request of the controller. Blocks.
    pub fn serve(
        &self,
        request: &DiskRequest,
        buffer: &mut [u8],
        statistics: &Statistics,
    ) -> Result<(), DiskError> {
        let drive = usize::from(request.drive);
        let sectors = (buffer.len() / SECTOR_SIZE) as u64;
        let done = match request.operation {
            DiskOperation::Read => {
                statistics.sectors_read.add(sectors);
                self.read(drive, request.lba, buffer)
            }
            DiskOperation::Write => {
                statistics.sectors_written.add(sectors);
                self.write(drive, request.lba, buffer)
            }
            DiskOperation::Flush => self.flush(drive),
        };
        done.map_err(|error| {
            log::warn!("guest disk {drive}, sector {}: {error}", request.lba);
            if error == READ_ONLY {
                DiskError::WriteProtected
            } else {
                DiskError::Unrecoverable
            }
        })
    }

    /// Reads whole sectors. Blocks.
    pub fn read(&self, drive: usize, lba: u64, bytes: &mut [u8]) -> Result<(), StorageError> {
        let (disk, offset) = self.place(drive, lba, bytes.len())?;
        disk.file.read_exact(offset, bytes)
    }

    /// Writes whole sectors. Blocks.
    pub fn write(&self, drive: usize, lba: u64, bytes: &[u8]) -> Result<(), StorageError> {
        let (disk, offset) = self.place(drive, lba, bytes.len())?;
        if disk.read_only {
            Err(READ_ONLY)
        } else {
            disk.file.write(offset, bytes)
        }
    }

    /// Makes a drive's writes durable. Blocks.
    pub fn flush(&self, drive: usize) -> Result<(), StorageError> {
        let disk = self.0.get(drive).ok_or(OUT_OF_RANGE)?;
        if disk.read_only { Ok(()) } else { disk.file.flush() }
    }

    /// Makes all drives' writes durable, as well as it can. Blocks.
    pub fn flush_all(&self) {
        for drive in 0..self.0.len() {
            if let Err(error) = self.flush(drive) {
                log::warn!("guest disk {drive}: flush: {error}");
            }
        }
    }

    /// Loads the first drive's boot sector. Blocks.
    pub fn load_boot_sector(&self, memory: &mut impl PhysicalMemory) -> Result<(), LoadError> {
        let disk = self.0.first().ok_or(LoadError::NotBootable)?;
        crate::loader::flat::load_boot_sector(&disk.file, memory)
    }

    /// The disk with the byte offset of a sector, if all of `bytes` lies on it.
    fn place(&self, drive: usize, lba: u64, bytes: usize) -> Result<(&Disk<S>, u64), StorageError> {
        let disk = self.0.get(drive).ok_or(OUT_OF_RANGE)?;
        let end = lba
            .checked_add((bytes / SECTOR_SIZE) as u64)
            .ok_or(OUT_OF_RANGE)?;
        if end > disk.sectors || !bytes.is_multiple_of(SECTOR_SIZE) {
            return Err(OUT_OF_RANGE);
        }
        Ok((disk, lba * SECTOR_SIZE as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FakeHost;

    /// The size of the disk that a name opens, on a host with the device `ideb` and with files, one of them called like it.
    fn size(path: &str) -> Result<u64, StorageError> {
        let host = FakeHost::default();
        for (path, sectors) in [("/dev/ideb", 1), ("ideb", 2), ("./ideb", 2), ("disk.img", 3)] {
            host.put(path, &[0; SECTOR_SIZE].repeat(sectors));
        }
        let disk = definition::Disk {
            path: path.into(),
            read_only: false,
        };
        let disks = Disks::open(&host, &[disk]).map_err(|failed| failed.error)?;
        Ok(disks.sectors(0))
    }

    #[test]
    fn a_plain_name_is_a_device_before_it_is_a_file() {
        assert_eq!(size("ideb"), Ok(1));
        assert_eq!(size("/dev/ideb"), Ok(1));
        assert_eq!(size("./ideb"), Ok(2));
        assert_eq!(size("disk.img"), Ok(3));
        assert_eq!(size("idez"), Err(NO_DEVICE));
        assert_eq!(size("./idez"), Err(NOT_FOUND));
    }
}
