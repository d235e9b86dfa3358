//! QEMU, with or without KVM. It knows no slices: a second of guest time is about a second on the wall.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::emulator::{Emulator, Ending};
use crate::machine::{Display, EmulatorKind, Machine, Medium};
use crate::process::Process;
use crate::{TICKS_PER_SECOND, machine::build_dir, rundir::RunDir};

/// The command that runs a machine, without its control connection.
pub(crate) fn command(machine: &Machine, disks: &[PathBuf], serial_port: u16, dir: &RunDir) -> Command {
    let mut command = Command::new("qemu-system-x86_64");
    command.args(["-machine", "pc", "-no-reboot", "-net", "none"]);
    command.args(["-m", &format!("{}M", machine.memory)]);
    let kvm = machine.emulator == EmulatorKind::Kvm;
    if kvm {
        command.arg("-enable-kvm");
    }
    let default_cpu = if kvm { "host" } else { "max" };
    command.args(["-cpu", machine.cpu.as_deref().unwrap_or(default_cpu)]);
    for (index, disk) in disks.iter().enumerate() {
        command
            .arg("-drive")
            .arg(format!("file={},format=raw,if=ide,index={index}", disk.display()));
    }
    if machine.medium == Medium::Direct {
        command
            .arg("-kernel")
            .arg(build_dir().join("kernel.x"))
            .arg("-append")
            .arg(&machine.command_line);
    }
    command.arg("-serial").arg(format!("tcp:127.0.0.1:{serial_port}"));
    command
        .arg("-debugcon")
        .arg(format!("file:{}", dir.file("debug.log").display()));
    if machine.display == Display::None {
        command.args(["-display", "none"]);
    }
    if let Some(event) = &machine.trace {
        command.args(["-trace", event]);
    }
    if machine.gdb {
        command.args(["-s", "-S"]);
    }
    command
}

/// A running QEMU, controlled through QMP on its standard input and output.
#[derive(Debug)]
pub(crate) struct Qemu {
    process: Process,
    control: ChildStdin,
    answers: BufReader<ChildStdout>,
    started: Instant,
    /// Time does not go back, whichever thread waits how long.
    latest: AtomicU64,
    dir: PathBuf,
}

impl Qemu {
    pub(crate) fn start(mut command: Command, dir: &RunDir) -> Result<Qemu> {
        command.args(["-qmp", "stdio"]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(dir.file("qemu.log"))?);
        fs::write(dir.file("qemu.command"), format!("{command:?}\n"))?;
        let mut process = Process::spawn(&mut command, "qemu-system-x86_64")?;
        let (control, answers) = process.take_pipes()?;
        let mut qemu = Qemu {
            process,
            control,
            answers: BufReader::new(answers),
            started: Instant::now(),
            latest: AtomicU64::new(0),
            dir: dir.path().to_owned(),
        };
        // It greets when it is ready, which is after its serial port is connected: nothing is waited for here.
        writeln!(qemu.control, r#"{{"execute":"qmp_capabilities"}}"#)?;
        Ok(qemu)
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Executes a QMP command, written as JSON, and waits for its end.
    fn execute(&mut self, command: &str) -> Result<()> {
        // A QEMU that has just ended closes the pipe; that is noticed at the answer.
        let _ = writeln!(self.control, "{command}");
        let _watchdog = self.process.watch();
        let mut line = String::new();
        loop {
            line.clear();
            if self.answers.read_line(&mut line)? == 0 {
                bail!("{}, and did not answer {command}", self.process.how_it_ended());
            }
            if line.contains("\"error\"") {
                bail!("QEMU refuses {command}: {line}");
            }
            if line.contains("\"id\": \"harness\"") {
                return Ok(());
            }
        }
    }

    /// The time on the wall, without that in which QEMU wanted to compute and others had the CPU: so a busy machine makes
    /// it no slower.
    fn elapsed_ticks(&self) -> u64 {
        let fair = self
            .started
            .elapsed()
            .saturating_sub(run_delay(self.process.id()));
        let ticks = (fair.as_secs_f64() * TICKS_PER_SECOND as f64) as u64;
        self.latest.fetch_max(ticks, Ordering::Relaxed).max(ticks)
    }
}

/// How long the threads of a process have waited for a CPU, by the second number of their `schedstat`.
fn run_delay(process: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{process}/task"))
        .into_iter()
        .flatten();
    let delay = |path: PathBuf| -> Option<u64> {
        let text = fs::read_to_string(path.join("schedstat")).ok()?;
        text.split_whitespace().nth(1)?.parse().ok()
    };
    let delays = threads.filter_map(|thread| delay(thread.ok()?.path()));
    Duration::from_nanos(delays.sum())
}

impl Emulator for Qemu {
    fn advance(&mut self, ticks: u64) -> Result<Option<Ending>> {
        let until = self.elapsed_ticks() + ticks;
        loop {
            if let Some(status) = self.process.try_wait()? {
                if status.success() {
                    return Ok(Some(Ending::PowerOff));
                }
                let words = fs::read_to_string(self.emulator_log()).unwrap_or_default();
                return Ok(Some(Ending::Crash(format!(
                    "QEMU ended with {status}: {}",
                    words.trim()
                ))));
            }
            if self.elapsed_ticks() >= until {
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn ticks(&self) -> u64 {
        self.elapsed_ticks()
    }

    fn text_memory(&mut self) -> Result<Vec<u16>> {
        let file = self.dir.join("text-memory");
        self.execute(&format!(
            r#"{{"execute":"pmemsave","arguments":{{"val":753664,"size":4000,"filename":"{}"}},"id":"harness"}}"#,
            file.display()
        ))?;
        let bytes = fs::read(&file)?;
        Ok(bytes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect())
    }

    fn physical_word(&mut self, _address: u64) -> Result<u64> {
        bail!("only Bochs stands still while its memory is read")
    }

    fn next_address(&self) -> Option<u64> {
        None
    }

    fn debug(&mut self, _command: &str) -> Result<String> {
        bail!("only Bochs has a debugger")
    }

    fn refuse_writes_behind(&mut self, _offset: Option<u64>) -> Result<()> {
        bail!("only the drives of Bochs can be made to fail")
    }

    fn debug_log(&self) -> PathBuf {
        self.dir.join("debug.log")
    }

    fn emulator_log(&self) -> PathBuf {
        self.dir.join("qemu.log")
    }

    fn kill(&mut self) {
        self.process.kill();
    }
}
