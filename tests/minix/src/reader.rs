//! Reads files and folders.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

use crate::layout::Layout;
use crate::number;

const ROOT: u32 = 1;
const DIRECT_ZONES: usize = 7;
const TYPE_MASK: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
/// More than any sound file system of the tests has.
const LONGEST_PATH: usize = 4096;

/// Files with their content and folders with nothing, by path.
pub type Tree = BTreeMap<String, Option<Vec<u8>>>;

/// A file system in memory. Whatever looks wrong is an error: nothing is guessed.
#[derive(Clone, Copy, Debug)]
pub struct FileSystem<'a> {
    bytes: &'a [u8],
    layout: Layout,
}

/// How often an inode says that it is named, and how often it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// What the inode says.
    pub counted: u32,
    /// How many entries of folders there are for it, each folder read once.
    pub names: u32,
}

struct Inode {
    mode: u32,
    links: u32,
    size: usize,
    zones: Vec<u32>,
}

impl Inode {
    fn is(&self, kind: u32) -> bool {
        self.mode & TYPE_MASK == kind
    }
}

struct Entry {
    inode: u32,
    name: String,
}

/// What has been seen on the way through all folders.
#[derive(Default)]
struct Walk {
    tree: Tree,
    /// The folders in which a folder has a name.
    parents: BTreeMap<u32, Vec<u32>>,
    /// What its `..` says.
    upwards: BTreeMap<u32, u32>,
}

impl<'a> FileSystem<'a> {
    /// Reads the superblock.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        let layout = Layout::read(bytes)?;
        Ok(Self { bytes, layout })
    }

    /// Every file with its content, every folder with nothing, by path: `/`, `/README.txt`, ...
    ///
    /// A folder may have two names, as it has when the power was cut while it was moved; `..` is one of the two then.
    pub fn tree(&self) -> Result<Tree> {
        let mut walk = Walk::default();
        self.visit(ROOT, "", ROOT, &mut walk)?;
        for (folder, parents) in &walk.parents {
            let upwards = walk.upwards.get(folder);
            ensure!(
                upwards.is_some_and(|parent| parents.contains(parent)),
                "folder {folder} is in the folders {parents:?}, and its '..' is {upwards:?}"
            );
        }
        Ok(walk.tree)
    }

    /// Where byte `offset` of a file is in the file system.
    pub fn place_of(&self, path: &str, offset: usize) -> Result<usize> {
        let mut inode = self.inode(ROOT)?;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let entries = self.entries(&inode)?;
            let entry = entries.iter().find(|entry| entry.name == name);
            inode = self.inode(entry.with_context(|| format!("there is no {path}"))?.inode)?;
        }
        let block = offset / self.layout.block_size;
        let zones = self.zones_of(&inode, block + 1)?;
        let zone = zones.get(block).filter(|&&zone| zone != 0);
        let zone = zone.with_context(|| format!("{path} has nothing at {offset}"))?;
        Ok(*zone as usize * self.layout.block_size + offset % self.layout.block_size)
    }

    /// Counts the names of everything that can be reached.
    pub fn links(&self) -> Result<BTreeMap<u32, Links>> {
        let mut links: BTreeMap<u32, Links> = BTreeMap::new();
        let mut folders = vec![ROOT];
        while let Some(folder) = folders.pop() {
            for entry in self.entries(&self.inode(folder)?)? {
                let inode = self.inode(entry.inode)?;
                let seen = links.entry(entry.inode).or_default();
                let first = seen.names == 0;
                seen.counted = inode.links;
                seen.names += 1;
                if first && inode.is(DIRECTORY) && entry.inode != ROOT {
                    folders.push(entry.inode);
                }
            }
        }
        Ok(links)
    }

    fn visit(&self, number: u32, path: &str, parent: u32, walk: &mut Walk) -> Result<()> {
        let name = if path.is_empty() { "/" } else { path };
        let inode = self.inode(number).with_context(|| name.to_owned())?;
        if inode.is(FILE) {
            let content = self.content(&inode).with_context(|| name.to_owned())?;
            walk.tree.insert(name.to_owned(), Some(content));
            return Ok(());
        }
        ensure!(path.len() < LONGEST_PATH, "{name}: folders in a circle");
        walk.tree.insert(name.to_owned(), None);
        walk.parents.entry(number).or_default().push(parent);
        for entry in self.entries(&inode).with_context(|| name.to_owned())? {
            match entry.name.as_str() {
                "." => ensure!(entry.inode == number, "{name}: '.' is inode {}", entry.inode),
                ".." => {
                    walk.upwards.insert(number, entry.inode);
                }
                child => self.visit(entry.inode, &format!("{path}/{child}"), number, walk)?,
            }
        }
        Ok(())
    }

    fn entries(&self, folder: &Inode) -> Result<Vec<Entry>> {
        ensure!(folder.is(DIRECTORY), "a folder with mode {:o}", folder.mode);
        let mut entries = Vec::new();
        for raw in self.content(folder)?.chunks_exact(self.layout.entry_size) {
            let inode = number(raw, 0, self.layout.number_size);
            let name = raw[self.layout.number_size..].split(|&byte| byte == 0).next();
            let name = std::str::from_utf8(name.unwrap_or_default()).context("a name that is no text")?;
            if inode != 0 {
                entries.push(Entry {
                    inode,
                    name: name.to_owned(),
                });
            }
        }
        Ok(entries)
    }

    fn inode(&self, number: u32) -> Result<Inode> {
        let Layout {
            inodes,
            inode_size,
            zone_size,
            levels,
            ..
        } = self.layout;
        ensure!((1..=inodes).contains(&number), "inode {number} of {inodes}");
        let start = self.layout.inode_table + (number as usize - 1) * inode_size;
        let raw = self.bytes.get(start..start + inode_size).context("inode table")?;
        let old = inode_size == 32;
        let field = |at: usize, size: usize| crate::number(raw, at, size);
        let first_zone = if old { 14 } else { 24 };
        let zones = 0..DIRECT_ZONES + levels as usize;
        Ok(Inode {
            mode: field(0, 2),
            links: if old { field(13, 1) } else { field(2, 2) },
            size: if old { field(4, 4) } else { field(8, 4) } as usize,
            zones: zones
                .map(|i| field(first_zone + zone_size * i, zone_size))
                .collect(),
        })
    }

    fn content(&self, inode: &Inode) -> Result<Vec<u8>> {
        let wanted = inode.size.div_ceil(self.layout.block_size);
        let zones = self.zones_of(inode, wanted)?;
        let mut content = Vec::with_capacity(wanted * self.layout.block_size);
        for &zone in zones.iter().take(wanted) {
            content.extend_from_slice(&self.block(zone)?);
        }
        ensure!(
            content.len() >= inode.size,
            "{} bytes are more than a file can have",
            inode.size
        );
        content.truncate(inode.size);
        Ok(content)
    }

    /// The zones of the first `wanted` blocks, or a few more.
    fn zones_of(&self, inode: &Inode, wanted: usize) -> Result<Vec<u32>> {
        let mut zones = inode.zones[..DIRECT_ZONES].to_vec();
        for (level, &zone) in (1..).zip(&inode.zones[DIRECT_ZONES..]) {
            self.add_zones(zone, level, wanted, &mut zones)?;
        }
        Ok(zones)
    }

    /// The zones below an indirect block, holes (0) included, as far as they are `wanted`.
    fn add_zones(&self, zone: u32, level: u32, wanted: usize, zones: &mut Vec<u32>) -> Result<()> {
        if level == 0 {
            zones.push(zone);
            return Ok(());
        }
        for entry in self.block(zone)?.chunks_exact(self.layout.zone_size) {
            if zones.len() >= wanted {
                break;
            }
            self.add_zones(number(entry, 0, self.layout.zone_size), level - 1, wanted, zones)?;
        }
        Ok(())
    }

    /// A zone's content; zone 0 is a hole.
    fn block(&self, zone: u32) -> Result<Vec<u8>> {
        let Layout {
            first_zone,
            zones,
            block_size,
            ..
        } = self.layout;
        if zone == 0 {
            return Ok(vec![0; block_size]);
        }
        if !(first_zone..zones).contains(&zone) {
            bail!("zone {zone} of {first_zone}..{zones}");
        }
        let start = zone as usize * block_size;
        let block = self.bytes.get(start..start + block_size);
        Ok(block.context("a zone outside the disk")?.to_vec())
    }
}
