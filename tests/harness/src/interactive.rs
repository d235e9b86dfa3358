//! A machine with its serial line on this terminal.

use std::fs;
use std::net::Shutdown;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::emulator::Ending;
use crate::limits;
use crate::machine::{EmulatorKind, Machine};
use crate::process::Process;
use crate::report;
use crate::rundir::RunDir;
use crate::serial::SerialListener;
use crate::terminal::{self, Line, RawTerminal};
use crate::window::Window;
use crate::{bochs, qemu};

impl Machine {
    /// Runs the machine with this terminal as its serial terminal, until it ends or Ctrl-A x is pressed.
    pub fn interact(self) -> Result<()> {
        limits::check(&self)?;
        let mut dir = RunDir::create(&self.name)?;
        let disks = self.prepare_disks(&dir)?;
        let paths: Vec<PathBuf> = disks.iter().map(|disk| disk.path().to_owned()).collect();
        let listener = SerialListener::bind()?;
        let mut process = self.spawn(&paths, listener.port()?, &dir)?;
        let line = match listener.accept(&mut process) {
            Ok(line) => line.into_stream()?,
            Err(error) => {
                dir.keep();
                bail!("{error:#}{}", report::logs(dir.path()));
            }
        };

        let raw = RawTerminal::enter()?;
        let typed = Line::new(line.try_clone()?);
        let window = Window::watch(typed.clone())?;
        let shown = terminal::show(line.try_clone()?, window);
        let quit = quit_key(&process);
        terminal::type_into(typed, quit);
        let status = process.wait()?;
        // The emulator's end of the line is closed; what it had sent is shown before the terminal is given back.
        let _ = shown.join();
        let _ = line.shutdown(Shutdown::Both);
        drop(raw);

        use std::os::unix::process::ExitStatusExt;
        if status.signal() == Some(Signal::TERM.as_raw()) {
            return Ok(());
        }
        match ending(&dir, self.emulator, &mut process) {
            Ending::PowerOff => Ok(()),
            Ending::Crash(message) => {
                dir.keep();
                bail!("{message}{}", report::logs(dir.path()))
            }
        }
    }

    fn spawn(&self, disks: &[PathBuf], serial_port: u16, dir: &RunDir) -> Result<Process> {
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
                Process::spawn(&mut command, "qemu-system-x86_64")
            }
        }
    }
}

/// What Ctrl-A x does. The child has not been waited for while keys are read, or the process ends at once afterwards.
fn quit_key(process: &Process) -> impl FnOnce() + Send + 'static {
    let pid = Pid::from_raw(process.id().cast_signed());
    move || {
        if let Some(pid) = pid {
            // Already gone is as good.
            let _ = kill_process(pid, Signal::TERM);
        }
    }
}

/// Bochs ends with the same code after a power-off and after a crash; what it said tells them apart.
fn ending(dir: &RunDir, emulator: EmulatorKind, process: &mut Process) -> Ending {
    let success = matches!(process.try_wait(), Ok(Some(status)) if status.success());
    let said = match emulator {
        EmulatorKind::Bochs => fs::read(dir.file("debug.log")).unwrap_or_default(),
        EmulatorKind::Qemu | EmulatorKind::Kvm if success => return Ending::PowerOff,
        EmulatorKind::Qemu | EmulatorKind::Kvm => fs::read(dir.file("qemu.log")).unwrap_or_default(),
    };
    bochs::ending(&said, &process.how_it_ended(), dir.path())
}
