//! Emulators are started so that they end when we do, however that happens.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use anyhow::{Context, Result};
use rustix::process::{Signal, set_parent_process_death_signal};

/// Starts a program that is killed when the thread that started it ends: a test that is itself killed leaves no emulator
/// behind.
pub(crate) fn spawn(command: &mut Command, name: &str) -> Result<Child> {
    // SAFETY: the closure runs between fork and exec; it makes one system call and touches no memory of ours.
    unsafe {
        command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?));
    }
    command
        .spawn()
        .with_context(|| format!("cannot start {name}: run './x setup'"))
}
