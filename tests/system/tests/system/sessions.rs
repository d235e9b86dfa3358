//! Sessions themselves: that a test cannot take one machine's screen for another's, and is told when a machine is gone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use harness::{Console, Machine, Session};
use system::steps::boot_for_guests;

/// What the error of a step says has all of `words`.
fn fails<T>(step: Result<T>, words: &[&str]) -> Result<()> {
    let error = step.err().context("a step that must fail did not")?;
    let error = format!("{error:#}");
    for word in words {
        ensure!(error.contains(word), "no '{word}' in the error:\n{error}");
    }
    Ok(())
}

/// What failed on purpose leaves a folder that nobody needs.
fn forget(sweb: Session) -> Result<()> {
    let dir = sweb.dir().to_owned();
    drop(sweb);
    Ok(fs::remove_dir_all(dir)?)
}

#[test]
fn another_console_is_an_error_at_once() -> Result<()> {
    let mut sweb = boot_for_guests("sessions consoles")?;
    let began = sweb.ticks();
    // A guest that does not come, and one that does where the host is awaited.
    fails(
        sweb.enter("vmrun nobody", "nobody"),
        &[
            "the prompt of the host came",
            "guest 'nobody'",
            "there is neither a guest",
        ],
    )?;
    sweb.look_at(Console::Host);
    fails(
        sweb.command("vmrun guest"),
        &["the prompt of guest 'guest' came", "console of the host"],
    )?;
    fails(
        sweb.command("ls"),
        &["guest 'guest' is shown, while keys are for the host"],
    )?;
    fails(sweb.wait_screen("usr"), &["the prompt of guest 'guest' came"])?;
    ensure!(
        sweb.ticks() - began < 10 * harness::TICKS_PER_SECOND,
        "that was not at once"
    );

    // Back, and into another one.
    sweb.look_at(Console::guest("guest"));
    sweb.wait_prompt()?;
    sweb.leave()?;
    sweb.command("vmrun --detach hello")?;
    fails(
        sweb.enter("vmconsole guest", "hello")
            .and_then(|()| sweb.wait_prompt()),
        &["the prompt of guest 'guest' came", "guest 'hello'"],
    )?;
    sweb.look_at(Console::guest("guest"));
    sweb.leave()?;
    forget(sweb)
}

/// A guest, or a program, that gives the terminal a title says nothing about whose screen it is.
#[test]
fn a_title_that_a_program_prints_is_nobodys() -> Result<()> {
    let title = "\x1b]2;SWEB: guest\x07";
    let mut sweb = Machine::new("sessions title")
        .memory(128)
        .file("/usr/title", format!("{title}done\n").into_bytes())
        .boot()?;
    let printed = sweb.command("cat /usr/title")?;
    ensure!(printed == "done", "the title was printed: {printed}");
    ensure!(*sweb.shown() == Console::Host);
    Ok(())
}

/// The emulators that this test has started.
fn emulators() -> Result<Vec<u32>> {
    let mut children = Vec::new();
    for thread in fs::read_dir("/proc/self/task")? {
        let text = fs::read_to_string(thread?.path().join("children"))?;
        for child in text.split_whitespace() {
            children.push(child.parse()?);
        }
    }
    Ok(children)
}

fn files(dir: &Path) -> Vec<PathBuf> {
    ["bochsrc", "bochs.log", "debug.log", "serial.log", "screen.png"]
        .iter()
        .map(|name| dir.join(name))
        .collect()
}

#[test]
fn an_emulator_that_is_gone_leaves_a_report() -> Result<()> {
    for (signal, word) in [("KILL", "signal: 9 (SIGKILL)"), ("SEGV", "signal: 11 (SIGSEGV)")] {
        let mut sweb = Machine::new("sessions gone").boot()?;
        for emulator in emulators()? {
            ensure!(
                Command::new("kill")
                    .args(["-s", signal, &emulator.to_string()])
                    .status()?
                    .success()
            );
        }
        let dir = sweb.dir().to_owned();
        let place = dir.display().to_string();
        let words = [word, "keys were pressed", "SWEB: />", "bochs.log", &place];
        fails(sweb.type_text("ls"), &words)?;
        for file in files(&dir) {
            ensure!(file.exists(), "{} is missing", file.display());
        }
        forget(sweb)?;
    }
    Ok(())
}
