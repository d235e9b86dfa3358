//! Compiles the kernel's sources and the benches around them with the host's C++ compiler.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What of the kernel is tested here; paths from the repository's root.
const KERNEL_SOURCES: [&str; 16] = [
    "sweb/console/AnsiInputParser.cpp",
    "sweb/console/AnsiKeyEncoder.cpp",
    "sweb/console/AnsiScreenWriter.cpp",
    "sweb/console/CodePage437.cpp",
    "sweb/console/CutMark.cpp",
    "sweb/console/EscapeSequence.cpp",
    "sweb/console/HeldKeys.cpp",
    "sweb/console/ScancodeDecoder.cpp",
    "sweb/console/ScancodeEncoder.cpp",
    "sweb/console/ScancodeTable.cpp",
    "sweb/console/SizeReport.cpp",
    "sweb/console/TerminalGrid.cpp",
    "sweb/console/TerminalGridSequences.cpp",
    "sweb/console/Utf8.cpp",
    "sweb/console/kformat.cpp",
    "sweb/util/DebugInfo.cpp",
];

const KERNEL_INCLUDES: [&str; 2] = ["sweb/console", "sweb/util"];

fn main() {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = here.join("../..");
    let mut build = cxx_build::bridge("src/lib.rs");
    build.std("c++20").flag("-Wall").flag("-Wextra");
    for dir in KERNEL_INCLUDES {
        // For quoted includes only: the kernel's assert.h must not be found instead of the C library's.
        build.flag("-iquote").flag(root.join(dir));
        println!("cargo::rerun-if-changed={}", root.join(dir).display());
    }
    for source in KERNEL_SOURCES {
        build.file(root.join(source));
    }
    for entry in std::fs::read_dir(here.join("cpp")).expect("the benches are there") {
        let path = entry.expect("readable").path();
        if path.extension().is_some_and(|extension| extension == "cpp") {
            build.file(path);
        }
    }
    println!("cargo::rerun-if-changed={}", here.join("cpp").display());
    println!("cargo::rerun-if-changed=src/lib.rs");
    build.compile("kernel-console");
    fixture(&root);
}

/// A small program with debug information, optimised so that functions are inlined: for the symbol table.
fn fixture(root: &Path) {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it")).join("fixture.so");
    let status = Command::new("c++")
        .args(["-std=c++20", "-g", "-O2", "-fPIC", "-shared", "-nostdlib", "-o"])
        .arg(&out)
        .args(
            KERNEL_INCLUDES
                .iter()
                .flat_map(|dir| ["-iquote".into(), root.join(dir)]),
        )
        .args(["sweb/console/TerminalGrid.cpp", "sweb/util/DebugInfo.cpp"].map(|source| root.join(source)))
        .status()
        .expect("a C++ compiler");
    assert!(status.success(), "the fixture does not compile");
    println!("cargo::rustc-env=SYMTAB_FIXTURE={}", out.display());
}
