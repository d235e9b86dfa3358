//! Running the guests of a family, several in one boot of the host.

use std::sync::OnceLock;

use anyhow::{Result, bail};
use libtest_mimic::{Failed, Trial};

use crate::bare;
use crate::guest::Guest;
use crate::host::{Host, Logs};

/// Memory of the host, in MiB.
const HOST_MEMORY: u32 = 64;

/// Guests that run in one boot.
pub struct Family {
    name: &'static str,
    guests: Vec<Guest>,
    bare: bool,
    results: OnceLock<Vec<Result<(), String>>>,
}

impl Family {
    /// A family; it lives as long as the test program.
    pub fn new(name: &'static str, guests: Vec<Guest>) -> &'static Family {
        Family::leak(name, guests, false)
    }

    /// A family whose guests run on the emulated CPU itself, each in a boot of its own.
    pub fn new_bare(name: &'static str, guests: Vec<Guest>) -> &'static Family {
        Family::leak(name, guests, true)
    }

    fn leak(name: &'static str, guests: Vec<Guest>, bare: bool) -> &'static Family {
        Box::leak(Box::new(Family {
            name,
            guests,
            bare,
            results: OnceLock::new(),
        }))
    }

    /// A trial for each guest. In VMs the first that runs boots the host for all of them.
    pub fn trials(&'static self) -> Vec<Trial> {
        (0..self.guests.len())
            .map(|index| {
                let name = format!("{}::{}", self.name, self.guests[index].name);
                Trial::test(name, move || {
                    if self.bare {
                        return self
                            .run_bare(index)
                            .map_err(|error| Failed::from(format!("{error:?}")));
                    }
                    let results = self.results.get_or_init(|| self.run());
                    results[index].clone().map_err(Failed::from)
                })
            })
            .collect()
    }

    fn run_bare(&self, index: usize) -> Result<()> {
        let guest = &self.guests[index];
        counts::add("bare micro-guests", 1);
        match guest.outcome.differs_in_words(&bare::run(guest)?) {
            Some(difference) => bail!(difference),
            None => Ok(()),
        }
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
        Host::boot(&format!("hostile {}", self.name), HOST_MEMORY, Logs::Last, guests)
    }
}
