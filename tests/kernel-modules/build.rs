//! Compiles the kernel's C++ sources for this machine, together with the bridge to Rust.

use std::path::{Path, PathBuf};

/// Directories of the repository whose headers are included by bare name. With -iquote, so that the kernel's `errno.h`
/// does not hide the machine's `<errno.h>`; the stand-ins come first.
const INCLUDE: &[&str] = &[
    "tools/hostkernel",
    "sweb/ustl",
    "sweb/util",
    "sweb/console",
    "sweb/fs",
    "sweb/fs/block",
    "sweb/fs/ramfs",
    "sweb/fs/devicefs",
    "sweb/fs/minixfs",
    "tests/kernel-modules/cxx",
];

/// Where the sources are: every .cpp file below.
const SOURCES: &[&str] = &[
    "sweb/fs",
    "sweb/ustl",
    "tools/hostkernel",
    "tests/kernel-modules/cxx",
];

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", dir.display());
    let entries = std::fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    for entry in entries {
        let path = entry.expect("directory entry").path();
        if path.is_dir() {
            collect(&path, files);
            continue;
        }
        println!("cargo::rerun-if-changed={}", path.display());
        if path.extension().is_some_and(|extension| extension == "cpp") {
            files.push(path);
        }
    }
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = vec![root.join("sweb/util/Bitmap.cpp")];
    for dir in SOURCES {
        collect(&root.join(dir), &mut files);
    }
    println!("cargo::rerun-if-changed={}", root.join("sweb/util").display());
    let mut build = cxx_build::bridge("src/lib.rs");
    for dir in INCLUDE {
        build.flag(format!("-iquote{}", root.join(dir).display()));
    }
    build
        .files(files)
        .std("gnu++20")
        .opt_level(1)
        .debug(true)
        .warnings(true)
        .extra_warnings(true)
        .compile("kernel-modules");
}
