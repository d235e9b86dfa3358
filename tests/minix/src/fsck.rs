//! What `fsck.minix` says.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{FileSystem, Links};

/// fsck's complaints, in two classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Space marked as used that nobody uses, and links counted that do not exist: lost until a repair gives it back,
    /// and harmless for everything else.
    pub leaks: Vec<String>,
    /// Everything else: something on the disk refers to what is not there, or is not what it should be.
    pub damage: Vec<String>,
}

impl Report {
    /// Nothing to complain about.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.leaks.is_empty() && self.damage.is_empty()
    }
}

/// Has `fsck.minix -f` look at a file system, without repairing anything. (`fsck.minix -a` would be no help: that of
/// util-linux 2.38 damages version 3 file systems.)
pub fn check(image: &[u8]) -> Result<Report> {
    let file = tempfile::NamedTempFile::new()?;
    write_sparse(file.as_file(), image)?;
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    let output = Command::new("/usr/bin/env")
        .env("PATH", path)
        .args(["fsck.minix", "-f"])
        .arg(file.path())
        .output()
        .context("fsck.minix")?;
    let mut report = Report::default();
    // A file system that cannot be read has damage enough; fsck says where.
    let links = FileSystem::open(image)
        .and_then(|files| files.links())
        .unwrap_or_default();
    let text = [output.stdout, output.stderr].concat();
    for line in String::from_utf8_lossy(&text)
        .lines()
        .filter(|line| !is_routine(line))
    {
        let class = if is_leak(line, &links) {
            &mut report.leaks
        } else {
            &mut report.damage
        };
        class.push(line.to_owned());
    }
    // With unpaired bitmaps or counts the exit code says "errors left": no news. Without a line it would be.
    if report.is_clean() && !output.status.success() {
        report
            .damage
            .push(format!("fsck.minix ends with {}", output.status));
    }
    Ok(report)
}

fn is_routine(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with("Forcing filesystem check")
}

fn is_leak(line: &str, links: &BTreeMap<u32, Links>) -> bool {
    line.contains("marked used in the bitmap")
        || line.contains("marked in use, no file uses it")
        || has_spare_links(line, links)
}

/// A count that is higher than the number of names keeps a file alive that nobody can reach; a lower one would take a
/// file away that still has a name. fsck counts the names in a folder twice when that has two names itself, as after a
/// power cut while it was moved: which of the two it is we count ourselves.
fn has_spare_links(line: &str, links: &BTreeMap<u32, Links>) -> bool {
    if !line.contains("i_nlinks=") {
        return false;
    }
    let inode = line
        .split_whitespace()
        .nth(1)
        .and_then(|number| number.parse().ok());
    let links = inode.and_then(|inode: u32| links.get(&inode));
    links.is_some_and(|links| links.counted >= links.names)
}

/// Most of an image is zeros: they stay holes.
fn write_sparse(mut file: &File, image: &[u8]) -> Result<()> {
    const PIECE: usize = 64 * 1024;
    for piece in image.chunks(PIECE) {
        if piece.iter().any(|&byte| byte != 0) {
            file.write_all(piece)?;
        } else {
            file.seek(SeekFrom::Current(piece.len() as i64))?;
        }
    }
    file.set_len(image.len() as u64)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_told_apart() {
        let links = |counted, names| Links { counted, names };
        let links = BTreeMap::from([(2, links(4, 3)), (3, links(2, 3)), (4, links(3, 3))]);
        for leak in [
            "Inode 5 not used, marked used in the bitmap.",
            "Zone 17: marked in use, no file uses it.",
            "Inode 2 (mode = 0040755), i_nlinks=4, counted=3.",
            "Inode 4 (mode = 0040755), i_nlinks=3, counted=4.",
        ] {
            assert!(is_leak(leak, &links), "{leak}");
        }
        for damage in [
            "Inode 5 used, marked unused in the bitmap.",
            "Inode 3 (mode = 0040755), i_nlinks=2, counted=3.",
            "Inode 9 (mode = 0100644), i_nlinks=2, counted=1.",
            "Zone 17: in use, counted=2",
            "Block has been used before. Now in file `/usr'.",
            "root inode isn't a directory",
        ] {
            assert!(!is_leak(damage, &links), "{damage}");
        }
    }
}
