//! Running the guests of a family, several in one boot of the host.

use std::fs;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};
use harness::{GuestFolder, Machine, RunDir, Session};
use libtest_mimic::{Failed, Trial};

use crate::expectation::Outcome;
use crate::guest::Guest;
use crate::image;

/// Memory of the host, in MiB.
const HOST_MEMORY: u32 = 64;
/// Where the host keeps what the last guest said.
const LOG: &str = "/usr/said";
/// Seconds of the host's time after which a guest that should have ended hangs.
const PATIENCE: u64 = 60;
/// Seconds of the host's time for which a guest that goes on for ever is watched.
const WATCHED: u64 = 1;

/// Seconds of the host's time that the deletion of a thread may take.
const DELETION: u32 = 3;

/// Pages that a boot may lose in all, however many guests it runs: tables that the kernel makes once and keeps.
const KEPT: u64 = 2;

/// Guests that run in one boot.
pub struct Family {
    name: &'static str,
    guests: Vec<Guest>,
    results: OnceLock<Vec<Result<(), String>>>,
}

impl Family {
    /// A family; it lives as long as the test program.
    pub fn new(name: &'static str, guests: Vec<Guest>) -> &'static Family {
        Box::leak(Box::new(Family {
            name,
            guests,
            results: OnceLock::new(),
        }))
    }

    /// A trial for each guest. The first that runs boots the host for all of them.
    pub fn trials(&'static self) -> Vec<Trial> {
        (0..self.guests.len())
            .map(|index| {
                let name = format!("{}::{}", self.name, self.guests[index].name);
                Trial::test(name, move || {
                    let results = self.results.get_or_init(|| self.run());
                    results[index].clone().map_err(Failed::from)
                })
            })
            .collect()
    }

    /// Runs all guests. One that takes the host down fails, and those behind it run in another boot.
    fn run(&self) -> Vec<Result<(), String>> {
        let mut results = Vec::new();
        while results.len() < self.guests.len() {
            let rest = &self.guests[results.len()..];
            match self.boot(rest) {
                Err(error) => results.push(Err(format!("the host does not boot: {error:?}"))),
                Ok(mut host) => {
                    for guest in rest {
                        let result = host.run(guest);
                        let host_is_gone = result.is_err();
                        results.push(result.map_err(|error| format!("{error:?}")));
                        if host_is_gone {
                            break;
                        }
                    }
                }
            }
        }
        counts::add("micro-guests", results.len() as u64);
        results
    }

    fn boot(&self, guests: &[Guest]) -> Result<Host> {
        let dir = RunDir::create(&format!("hostile {}", self.name))?;
        let mut machine = Machine::new(&format!("hostile {}", self.name)).memory(HOST_MEMORY);
        for guest in guests {
            machine = machine.guest(folder(&dir, guest)?);
        }
        let mut host = Host {
            sweb: machine.boot()?,
            pages: 0,
            _dir: dir,
        };
        // The first VM of a host leaves VMX operation on, with its region.
        host.sweb.command("vmrun --detach hello")?;
        host.sweb.command("vmkill hello")?;
        host.sweb.idle(1)?;
        host.pages = host.pages()?;
        Ok(host)
    }
}

/// What the harness puts on the host's disk for a guest.
fn folder(dir: &RunDir, guest: &Guest) -> Result<GuestFolder> {
    let folder = dir.file(guest.name);
    fs::create_dir(&folder)?;
    fs::write(folder.join("image"), image::build(guest))?;
    let definition = format!(
        "kernel = image\nformat = flat\nmemory = 2M\nlog = {LOG}\n{}",
        guest.definition
    );
    fs::write(folder.join(format!("{}.vm", guest.name)), definition)?;
    GuestFolder::open(&folder)
}

/// A booted host, and the pages that must be there after each guest.
struct Host {
    sweb: Session,
    pages: u64,
    _dir: RunDir,
}

impl Host {
    /// Runs one guest and looks at what it left.
    fn run(&mut self, guest: &Guest) -> Result<()> {
        let printed = match guest.outcome {
            Outcome::Loops => self.run_for_a_while(guest)?,
            _ => self
                .sweb
                .command_within(&format!("vmrun {}", guest.name), PATIENCE)?,
        };
        let said = self.sweb.command(&format!("cat {LOG}"))?;
        if let Some(difference) = guest.outcome.differs(guest.name, &printed, &said) {
            return Err(self.sweb.failure(&difference));
        }
        self.check_pages()
    }

    /// All pages are back: at once, or as soon as the kernel has deleted the VM's thread.
    fn check_pages(&mut self) -> Result<()> {
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

    fn run_for_a_while(&mut self, guest: &Guest) -> Result<String> {
        let printed = self.sweb.command(&format!("vmrun --detach {}", guest.name))?;
        self.sweb.idle(WATCHED)?;
        let list = self.sweb.command("vmlist")?;
        let runs = list
            .lines()
            .any(|row| row.contains(guest.name) && row.contains("running"));
        self.sweb.check(runs, "it does not run any more")?;
        self.sweb.command(&format!("vmkill {}", guest.name))?;
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
