//! Images with fields that lie.

use anyhow::{Result, ensure};

use crate::layout::Layout;
use crate::number;

/// Slots of an inode's zones: the roots of the trees of indirect blocks, of one level, two and three.
pub const TREES: [usize; 3] = [7, 8, 9];

const LINKS: usize = 2;
const SIZE: usize = 8;
const ZONES: usize = 24;

/// A file system of version 3 that was sound, and whose fields can be set one by one. Inodes go by their number: the root
/// is 1, and what was made after it follows in that order.
#[derive(Clone, Debug)]
pub struct Tampered {
    image: Vec<u8>,
    layout: Layout,
}

impl Tampered {
    /// Takes a sound image.
    pub fn new(image: Vec<u8>) -> Result<Self> {
        let layout = Layout::read(&image)?;
        ensure!(
            layout.entry_size == 64,
            "only version 3 has the fields where they are looked for"
        );
        Ok(Self { image, layout })
    }

    /// What has become of it.
    #[must_use]
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    /// Bytes of a block.
    #[must_use]
    pub fn block_size(&self) -> usize {
        self.layout.block_size
    }

    /// Sets bytes anywhere.
    pub fn write(&mut self, at: usize, value: &[u8]) {
        self.image[at..at + value.len()].copy_from_slice(value);
    }

    /// Sets how many names an inode says it has.
    pub fn set_links(&mut self, inode: u32, links: u16) {
        self.write(self.record(inode) + LINKS, &links.to_le_bytes());
    }

    /// The size of a file or a folder.
    #[must_use]
    pub fn size(&self, inode: u32) -> u32 {
        number(&self.image, self.record(inode) + SIZE, 4)
    }

    /// Sets the size.
    pub fn set_size(&mut self, inode: u32, size: u32) {
        self.write(self.record(inode) + SIZE, &size.to_le_bytes());
    }

    /// The zone in a slot of an inode.
    #[must_use]
    pub fn zone(&self, inode: u32, slot: usize) -> u32 {
        number(&self.image, self.record(inode) + ZONES + 4 * slot, 4)
    }

    /// Sets the zone in a slot of an inode.
    pub fn set_zone(&mut self, inode: u32, slot: usize, zone: u32) {
        self.write(self.record(inode) + ZONES + 4 * slot, &zone.to_le_bytes());
    }

    /// Makes all of an indirect block refer to one zone.
    pub fn fill_block(&mut self, block: u32, zone: u32) {
        let size = self.block_size();
        for slot in 0..size / 4 {
            self.write(block as usize * size + 4 * slot, &zone.to_le_bytes());
        }
    }

    /// Gives any inode one more name, in a folder that has room in its first block.
    pub fn add_name(&mut self, folder: u32, name: &str, inode: u32) {
        let size = self.size(folder);
        let at = self.zone(folder, 0) as usize * self.block_size() + size as usize;
        self.write(at, &inode.to_le_bytes());
        self.write(at + 4, name.as_bytes());
        self.set_size(folder, size + self.layout.entry_size as u32);
    }

    /// Sets where `..` of a folder leads, which is its second entry.
    pub fn set_parent(&mut self, folder: u32, parent: u32) {
        let at = self.zone(folder, 0) as usize * self.block_size() + self.layout.entry_size;
        self.write(at, &parent.to_le_bytes());
    }

    /// Sets what stands behind the name `..` of a folder, where our kernel notes the second parent of one that is being
    /// moved, and others leave what they like.
    pub fn set_second_parent(&mut self, folder: u32, parent: u32) {
        let upwards = self.zone(folder, 0) as usize * self.block_size() + self.layout.entry_size;
        let behind = upwards + self.layout.number_size + b"..\0".len();
        self.write(behind, &parent.to_le_bytes());
    }

    fn record(&self, inode: u32) -> usize {
        self.layout.inode_table + (inode as usize - 1) * self.layout.inode_size
    }
}
