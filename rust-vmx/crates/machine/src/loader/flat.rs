//! 16-bit images: a file loaded at 0x7C00, or the first sector of a disk, entered in real mode as a BIOS does.

use super::{Image, LoadError};
use crate::memory::layout::LOW_MEMORY_END;
use crate::memory::{PhysicalMemory, zeroed};
use vmx::addr::Gpa;

/// Where a boot sector is loaded.
pub const ADDRESS: u64 = 0x7C00;
/// Bytes of a sector.
const SECTOR: u64 = 512;
/// The largest image: up to the end of conventional memory, less 64 KiB for a stack and the firmware's needs.
const LIMIT: u64 = LOW_MEMORY_END - ADDRESS - (64 << 10);

/// Loads a whole image file.
pub fn load(image: &impl Image, memory: &mut impl PhysicalMemory) -> Result<(), LoadError> {
    if image.size() == 0 {
        return Err(LoadError::Empty);
    }
    if image.size() > LIMIT {
        return Err(LoadError::TooLarge(LIMIT));
    }
    let mut bytes = zeroed(image.size() as usize)?;
    image.read(0, &mut bytes)?;
    memory.write(Gpa(ADDRESS), &bytes)?;
    Ok(())
}

/// Whether an image is one sector that ends as boot sectors do, or begins with such a one.
pub fn is_boot_sector(image: &impl Image) -> bool {
    let mut mark = [0; 2];
    image.size() >= SECTOR && image.read(SECTOR - 2, &mut mark).is_ok() && mark == [0x55, 0xAA]
}

/// Loads a disk's first sector, if it is a boot sector.
pub fn load_boot_sector(disk: &impl Image, memory: &mut impl PhysicalMemory) -> Result<(), LoadError> {
    if disk.size() < SECTOR {
        return Err(LoadError::NotBootable);
    }
    let mut sector = [0; SECTOR as usize];
    disk.read(0, &mut sector)?;
    if sector[510..] != [0x55, 0xAA] {
        return Err(LoadError::NotBootable);
    }
    memory.write(Gpa(ADDRESS), &sector)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Ram;
    use alloc::vec;

    #[test]
    fn images_and_boot_sectors() {
        let mut ram = Ram::new(1 << 20);
        load(&vec![7u8; 600], &mut ram).unwrap();
        assert_eq!(ram.bytes(0x7C00 + 599, 2), [7, 0]);
        assert_eq!(load(&vec![], &mut ram), Err(LoadError::Empty));
        assert_eq!(load(&vec![0; 1 << 20], &mut ram), Err(LoadError::TooLarge(LIMIT)));
        let mut disk = vec![0x90; 1024];
        assert_eq!(load_boot_sector(&disk, &mut ram), Err(LoadError::NotBootable));
        disk[510..512].copy_from_slice(&[0x55, 0xAA]);
        load_boot_sector(&disk, &mut ram).unwrap();
        assert_eq!(ram.bytes(0x7C00, 512), disk[..512]);
        assert_eq!(
            load_boot_sector(&vec![0; 511], &mut ram),
            Err(LoadError::NotBootable)
        );
    }
}
