//! Compiles the kernel's sources and the benches around them with the host's C++ compiler.

use std::path::PathBuf;

/// What of the kernel is tested here; paths from the repository's root.
const KERNEL_SOURCES: [&str; 7] = [
    "sweb/mm/Heap.cpp",
    "sweb/mm/LargeAllocations.cpp",
    "sweb/mm/FreeBlockIndex.cpp",
    "sweb/mm/FrameBitmap.cpp",
    "sweb/mm/ZeroedFrames.cpp",
    "sweb/kernel/ElfImage.cpp",
    "sweb/kernel/ThreadQueue.cpp",
];

const KERNEL_INCLUDES: [&str; 5] = [
    "sweb/mm",
    "sweb/kernel",
    "sweb/util",
    "sweb/console",
    "arch/x86/64/memory",
];

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
    build.compile("kernel-core");
}
