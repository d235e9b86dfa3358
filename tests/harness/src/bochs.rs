//! Bochs, run in slices of guest time through its debugger.
//!
//! Debian's Bochs has the debugger built in. It is told to stop after so many ticks, again and again; between two slices
//! the machine stands still, so that its memory can be read and input arrives at the same tick in every run.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::emulator::{Emulator, Ending};
use crate::machine::{Display, Machine, Pace};
use crate::process::Process;
use crate::trace;
use crate::{TICKS_PER_SECOND, rundir::RunDir};

/// What the debugger says first when it holds the machine.
const STOPS: [&[u8]; 2] = [b"(0) Caught time breakpoint", b"(0) Breakpoint "];
const EXITING: &str = "Bochs is exiting with the following message:";

/// The configuration file of a machine.
pub(crate) fn configuration(machine: &Machine, disks: &[PathBuf], serial_port: u16, dir: &RunDir) -> String {
    let mut text = String::new();
    let mut line = |arguments: std::fmt::Arguments| {
        // Writing to a String cannot fail.
        let _ = text.write_fmt(arguments);
        text.push('\n');
    };
    line(format_args!("megs: {}", machine.memory));
    // Without fastboot the BIOS waits three seconds of guest time for a key.
    line(format_args!(
        "romimage: file=/usr/share/bochs/BIOS-bochs-latest, options=fastboot"
    ));
    line(format_args!(
        "vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest"
    ));
    line(format_args!(
        "cpu: model={}, count=1, ips={TICKS_PER_SECOND}, reset_on_triple_fault=0",
        machine.cpu.as_deref().unwrap_or("corei7_skylake_x")
    ));
    match machine.pace {
        Pace::Fast => line(format_args!("clock: sync=none, time0=1735689600")),
        Pace::RealTime => line(format_args!("clock: sync=slowdown, time0=local")),
    }
    let places = ["ata0-master", "ata0-slave", "ata1-master", "ata1-slave"];
    line(format_args!(
        "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14"
    ));
    line(format_args!(
        "ata1: enabled={}, ioaddr1=0x170, ioaddr2=0x370, irq=15",
        u8::from(disks.len() > 2)
    ));
    for (place, disk) in places.iter().zip(disks) {
        line(format_args!(
            "{place}: type=disk, path=\"{}\", mode=flat",
            disk.display()
        ));
    }
    line(format_args!("boot: disk"));
    line(format_args!(
        "com1: enabled=1, mode=socket-client, dev=127.0.0.1:{serial_port}"
    ));
    line(format_args!("port_e9_hack: enabled=1"));
    line(format_args!("sound: driver=dummy"));
    line(format_args!("log: \"{}\"", dir.file("bochs.log").display()));
    match machine.display {
        Display::None => line(format_args!("display_library: rfb, options=\"timeout=0\"")),
        Display::Window => line(format_args!("display_library: x")),
    }
    text
}

/// Writes the configuration and starts Bochs; with `commands`, it reads its debugger's commands from that text.
pub(crate) fn spawn(configuration: &str, commands: Option<&str>, dir: &RunDir) -> Result<Process> {
    let config = dir.file("bochsrc");
    fs::write(&config, configuration)?;
    // A file that must not grow shall be a drive's error, not the emulator's end.
    let mut command = Command::new("env");
    command.args(["--ignore-signal=XFSZ", "bochs-bin"]);
    command.arg("-q").arg("-f").arg(&config).stderr(Stdio::null());
    match commands {
        Some(text) => {
            let script = dir.file("bochs.commands");
            fs::write(&script, text)?;
            command
                .arg("-rc")
                .arg(&script)
                .stdin(Stdio::null())
                .stdout(File::create(dir.file("debug.log"))?);
        }
        None => {
            command.stdin(Stdio::piped()).stdout(Stdio::piped());
        }
    }
    Process::spawn(&mut command, "bochs-bin")
}

/// Bochs under its debugger.
#[derive(Debug)]
pub(crate) struct Bochs {
    process: Process,
    commands: ChildStdin,
    output: ChildStdout,
    debug_log: File,
    dir: PathBuf,
    /// Number of the debugger's next prompt.
    prompt: u32,
    ticks: u64,
    next_address: Option<u64>,
    ended: Option<Ending>,
}

impl Bochs {
    /// Starts it, held before its first instruction.
    pub(crate) fn start(configuration: &str, dir: &RunDir) -> Result<Bochs> {
        let mut process = spawn(configuration, None, dir)?;
        let (commands, output) = process.take_pipes()?;
        Ok(Bochs {
            process,
            commands,
            output,
            debug_log: File::create(dir.file("debug.log"))?,
            dir: dir.path().to_owned(),
            prompt: 1,
            ticks: 0,
            next_address: None,
            ended: None,
        })
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Reads up to the debugger's next prompt. `None`: Bochs has ended; what it said last is the text.
    fn read_to_prompt(&mut self) -> Result<(Vec<u8>, bool)> {
        let prompt = format!("<bochs:{}> ", self.prompt).into_bytes();
        let _watchdog = self.process.watch();
        let mut text = Vec::new();
        let mut buffer = [0; 16384];
        loop {
            let count = self.output.read(&mut buffer)?;
            if count == 0 {
                return Ok((text, false));
            }
            text.extend_from_slice(&buffer[..count]);
            if text.ends_with(&prompt) {
                text.truncate(text.len() - prompt.len());
                self.prompt += 1;
                return Ok((text, true));
            }
        }
    }

    /// Gives the debugger one command and returns its answer, without the echo of the command.
    fn ask(&mut self, command: &str) -> Result<(Vec<u8>, bool)> {
        if self.prompt == 1 {
            let (text, running) = self.read_to_prompt()?;
            if !running {
                return Ok((text, false));
            }
        }
        // A Bochs that has just ended closes the pipe; its last words are still to be read.
        let _ = writeln!(self.commands, "{command}");
        let (text, running) = self.read_to_prompt()?;
        let echo = command.len() + 1;
        Ok((
            text.get(echo.min(text.len())..).unwrap_or_default().to_vec(),
            running,
        ))
    }
}

/// Takes the end's cause from Bochs' last words, and from how its process ended.
pub(crate) fn ending(words: &[u8], how: &str, dir: &Path) -> Ending {
    let text = String::from_utf8_lossy(words);
    let reason = text
        .split(EXITING)
        .nth(1)
        .and_then(|rest| rest.lines().find(|line| !line.trim().is_empty()));
    let reason = reason.map_or_else(|| last_panic(dir), str::to_owned);
    if reason.contains("shutdown requested") || reason.contains("soft power off") {
        Ending::PowerOff
    } else {
        Ending::Crash(format!("{reason} ({how})"))
    }
}

impl Emulator for Bochs {
    fn advance(&mut self, ticks: u64) -> Result<Option<Ending>> {
        if let Some(ending) = &self.ended {
            return Ok(Some(ending.clone()));
        }
        self.ask(&format!("sb {ticks}"))?;
        let (text, running) = self.ask("c")?;
        let end = if running {
            STOPS.iter().filter_map(|stop| rfind(&text, stop)).max()
        } else {
            rfind(&text, EXITING.as_bytes())
        };
        let end = end.unwrap_or(text.len());
        self.debug_log.write_all(&text[..end])?;
        if !running {
            self.ended = Some(ending(&text, &self.process.how_it_ended(), &self.dir));
            return Ok(self.ended.clone());
        }
        let rest = String::from_utf8_lossy(&text[end..]);
        self.next_address = trace::next_address(&rest);
        let now = rest
            .split("Next at t=")
            .nth(1)
            .and_then(|rest| rest.lines().next()?.trim().parse().ok());
        match now {
            Some(now) => self.ticks = now,
            None => bail!("Bochs' debugger did not say where it stopped: {rest}"),
        }
        Ok(None)
    }

    fn ticks(&self) -> u64 {
        self.ticks
    }

    fn next_address(&self) -> Option<u64> {
        self.next_address
    }

    fn debug(&mut self, command: &str) -> Result<String> {
        let (answer, running) = self.ask(command)?;
        if !running {
            let how = self.process.how_it_ended();
            bail!("Bochs has ended at its debugger's command '{command}': {how}");
        }
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    fn text_memory(&mut self) -> Result<Vec<u16>> {
        let answer = self.debug("xp /2000hx 0xb8000")?;
        // "[bochs]:" and then lines of "0x000b8000 <bogus+       0>:  0x0720  0x0720 ..."
        let numbers = answer
            .lines()
            .filter_map(|line| line.split_once(">:"))
            .flat_map(|(_, cells)| {
                cells
                    .split_whitespace()
                    .filter_map(|cell| u16::from_str_radix(cell.strip_prefix("0x")?, 16).ok())
            });
        let cells: Vec<u16> = numbers.collect();
        if cells.len() != 2000 {
            bail!("Bochs showed {} of the screen's 2000 cells", cells.len());
        }
        Ok(cells)
    }

    fn physical_word(&mut self, address: u64) -> Result<u64> {
        let answer = self.debug(&format!("xp /1gx {address:#x}"))?;
        // "0x0000000000123456 <bogus+       0>:  0x0000000000000000"
        let word = answer
            .split_once(">:")
            .and_then(|(_, word)| word.trim().strip_prefix("0x"));
        let word = word.and_then(|word| u64::from_str_radix(word, 16).ok());
        word.with_context(|| format!("Bochs showed no word at {address:#x}: {answer}"))
    }

    /// The limit is that of all files Bochs writes; its logs are short.
    fn refuse_writes_behind(&mut self, offset: Option<u64>) -> Result<()> {
        let limit = Rlimit {
            current: offset,
            maximum: None,
        };
        prlimit(
            Pid::from_raw(self.process.id().cast_signed()),
            Resource::Fsize,
            limit,
        )?;
        Ok(())
    }

    fn debug_log(&self) -> PathBuf {
        self.dir.join("debug.log")
    }

    fn emulator_log(&self) -> PathBuf {
        self.dir.join("bochs.log")
    }

    fn kill(&mut self) {
        self.process.kill();
    }
}

/// The last thing in Bochs' own log that is not routine, such as a triple fault, or a halt with interrupts off.
fn last_panic(dir: &Path) -> String {
    let log = fs::read(dir.join("bochs.log")).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let loud = |line: &&str| line.contains(">>PANIC<<") || line.contains("p[") || line.contains("WARNING");
    log.lines().rev().find(loud).map_or_else(
        || "Bochs ended without a word".to_owned(),
        |line| format!("Bochs: {line}"),
    )
}

fn rfind(text: &[u8], pattern: &[u8]) -> Option<usize> {
    text.windows(pattern.len()).rposition(|window| window == pattern)
}
