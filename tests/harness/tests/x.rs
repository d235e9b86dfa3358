//! `./x`, with a `cmake` that only notes what it is asked for.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A source folder that has nothing but `x`.
struct Sources(PathBuf);

impl Sources {
    fn new(name: &str) -> Sources {
        let top = std::env::temp_dir().join(format!("sweb-x-{}-{name}", std::process::id()));
        let sources = Sources(top);
        for folder in ["tools", "bin"] {
            fs::create_dir_all(sources.path(folder)).unwrap();
        }
        let x = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../x");
        fs::copy(x, sources.path("x")).unwrap();
        sources.script("tools/setup.sh", "exit 0");
        sources.script("bin/cmake", "echo \"$@\" >> \"$NOTES\"");
        sources
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn script(&self, name: &str, text: &str) {
        fs::write(self.path(name), format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Builds; what it says, and what cmake was asked for.
    fn build(&self, build: &Path, options: &[&str]) -> (Output, String) {
        self.x(build, &[&["build"], options].concat())
    }

    fn x(&self, build: &Path, arguments: &[&str]) -> (Output, String) {
        let notes = self.path("notes");
        let _ = fs::remove_file(&notes);
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new(self.path("x"))
            .args(arguments)
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("CARGO_HOME", self.path("none"))
            .env("SWEB_BUILD", build)
            .env("NOTES", &notes)
            .output()
            .unwrap();
        (output, fs::read_to_string(&notes).unwrap_or_default())
    }
}

impl Drop for Sources {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Makes a build folder as if for sources somewhere.
fn built_for(build: &Path, sources: &Path) {
    fs::create_dir_all(build).unwrap();
    let cache = format!("CMAKE_HOME_DIRECTORY:INTERNAL={}\n", sources.display());
    fs::write(build.join("CMakeCache.txt"), cache).unwrap();
    fs::write(build.join("build.ninja"), "").unwrap();
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn options_go_to_the_build() {
    let sources = Sources::new("options");
    let build = sources.path("build");
    let (output, notes) = sources.build(&build, &["-j2", "--verbose"]);
    assert!(output.status.success(), "{}", said(&output));
    let place = build.display();
    assert!(notes.contains(&format!("-B {place} -G Ninja")), "{notes}");
    assert!(
        notes.contains(&format!("--build {place} -j2 --verbose")),
        "{notes}"
    );
}

/// A word that nobody would read is an error: nothing is built, formatted or removed.
#[test]
fn arguments_that_nobody_would_read_are_refused() {
    let sources = Sources::new("arguments");
    let build = sources.path("build");
    for (arguments, word) in [
        (&["test", "-j2"][..], "'-j2'"),
        (&["test", "a", "b"], "'b'"),
        (&["hostile", "many"], "'many'"),
        (&["hostile", "0"], "'0'"),
        (&["hostile", "-1"], "'-1'"),
        (&["hostile", "2", "3"], "'3'"),
        (&["fuzz", "bus", "10", "11", "12"], "'12'"),
        (&["bench", "--trace", "CPUID", "RDMSR"], "'RDMSR'"),
        (&["grade", "-j2"], "'-j2'"),
        (&["lint", "sweb"], "'sweb'"),
        (&["fmt", "--check", "sweb"], "'sweb'"),
        (&["clean", "runs"], "'runs'"),
        (&["--build"], "'--build'"),
    ] {
        fs::create_dir_all(&build).unwrap();
        let (output, notes) = sources.x(&build, arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let said = said(&output);
        assert!(
            said.contains(word) && said.lines().count() == 1,
            "{arguments:?}: {said}"
        );
        assert_eq!(notes, "", "{arguments:?}");
        assert!(build.is_dir(), "{arguments:?}");
    }
}

#[test]
fn a_build_folder_for_make_is_used_as_it_is() {
    let sources = Sources::new("make");
    let build = sources.path("build");
    built_for(&build, &sources.0);
    fs::rename(build.join("build.ninja"), build.join("Makefile")).unwrap();
    let (_, notes) = sources.build(&build, &[]);
    assert_eq!(notes, format!("--build {}\n", build.display()));
}

#[test]
fn a_build_folder_that_came_along_is_set_up_anew() {
    let sources = Sources::new("moved");
    let build = sources.path("build");
    built_for(&build, Path::new("/the/old/place"));
    let (output, notes) = sources.build(&build, &[]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("/the/old/place"), "{}", said(&output));
    assert!(notes.starts_with("--fresh -S"), "{notes}");

    built_for(&build, &sources.0);
    let (output, notes) = sources.build(&build, &[]);
    assert_eq!(said(&output), "");
    assert_eq!(notes, format!("--build {}\n", build.display()));
}

#[test]
fn a_build_folder_of_other_sources_is_left_alone() {
    let sources = Sources::new("ours");
    let others = Sources::new("theirs");
    let build = others.path("build");
    built_for(&build, &others.0);
    let (output, notes) = sources.build(&build, &[]);
    assert!(!output.status.success());
    assert!(said(&output).contains("SWEB_BUILD"), "{}", said(&output));
    assert_eq!(notes, "");
}
