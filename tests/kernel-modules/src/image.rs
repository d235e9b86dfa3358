//! Images made and checked by the machine's own tools, so that minixfs is measured against somebody else's idea of it.

use std::path::Path;
use std::process::{Command, Output};

fn tool(name: &str, arguments: &[&str], file: &Path) -> Output {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    Command::new("/usr/bin/env")
        .env("PATH", path)
        .arg(name)
        .args(arguments)
        .arg(file)
        .output()
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// An empty Minix file system of that version, as mkfs.minix makes it.
#[must_use]
pub fn make(version: u32, kib: usize, inodes: u32) -> Vec<u8> {
    let dir = tempfile::tempdir().expect("temporary directory");
    let file = dir.path().join("image");
    std::fs::write(&file, vec![0; kib * 1024]).expect("image file");
    let output = tool(
        "mkfs.minix",
        &[&format!("-{version}"), "-i", &inodes.to_string()],
        &file,
    );
    assert!(output.status.success(), "mkfs.minix: {}", text(&output));
    std::fs::read(&file).expect("image file")
}

/// Panics with fsck's report unless it finds nothing to complain about.
pub fn assert_clean(image: &[u8]) {
    let report = minix::check(image).expect("fsck.minix");
    assert!(report.is_clean(), "fsck.minix: {report:#?}");
}

/// Panics unless fsck finds nothing worse than what a power cut may leave: space that nobody uses, and links counted too
/// many.
pub fn assert_only_leaks(image: &[u8]) {
    let report = minix::check(image).expect("fsck.minix");
    assert!(
        report.damage.is_empty(),
        "fsck.minix after a power cut: {:#?}",
        report.damage
    );
}
