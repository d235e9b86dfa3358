//! What differs between the versions of the format.

use anyhow::{Context, Result, bail};

use crate::number;

const SUPERBLOCK: usize = 1024;

/// Where things are, and how large.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) inodes: u32,
    pub(crate) inode_table: usize,
    pub(crate) inode_size: usize,
    pub(crate) first_zone: u32,
    pub(crate) zones: u32,
    pub(crate) block_size: usize,
    /// Bytes of a zone's number.
    pub(crate) zone_size: usize,
    /// Levels of indirect blocks.
    pub(crate) levels: u32,
    /// Bytes of a folder's entry, and of the inode's number in it.
    pub(crate) entry_size: usize,
    pub(crate) number_size: usize,
}

impl Layout {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        let superblock = bytes
            .get(SUPERBLOCK..SUPERBLOCK + 64)
            .context("too small for a superblock")?;
        match (number(superblock, 16, 2), number(superblock, 24, 2)) {
            (_, 0x4D5A) => Ok(Self::version_3(superblock)),
            (0x137F, _) => Ok(Self::version_1_or_2(superblock, 1, 14)),
            (0x138F, _) => Ok(Self::version_1_or_2(superblock, 1, 30)),
            (0x2468, _) => Ok(Self::version_1_or_2(superblock, 2, 14)),
            (0x2478, _) => Ok(Self::version_1_or_2(superblock, 2, 30)),
            _ => bail!("no Minix file system"),
        }
    }

    fn version_3(superblock: &[u8]) -> Self {
        let block_size = number(superblock, 28, 2) as usize;
        let maps = (number(superblock, 6, 2) + number(superblock, 8, 2)) as usize;
        Self {
            inodes: number(superblock, 0, 4),
            inode_table: (2 + maps) * block_size,
            inode_size: 64,
            first_zone: number(superblock, 10, 2),
            zones: number(superblock, 20, 4),
            block_size,
            zone_size: 4,
            levels: 3,
            entry_size: 64,
            number_size: 4,
        }
    }

    fn version_1_or_2(superblock: &[u8], version: u32, name_size: usize) -> Self {
        let block_size = 1024;
        let maps = (number(superblock, 4, 2) + number(superblock, 6, 2)) as usize;
        Self {
            inodes: number(superblock, 0, 2),
            inode_table: (2 + maps) * block_size,
            inode_size: if version == 1 { 32 } else { 64 },
            first_zone: number(superblock, 8, 2),
            zones: if version == 1 {
                number(superblock, 2, 2)
            } else {
                number(superblock, 20, 4)
            },
            block_size,
            zone_size: if version == 1 { 2 } else { 4 },
            levels: version + 1,
            entry_size: 2 + name_size,
            number_size: 2,
        }
    }
}
