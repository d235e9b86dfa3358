//! The runner told what cannot be: one sentence that says so and what to do, and no emulator starts.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with emulators that list their CPU models, and otherwise only note that they were started.
struct Emulators(PathBuf);

impl Emulators {
    fn new(name: &str) -> Emulators {
        let folder = std::env::temp_dir().join(format!("swebrun-{}-{name}", std::process::id()));
        let emulators = Emulators(folder);
        fs::create_dir_all(&emulators.0).unwrap();
        emulators.script(
            "bochs-bin",
            "--help",
            "printf 'Supported CPU models:\\n\\ntigerlake\\nryzen\\n\\n'",
        );
        emulators.script(
            "qemu-system-x86_64",
            "-cpu",
            "printf 'Available CPUs:\\nx86 Haswell\\n'",
        );
        emulators
    }

    fn script(&self, name: &str, question: &str, answer: &str) {
        let notes = self.notes();
        let text = format!(
            "#!/bin/sh\nif [ \"$1\" = {question} ]; then {answer}; else : > {}; exit 1; fi\n",
            notes.display()
        );
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn notes(&self) -> PathBuf {
        self.0.join("started")
    }

    /// Runs the runner; whether it was content, and what it said behind what it runs in.
    fn run(&self, arguments: &[&OsStr]) -> (bool, String) {
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new(env!("CARGO_BIN_EXE_swebrun"))
            .args(arguments)
            .env("PATH", format!("{}:{path}", self.0.display()))
            .env("SWEB_BUILD", &self.0)
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let error: Vec<&str> = said
            .lines()
            .skip_while(|line| !line.starts_with("swebrun: "))
            .collect();
        (output.status.success(), error.join("\n"))
    }

    /// That is refused in one line with all of `words`.
    fn refuses(&self, arguments: &[&OsStr], words: &[&str]) {
        let (content, error) = self.run(arguments);
        assert!(!content, "{arguments:?} is accepted");
        assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
        for word in words {
            assert!(error.contains(word), "{arguments:?}: no '{word}' in: {error}");
        }
        assert!(!self.notes().exists(), "{arguments:?}: an emulator was started");
    }

    fn file(&self, name: &str, bytes: usize) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, vec![0; bytes]).unwrap();
        path
    }
}

impl Drop for Emulators {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn values_that_cannot_be() {
    let emulators = Emulators::new("values");
    for (option, value, words) in [
        ("--memory", "2049", &["2048 MiB", "choose less"][..]),
        ("--memory", "3G", &["2048 MiB", "3072"]),
        ("--memory", "99999999999M", &["--memory", "such as 256M"]),
        ("--memory", "3", &["at least 4 MiB"]),
        ("--memory", "0", &["at least 4 MiB"]),
        ("--memory", "-1", &["'-1' is no size", "such as 256M or 1G"]),
        ("--memory", "0x10", &["'0x10' is no size", "such as 256M or 1G"]),
        ("--memory", "", &["'' is no size"]),
        ("--cpu", "foo", &["no CPU model 'foo'", "tigerlake, ryzen"]),
        ("--cpu", "", &["no CPU model ''", "tigerlake, ryzen"]),
        ("--emulator", "foo", &["bochs, qemu or kvm", "'foo'"]),
        ("--boot", "foo", &["fast, grub or kernel", "'foo'"]),
        ("--boot", "kernel", &["only QEMU"]),
        ("--gdb", "--demo", &["only QEMU"]),
        ("--window", "--demo", &["DISPLAY"]),
        ("--foo", "1", &["no option '--foo'", "./x help"]),
        ("-j2", "", &["no option '-j2'", "./x help"]),
        ("--demo", "--memory", &["--memory wants a value"]),
    ] {
        // An emulator that is named first gives way to one that is named later.
        let arguments = ["--emulator", "bochs", option, value].map(OsStr::new);
        emulators.refuses(&arguments, words);
    }
    let qemu = ["--emulator", "qemu", "--cpu", "foo"].map(OsStr::new);
    emulators.refuses(&qemu, &["QEMU", "'foo'", "Haswell"]);
    let no_text = [OsStr::new("--image"), OsStr::from_bytes(b"a\xFF")];
    emulators.refuses(&no_text, &["UTF-8"]);
}

#[test]
fn files_that_cannot_be() {
    let emulators = Emulators::new("files");
    let refuses = |option: &str, path: &Path, words: &[&str]| {
        let arguments = ["--emulator", "bochs", option].map(OsStr::new);
        let arguments = [&arguments[..], &[path.as_os_str()]].concat();
        emulators.refuses(&arguments, words);
    };
    refuses(
        "--image",
        &emulators.file("odd", 1000),
        &["1000 bytes", "truncate -s 1024 "],
    );
    refuses(
        "--image",
        &emulators.file("empty", 0),
        &["is empty", "truncate -s 16M "],
    );
    refuses(
        "--image",
        &emulators.file("other", 4 << 20),
        &["no boot disk of SWEB's", "./x build"],
    );
    refuses("--image", &emulators.0, &["Is a directory"]);
    refuses(
        "--image",
        Path::new("/no/such.img"),
        &["/no/such.img", "No such file"],
    );
    refuses(
        "--guest",
        Path::new("/no/such"),
        &["guest folder /no/such", "No such file"],
    );
    refuses(
        "--guest",
        &emulators.file("file", 1),
        &["guest folder", "Not a directory"],
    );
    refuses("--guest", &emulators.0, &["must hold one NAME.vm, and holds 0"]);
}

/// The same without a mistake does start one, so that its absence above means something.
#[test]
fn what_can_be_starts() {
    let emulators = Emulators::new("starts");
    let image = emulators.file("boot", 4 << 20);
    let mut content = fs::read(&image).unwrap();
    content[2048 * 512..][..4].copy_from_slice(b"\x7FELF");
    fs::write(&image, content).unwrap();
    let arguments = [
        "--emulator",
        "bochs",
        "--memory",
        "1G",
        "--cpu",
        "ryzen",
        "--image",
    ]
    .map(OsStr::new);
    let (content, error) = emulators.run(&[&arguments[..], &[image.as_os_str()]].concat());
    assert!(!content && error.contains("exit status: 1"), "{error}");
    assert!(emulators.notes().exists(), "{error}");
}
