//! A machine with its serial line on this terminal.

use std::fs;
use std::net::Shutdown;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::emulator::Ending;
use crate::machine::{EmulatorKind, Machine};
use crate::process;
use crate::rundir::RunDir;
use crate::serial::SerialListener;
use crate::terminal::{self, RawTerminal};
use crate::{bochs, qemu};

impl Machine {
    /// Runs the machine with this terminal as its serial terminal, until it ends or Ctrl-A x is pressed.
    pub fn interact(self) -> Result<()> {
        let mut dir = RunDir::create(&self.name)?;
        let disks = self.prepare_disks(&dir)?;
        let paths: Vec<PathBuf> = disks.iter().map(|disk| disk.path().to_owned()).collect();
        let listener = SerialListener::bind()?;
        let mut child = self.spawn(&paths, listener.port()?, &dir)?;
        let line = match listener.accept(|| matches!(child.try_wait(), Ok(None))) {
            Ok(line) => line.into_stream()?,
            Err(error) => {
                dir.keep();
                return Err(error).with_context(|| last_words(&dir));
            }
        };

        let raw = RawTerminal::enter()?;
        let shown = terminal::show(line.try_clone()?);
        let quit = quit_key(&child);
        terminal::type_into(line.try_clone()?, quit);
        let status = child.wait()?;
        // The emulator's end of the line is closed; what it had sent is shown before the terminal is given back.
        let _ = shown.join();
        let _ = line.shutdown(Shutdown::Both);
        drop(raw);

        use std::os::unix::process::ExitStatusExt;
        if status.signal() == Some(Signal::TERM.as_raw()) {
            return Ok(());
        }
        match ending(&dir, self.emulator, status.success()) {
            Ending::PowerOff => Ok(()),
            Ending::Crash(message) => {
                dir.keep();
                bail!("{message}\n{}", last_words(&dir))
            }
        }
    }

    fn spawn(&self, disks: &[PathBuf], serial_port: u16, dir: &RunDir) -> Result<Child> {
        match self.emulator {
            EmulatorKind::Bochs => bochs::spawn(
                &bochs::configuration(self, disks, serial_port, dir),
                Some("c\nq\n"),
                dir,
            ),
            EmulatorKind::Qemu | EmulatorKind::Kvm => {
                let mut command = qemu::command(self, disks, serial_port, dir);
                command
                    .args(["-monitor", "none"])
                    .stdin(Stdio::null())
                    .stdout(Stdio::null());
                command.stderr(fs::File::create(dir.file("qemu.log"))?);
                process::spawn(&mut command, "qemu-system-x86_64")
            }
        }
    }
}

/// What Ctrl-A x does. The child has not been waited for while keys are read, or the process ends at once afterwards.
fn quit_key(child: &Child) -> impl FnOnce() + Send + 'static {
    let pid = Pid::from_raw(child.id().cast_signed());
    move || {
        if let Some(pid) = pid {
            // Already gone is as good.
            let _ = kill_process(pid, Signal::TERM);
        }
    }
}

/// Bochs ends with the same code after a power-off and after a crash; what it said tells them apart.
fn ending(dir: &RunDir, emulator: EmulatorKind, success: bool) -> Ending {
    let said = match emulator {
        EmulatorKind::Bochs => fs::read(dir.file("debug.log")).unwrap_or_default(),
        EmulatorKind::Qemu | EmulatorKind::Kvm if success => return Ending::PowerOff,
        EmulatorKind::Qemu | EmulatorKind::Kvm => fs::read(dir.file("qemu.log")).unwrap_or_default(),
    };
    bochs::ending(&said, dir.path())
}

/// The end of the logs, and where they are.
fn last_words(dir: &RunDir) -> String {
    let mut text = format!("logs are in {}", dir.path().display());
    for name in ["debug.log", "bochs.log", "qemu.log"] {
        let log = fs::read(dir.file(name)).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        for line in &lines[lines.len().saturating_sub(10)..] {
            text.push_str(&format!("\n{name}: {line}"));
        }
    }
    text
}
