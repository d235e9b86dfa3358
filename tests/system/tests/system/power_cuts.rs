//! The power is cut while programs write on the host, in a guest, or in both. Afterwards both file systems are sound, all
//! that had been flushed is there, and SWEB boots from the disk as it is, to have its power cut again.
//!
//! Bochs hands each sector to the image file when it has it, and a cut falls between any two instructions of the guest
//! system, so also into the middle of a transfer.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use harness::{ImageUse, Machine, RunDir, Session, TICKS_PER_SECOND, copy_image};
use minix::{FileSystem, Tree};
use system::churn;
use system::random::Random;
use system::steps::{MEMORY_FOR_GUESTS, guest_command, numbers_after, start_guest};

/// Cuts of each test, in the short form.
const CUTS: u64 = 10;
/// So many cuts one disk has to stand: what is lost at a cut stays lost, and the guest's disk is small.
const CUTS_OF_A_DISK: u64 = 5;
/// The longest life, in seconds of guest time after the programs have been started.
const LIFE: u64 = 2;
const REPORT: &str = "round ";

/// The file in partition 2 that is the guest's disk.
const GUEST_DISK: &str = "/guests/guest.img";

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

/// A round of `diskchurn` for the host and one for the guest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rounds {
    host: u64,
    guest: u64,
}

#[test]
fn while_the_host_writes() -> Result<()> {
    cut_again_and_again(Writers::Host)
}

#[test]
fn while_a_guest_writes() -> Result<()> {
    cut_again_and_again(Writers::Guest)
}

#[test]
fn while_host_and_guest_write() -> Result<()> {
    cut_again_and_again(Writers::Both)
}

fn cut_again_and_again(writers: Writers) -> Result<()> {
    let seed = counts::seed(0x5EED_0FF0);
    let mut random = Random::new(seed ^ writers as u64);
    for number in 0..CUTS * counts::scale() / CUTS_OF_A_DISK {
        DiskOfManyLives::new(writers)?
            .live(&mut random)
            .with_context(|| format!("SWEB_SEED={seed}, disk {number}, {writers:?}"))?;
    }
    Ok(())
}

/// A disk from one power cut to the next.
struct DiskOfManyLives {
    writers: Writers,
    dir: RunDir,
    image: PathBuf,
    /// The files before the first life.
    fresh: Contents,
    reached: Rounds,
}

impl DiskOfManyLives {
    fn new(writers: Writers) -> Result<Self> {
        let dir = RunDir::create("power cut")?;
        let image = copy_image(&dir)?;
        let fresh = Contents::read(&fs::read(&image)?)?;
        Ok(Self {
            writers,
            dir,
            image,
            fresh,
            reached: Rounds::default(),
        })
    }

    fn live(mut self, random: &mut Random) -> Result<()> {
        for life in 0..CUTS_OF_A_DISK {
            let after = random.below(LIFE * TICKS_PER_SECOND);
            let examined = self.one_life(after).and_then(|reported| self.examine(reported));
            if let Err(error) = examined {
                self.dir.keep();
                return Err(error.context(format!(
                    "life {life}, cut {after} ticks after the start, disk in {}",
                    self.image.display()
                )));
            }
            counts::add("power cuts", 1);
        }
        let sweb = self.boot()?;
        sweb.power_off()
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

    /// Boots, writes, and dies after so many ticks. Returns the last rounds that were reported as being on the disk.
    fn one_life(&self, ticks: u64) -> Result<Rounds> {
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
        sweb.advance(ticks)?;
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

/// What is on a disk and on the guest's disk in it, which fsck has found sound.
struct Contents {
    /// Partition 1, for GRUB: nobody writes there.
    boot: Vec<u8>,
    host: Tree,
    guest_boot: Vec<u8>,
    guest: Tree,
}

impl Contents {
    fn read(disk: &[u8]) -> Result<Self> {
        let host = sound_tree(disk).context("the host's file system")?;
        let guest_disk = host.get(GUEST_DISK).and_then(Option::as_ref);
        let guest_disk = guest_disk.context("the guest's disk is missing")?;
        Ok(Self {
            boot: disk[minix::partition(disk, 1)?].to_vec(),
            guest_boot: guest_disk[minix::partition(guest_disk, 1)?].to_vec(),
            guest: sound_tree(guest_disk).context("the guest's file system")?,
            host,
        })
    }

    fn check_unchanged(&self, fresh: &Contents) -> Result<()> {
        ensure!(self.boot == fresh.boot, "the host's boot partition has changed");
        ensure!(
            self.guest_boot == fresh.guest_boot,
            "the guest's boot partition has changed"
        );
        check_others(&self.host, &fresh.host).context("on the host's disk")?;
        check_others(&self.guest, &fresh.guest).context("on the guest's disk")
    }
}

/// The files of `/usr`, if nothing is wrong with them but that some space is lost.
fn sound_tree(disk: &[u8]) -> Result<Tree> {
    let usr = &disk[minix::partition(disk, 2)?];
    let report = minix::check(usr)?;
    ensure!(report.damage.is_empty(), "fsck.minix: {:#?}", report.damage);
    FileSystem::open(usr)?.tree()
}

/// Files that nobody writes are as they were.
fn check_others(now: &Tree, fresh: &Tree) -> Result<()> {
    let is_other = |path: &&String| *path != GUEST_DISK && !path.starts_with("/churn");
    for path in now.keys().chain(fresh.keys()).filter(is_other) {
        ensure!(now.get(path) == fresh.get(path), "{path} has changed");
    }
    Ok(())
}
