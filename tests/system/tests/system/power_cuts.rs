//! The power is cut while programs write on the host, in a guest, or in both. Afterwards both file systems are sound, all
//! that had been flushed is there, and SWEB boots from the disk as it is, to have its power cut again.
//!
//! Bochs hands each sector to the image file when it has it, and a cut falls between any two instructions of the guest
//! system, so also into the middle of a transfer.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use harness::{ImageUse, Machine, RunDir, Session, TICKS_PER_SECOND, copy_image};
use minix::FileSystem;
use system::churn;
use system::contents::Contents;
use system::random::Random;
use system::steps::{MEMORY_FOR_GUESTS, guest_command, numbers_after, start_guest};

/// Cuts of each test, in the short form.
const CUTS: u64 = 10;
/// So many cuts one disk has to stand: what is lost at a cut stays lost, and the guest's disk is small.
const CUTS_OF_A_DISK: u64 = 5;
/// The longest life, in seconds of guest time after the programs have been started.
const LIFE: u64 = 2;
/// Bytes behind the programs in which nearly all of what is written lies: the guest's disk and more.
const MOST_WRITTEN: u64 = 12 << 20;
const REPORT: &str = "round ";

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writers {
    Host,
    Guest,
    Both,
}

impl Writers {
    fn host(self) -> bool {
        self != Writers::Guest
    }

    fn guest(self) -> bool {
        self != Writers::Host
    }
}

/// How the disk behaves until the power is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disk {
    Sound,
    /// From some byte on, neither reading nor writing works for a while.
    Failing,
}

/// When what happens in a life, in ticks after the programs have been started.
#[derive(Clone, Copy, Debug)]
struct Fate {
    fails: Option<Failure>,
    cut: u64,
}

#[derive(Clone, Copy, Debug)]
struct Failure {
    begin: u64,
    end: u64,
    /// The first byte of the disk that fails.
    from: u64,
}

/// A round of `diskchurn` for the host and one for the guest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rounds {
    host: u64,
    guest: u64,
}

#[test]
fn while_the_host_writes() -> Result<()> {
    cut_again_and_again(Writers::Host, Disk::Sound, CUTS)
}

#[test]
fn while_a_guest_writes() -> Result<()> {
    cut_again_and_again(Writers::Guest, Disk::Sound, CUTS)
}

#[test]
fn while_host_and_guest_write() -> Result<()> {
    cut_again_and_again(Writers::Both, Disk::Sound, CUTS)
}

#[test]
fn after_the_disk_has_failed_for_a_while() -> Result<()> {
    cut_again_and_again(Writers::Both, Disk::Failing, CUTS / 2)
}

fn cut_again_and_again(writers: Writers, disk: Disk, cuts: u64) -> Result<()> {
    let seed = counts::seed(0x5EED_0FF0);
    let mut random = Random::new(seed ^ writers as u64);
    for number in 0..cuts * counts::scale() / CUTS_OF_A_DISK {
        DiskOfManyLives::new(writers, disk)?
            .live(&mut random)
            .with_context(|| format!("SWEB_SEED={seed}, disk {number}, {writers:?}, {disk:?}"))?;
    }
    Ok(())
}

/// A disk from one power cut to the next.
struct DiskOfManyLives {
    writers: Writers,
    disk: Disk,
    dir: RunDir,
    image: PathBuf,
    /// The files before the first life.
    fresh: Contents,
    reached: Rounds,
}

impl DiskOfManyLives {
    fn new(writers: Writers, disk: Disk) -> Result<Self> {
        let dir = RunDir::create("power cut")?;
        let image = copy_image(&dir)?;
        let fresh = Contents::read(&fs::read(&image)?)?;
        Ok(Self {
            writers,
            disk,
            dir,
            image,
            fresh,
            reached: Rounds::default(),
        })
    }

    fn live(mut self, random: &mut Random) -> Result<()> {
        for life in 0..CUTS_OF_A_DISK {
            let fate = self.fate(random)?;
            let examined = self.one_life(fate).and_then(|reported| self.examine(reported));
            if let Err(error) = examined {
                self.dir.keep();
                let place = self.image.display();
                return Err(error.context(format!("life {life}, {fate:?}, disk in {place}")));
            }
            counts::add("power cuts", 1);
        }
        let sweb = self.boot()?;
        sweb.power_off()
    }

    fn fate(&self, random: &mut Random) -> Result<Fate> {
        let mut moments = [(); 3].map(|()| random.below(LIFE * TICKS_PER_SECOND));
        if self.disk == Disk::Sound {
            let cut = moments[0];
            return Ok(Fate { fails: None, cut });
        }
        moments.sort_unstable();
        let [begin, end, cut] = moments;
        // The programs in front of this file are needed.
        let disk = fs::read(&self.image)?;
        let usr = minix::partition(&disk, 2)?;
        let place = usr.start + FileSystem::open(&disk[usr])?.place_of("/guests/bench.vm", 0)?;
        let from = place as u64 + random.below(MOST_WRITTEN);
        let fails = Some(Failure { begin, end, from });
        Ok(Fate { fails, cut })
    }

    /// Boots from the disk as the last cut left it.
    fn boot(&self) -> Result<Session> {
        let name = format!("power cut while {:?} writes", self.writers);
        let machine = Machine::new(&name).memory(MEMORY_FOR_GUESTS);
        let mut sweb = machine.image(ImageUse::File(self.image.clone())).boot()?;
        let state = sweb.command("cat /usr/churn/state")?;
        sweb.check(
            self.reached.host == 0 || state.trim() == self.reached.host.to_string(),
            &format!(
                "the disk is in round {}, and SWEB reads {state}",
                self.reached.host
            ),
        )?;
        Ok(sweb)
    }

    /// Boots, writes, and dies. Returns the last rounds that were reported as being on the disk.
    fn one_life(&self, fate: Fate) -> Result<Rounds> {
        let mut sweb = self.boot()?;
        if self.writers.host() {
            sweb.command("diskchurn 2 quiet &")?;
        }
        if self.writers.guest() {
            start_guest(&mut sweb)?;
            let state = guest_command(&mut sweb, "cat /usr/churn/state")?;
            sweb.check(
                self.reached.guest == 0 || state.contains(&self.reached.guest.to_string()),
                &format!(
                    "the guest's disk is in round {}, and it reads another",
                    self.reached.guest
                ),
            )?;
            sweb.type_line("diskchurn 1")?;
        }
        if let Some(Failure { begin, end, from }) = fate.fails {
            sweb.advance(begin)?;
            sweb.break_disk(from)?;
            sweb.advance(end - begin)?;
            sweb.mend_disk()?;
        }
        sweb.advance(fate.cut - fate.fails.map_or(0, |failure| failure.end))?;
        let reported = self.reported(&sweb);
        sweb.cut_power();
        Ok(reported)
    }

    /// The host's program writes its reports to the debug port, the guest's to the screen.
    fn reported(&self, sweb: &Session) -> Rounds {
        let last = |writes: bool, text: String| numbers_after(&text, REPORT).max().filter(|_| writes);
        Rounds {
            host: last(self.writers.host(), sweb.debug_log()).unwrap_or_default(),
            guest: last(self.writers.guest(), sweb.screen().text()).unwrap_or_default(),
        }
    }

    fn examine(&mut self, reported: Rounds) -> Result<()> {
        let disk = fs::read(&self.image)?;
        let now = Contents::read(&disk)?;
        now.check_unchanged(&self.fresh)?;
        let reached = Rounds {
            host: churn::check(&now.host, reported.host).context("on the host's disk")?,
            guest: churn::check(&now.guest, reported.guest).context("on the guest's disk")?,
        };
        ensure!(
            reached.host >= self.reached.host && reached.guest >= self.reached.guest,
            "{:?} became {reached:?}",
            self.reached
        );
        self.reached = reached;
        Ok(())
    }
}
