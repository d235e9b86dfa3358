//! A booted host with guests on its disk, and the hands at its shell.

use std::fs;

use anyhow::{Context, Result, anyhow};
use harness::{GuestFolder, Machine, RunDir, Session, TICKS_PER_SECOND};

use crate::disk;
use crate::expectation::Outcome;
use crate::guest::Guest;
use crate::image;

/// Seconds of the host's time after which a guest that should have ended hangs.
const PATIENCE: u64 = 60;
/// Seconds of the host's time for which a guest that goes on for ever is watched.
const WATCHED: u64 = 1;

/// The same for one that waits for a device: a second must have passed, and the next slice.
const POLLING: u64 = 3;

/// Seconds of the host's time that the deletion of a thread may take.
const DELETION: u32 = 3;

/// Pages that a boot may lose in all, however many guests it runs: tables that the kernel makes once and keeps.
const KEPT: u64 = 2;

/// Where the host keeps what guests say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logs {
    /// In one file: the last guest's words.
    Last,
    /// In a file for each guest: for guests that run side by side.
    Each,
}

impl Logs {
    fn path(self, guest: &str) -> String {
        match self {
            Self::Last => "/usr/said".to_owned(),
            Self::Each => format!("/usr/said-{guest}"),
        }
    }
}

/// A booted host, and the pages that must be there after each guest.
pub struct Host {
    /// Its terminal.
    pub sweb: Session,
    pages: u64,
    logs: Logs,
    _dir: RunDir,
}

impl Host {
    /// Boots a host with so many MiB of memory and these guests.
    pub fn boot(name: &str, memory: u32, logs: Logs, guests: &[Guest]) -> Result<Host> {
        let dir = RunDir::create(name)?;
        let mut machine = Machine::new(name).memory(memory);
        if guests.iter().any(|guest| guest.definition.contains(disk::PATH)) {
            machine = machine.file(disk::PATH, disk::image());
        }
        for guest in guests {
            machine = machine.guest(folder(&dir, guest, logs)?);
        }
        let mut host = Host {
            sweb: machine.boot()?,
            pages: 0,
            logs,
            _dir: dir,
        };
        // The first VM of a host leaves VMX operation on, with its region.
        host.start("hello")?;
        host.kill("hello")?;
        host.sweb.idle(1)?;
        host.pages = host.pages()?;
        Ok(host)
    }

    /// Runs one guest and looks at what it left.
    pub fn run(&mut self, guest: &Guest) -> Result<()> {
        let printed = match guest.outcome {
            Outcome::Loops => self.run_for_a_while(guest.name, "running", WATCHED)?,
            Outcome::Polls => self.run_for_a_while(guest.name, "polling", POLLING)?,
            Outcome::Halts => self.run_for_a_while(guest.name, "halted", WATCHED)?,
            _ => self.run_to_its_end(guest.name)?,
        };
        let said = self.said(guest.name)?;
        if let Some(difference) = guest.outcome.differs(guest.name, &printed, &said) {
            return Err(self.sweb.failure(&difference));
        }
        self.check_pages()
    }

    /// Runs a guest until it ends by itself; what `vmrun` printed.
    pub fn run_to_its_end(&mut self, name: &str) -> Result<String> {
        self.sweb.command_within(&format!("vmrun {name}"), PATIENCE)
    }

    /// Starts a guest and leaves it alone; what `vmrun` printed.
    pub fn start(&mut self, name: &str) -> Result<String> {
        self.sweb.command(&format!("vmrun --detach {name}"))
    }

    /// Ends a guest.
    pub fn kill(&mut self, name: &str) -> Result<()> {
        let printed = self.sweb.command(&format!("vmkill {name}"))?;
        let ended = printed.contains("was ended");
        self.sweb.check(ended, &format!("{name} cannot be killed"))
    }

    /// What a guest has said.
    pub fn said(&mut self, name: &str) -> Result<String> {
        let log = self.logs.path(name);
        self.sweb.command(&format!("cat {log}"))
    }

    /// Whether a guest runs.
    pub fn runs(&mut self, name: &str) -> Result<bool> {
        self.is(name, "running")
    }

    /// Whether `vmlist` says this of a guest.
    pub fn is(&mut self, name: &str, state: &str) -> Result<bool> {
        let list = self.sweb.command("cls; vmlist")?;
        Ok(list
            .lines()
            .map(|row| row.split_whitespace().collect::<Vec<_>>())
            .any(|row| row.contains(&name) && row.contains(&state)))
    }

    /// A number that `vmstat` counts for a guest that runs: the last one of the row.
    pub fn statistic(&mut self, name: &str, row: &str) -> Result<u64> {
        let table = self.sweb.command(&format!("cls; vmstat {name}"))?;
        table
            .lines()
            .find_map(|line| {
                line.strip_prefix(row)?
                    .split_whitespace()
                    .next_back()?
                    .parse()
                    .ok()
            })
            .ok_or_else(|| self.sweb.failure(&format!("no '{row}' in {table}")))
    }

    /// Waits until a number that `vmstat` counts has reached `least`.
    pub fn wait_for_statistic(&mut self, name: &str, row: &str, least: u64) -> Result<()> {
        let start = self.sweb.ticks();
        while self.statistic(name, row)? < least {
            let waited = self.sweb.ticks() - start;
            self.sweb.check(
                waited < PATIENCE * TICKS_PER_SECOND,
                &format!("'{row}' of {name} stays below {least}"),
            )?;
        }
        Ok(())
    }

    /// All pages are back: at once, or as soon as the kernel has deleted the VM's thread.
    pub fn check_pages(&mut self) -> Result<()> {
        let mut pages = self.pages()?;
        for _ in 0..DELETION {
            if pages + KEPT >= self.pages {
                return Ok(());
            }
            self.sweb.idle(1)?;
            pages = self.pages()?;
        }
        Err(self
            .sweb
            .failure(&format!("{} pages free before, {pages} after", self.pages)))
    }

    fn run_for_a_while(&mut self, name: &str, state: &str, seconds: u64) -> Result<String> {
        let printed = self.start(name)?;
        self.sweb.idle(seconds)?;
        let as_it_should = self.is(name, state)?;
        self.sweb.check(as_it_should, &format!("it is not {state}"))?;
        self.kill(name)?;
        Ok(printed)
    }

    /// Pages that are free or in the kernel's heap, whose size depends on what is remembered of the last guests.
    fn pages(&mut self) -> Result<u64> {
        let printed = self.sweb.command("cls; free")?;
        let mut words = printed.split_whitespace();
        let mut number_after = |word: &str| -> Option<u64> {
            words.by_ref().find(|seen| *seen == word)?;
            words.next()?.parse().ok()
        };
        // "used ... (kernel heap: 449 KiB, 113 pages)", and in the next line "free 32148 ...".
        number_after("KiB,")
            .zip(number_after("free"))
            .map(|(heap, free)| heap + free)
            .with_context(|| anyhow!("free says {printed}"))
    }
}

/// What the harness puts on the host's disk for a guest.
fn folder(dir: &RunDir, guest: &Guest, logs: Logs) -> Result<GuestFolder> {
    let folder = dir.file(guest.name);
    fs::create_dir(&folder)?;
    fs::write(folder.join("image"), image::build(guest))?;
    let definition = format!(
        "kernel = image\nformat = flat\nmemory = 2M\nlog = {}\n{}",
        logs.path(guest.name),
        guest.definition
    );
    fs::write(folder.join(format!("{}.vm", guest.name)), definition)?;
    GuestFolder::open(&folder)
}
