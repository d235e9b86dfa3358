//! What a VM is called, and how a definition and the options of `vmrun` are read.

use std::fs;

use anyhow::Result;
use harness::{GuestFolder, Machine, RunDir, Session, build_dir};
use system::steps::{MEMORY_FOR_GUESTS, boot_for_guests};

/// Types a line; its answer has these words.
fn says(sweb: &mut Session, line: &str, words: &str) -> Result<()> {
    let answer = sweb.command(&format!("cls; {line}"))?;
    // The console breaks lines that are longer than it is wide.
    let joined = answer.replace(['\r', '\n'], "");
    sweb.check(joined.contains(words), &format!("'{line}' says: {answer}"))
}

#[test]
fn a_name_is_one_word_and_belongs_to_one_vm() -> Result<()> {
    let mut sweb = boot_for_guests("vm names")?;
    for name in ["'a b'", "7", "-x", "a/b", "''"] {
        says(
            &mut sweb,
            &format!("vmrun --detach --name {name} hello"),
            "vmrun: hello: --name",
        )?;
    }
    says(&mut sweb, "vmlist", "there is no virtual machine")?;
    says(
        &mut sweb,
        "vmrun --detach --name first_1.x hello",
        "first_1.x runs as VM",
    )?;
    says(
        &mut sweb,
        "vmrun --detach --name first_1.x hello",
        "is called first_1.x already",
    )?;
    says(&mut sweb, "vmrun --detach hello", "hello runs as VM")?;
    says(&mut sweb, "vmkill first_1.x", "(first_1.x) was ended")?;
    // Free again; and what had it before is forgotten.
    says(
        &mut sweb,
        "vmrun --detach --name first_1.x hello",
        "first_1.x runs as VM",
    )?;
    let list = sweb.command("cls; vmlist")?;
    let rows = list.lines().filter(|row| row.contains("first_1.x")).count();
    sweb.check(rows == 1, &format!("{rows} rows of one name: {list}"))
}

#[test]
fn errors_of_options_speak_of_options() -> Result<()> {
    let mut sweb = boot_for_guests("vm options")?;
    for (option, words) in [
        ("--memory 5X", "vmrun: hello: --memory 5X: no size"),
        ("--memory 1M", "vmrun: hello: --memory 1M: outside"),
        ("--console tv", "vmrun: hello: --console tv: unknown console"),
        (
            "--disk /usr/README.txt,rw",
            "--disk /usr/README.txt,rw: unknown disk option",
        ),
        ("--modules /usr/README.txt", "there is no option --modules"),
        ("--module /usr/nothing", "/usr/nothing: no such file"),
    ] {
        says(&mut sweb, &format!("vmrun --detach {option} hello"), words)?;
    }
    let line = "vmrun --name m --module '/usr/README.txt some words' hello";
    sweb.enter(line, "m")?;
    sweb.wait_screen("Hello from a guest of SWEB!")?;
    sweb.leave()?;
    // A guest that only writes its screen shows nothing on a serial console.
    let line = "vmrun --name s --console serial hello";
    sweb.enter(line, "s")?;
    sweb.idle(1)?;
    let screen = sweb.screen();
    sweb.check(
        !screen.contains("Hello"),
        "the serial console shows the text screen",
    )?;
    sweb.leave()
}

/// A log is never written over an image or a disk, whatever that is called and whosever it is.
#[test]
fn a_log_spares_images_and_disks() -> Result<()> {
    let mut sweb = boot_for_guests("vm log")?;
    says(
        &mut sweb,
        "vmrun --detach --log /usr/guests/hello hello",
        "is an image or a disk of hello",
    )?;
    let option = "--disk /usr/guests/guest.img,ro";
    says(
        &mut sweb,
        &format!("vmrun --detach {option} --log /usr/./guests/guest.img hello"),
        "is an image or a disk of hello",
    )?;
    says(
        &mut sweb,
        &format!("vmrun --detach {option} --log /usr/log hello"),
        "hello runs as VM",
    )?;
    let other = "vmrun --detach --name other --log";
    says(
        &mut sweb,
        &format!("{other} /usr/guests/guest.img hello"),
        "is an image or a disk of hello",
    )?;
    says(
        &mut sweb,
        &format!("{other} /usr/log hello"),
        "/usr/log: it is in use",
    )?;
    says(&mut sweb, "vmkill hello", "was ended")?;
    // All of it is as it was.
    says(&mut sweb, &format!("{other} /usr/log hello"), "other runs as VM")?;
    sweb.enter("vmrun guest", "guest")?;
    sweb.wait_prompt_within(system::steps::GUEST_BOOT)
}

/// As an editor of another system saves it: with a byte-order mark, CR LF, tabs.
#[test]
fn a_definition_of_another_editor_is_read() -> Result<()> {
    let dir = RunDir::create("editor")?;
    fs::copy(build_dir().join("usr-guests/guests/hello"), dir.file("image"))?;
    let text = "\u{FEFF}kernel\t= image \r\n\r\nmemory = 2M\t\r\n";
    fs::write(dir.file("edited.vm"), text)?;
    let mut sweb = Machine::new("editor")
        .memory(MEMORY_FOR_GUESTS)
        .guest(GuestFolder::open(dir.path())?)
        .boot()?;
    says(&mut sweb, "vmrun --detach edited", "edited runs as VM")
}
