//! The tour: what a newcomer would do in the first two minutes, played by itself.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::machine::{Machine, build_dir};
use crate::session::Session;

/// Boots the machine, starts a guest, uses it, comes back, and powers off; prints what was to be seen and saves pictures.
pub fn demo(machine: Machine) -> Result<()> {
    let started = Instant::now();
    let mut tour = Tour::begin(machine)?;
    tour.say("SWEB has booted; this is its pseudo-shell");
    tour.picture("1-host")?;
    tour.host_command("ls")?;

    tour.say("a second, unmodified SWEB boots in a virtual machine");
    tour.sweb.enter("vmrun guest", "guest")?;
    tour.sweb.wait_prompt_within(240)?;
    tour.picture("2-guest")?;
    tour.say("a program runs in the guest, from the guest's own disk");
    tour.guest_command("ls")?;
    tour.guest_command("mult.sweb")?;
    tour.picture("3-guest-at-work")?;

    tour.say("Ctrl-] leads back to the host; the guest goes on running");
    tour.sweb.leave()?;
    tour.host_command("vmlist")?;
    tour.host_command("vmstat")?;
    tour.picture("4-host-again")?;
    tour.end(started)
}

struct Tour {
    sweb: Session,
    dir: PathBuf,
}

impl Tour {
    fn begin(machine: Machine) -> Result<Tour> {
        let dir = build_dir().join("demo");
        fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        Ok(Tour {
            sweb: machine.boot()?,
            dir,
        })
    }

    fn say(&self, text: &str) {
        println!("\n=== {text}");
    }

    fn host_command(&mut self, line: &str) -> Result<()> {
        let output = self.sweb.command(line)?;
        println!("SWEB: /> {line}\n{output}");
        Ok(())
    }

    /// A guest's screen arrives as changes of cells: it is read as a picture, not as a stream.
    fn guest_command(&mut self, line: &str) -> Result<()> {
        self.sweb.type_line(line)?;
        self.sweb.wait_prompt()?;
        println!("{}", self.sweb.screen());
        Ok(())
    }

    /// The machine's own screen, and the terminal at its serial line.
    fn picture(&mut self, name: &str) -> Result<()> {
        let vga = self.dir.join(format!("{name}.png"));
        self.sweb.vga_screen()?.save_png(&vga)?;
        self.sweb
            .screen()
            .save_png(&self.dir.join(format!("{name}-serial.png")))?;
        println!("{}\n(picture: {})", self.sweb.screen(), vga.display());
        Ok(())
    }

    fn end(self, started: Instant) -> Result<()> {
        let transcript = self.dir.join("transcript.txt");
        fs::write(&transcript, self.sweb.transcript())?;
        self.sweb.power_off()?;
        println!(
            "\nThe machine is off, after {:.1} s. Transcript: {}",
            started.elapsed().as_secs_f64(),
            transcript.display()
        );
        Ok(())
    }
}
