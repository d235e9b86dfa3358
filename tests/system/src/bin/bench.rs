//! Counts what virtualization costs, in instructions: what `./x bench` starts. Bochs counts them exactly.

use anyhow::{Context, Result};
use harness::{Machine, Session};
use system::steps::{GUEST_BOOT, boot_for_guests};

/// Instructions between two looks at the screen: as exact as the boot times are told.
const STEP: u64 = 50_000;

fn main() -> Result<()> {
    let (bare, guest) = boot_times()?;
    println!("| instructions until the shell's prompt | |\n|---|---:|");
    println!("| bare machine, from the boot sector | {bare} |");
    println!("| guest, from Enter after `vmrun guest` | {guest} |");
    println!("| ratio | {:.2} |\n", guest as f64 / bare as f64);

    println!("| in a guest | instructions |\n|---|---:|");
    for (what, ticks) in exit_costs()? {
        println!("| {what} | {ticks} |");
    }
    Ok(())
}

fn boot_times() -> Result<(u64, u64)> {
    let mut sweb = Machine::new("bench boot").memory(128).start()?;
    until_prompt(&mut sweb)?;
    let bare = sweb.ticks() - boot_sector_tick(&sweb)?;
    sweb.type_text("vmrun guest")?;
    let start = sweb.ticks();
    sweb.key(harness::Key::Enter)?;
    until_prompt(&mut sweb)?;
    Ok((bare, sweb.ticks() - start))
}

fn until_prompt(sweb: &mut Session) -> Result<()> {
    let limit = sweb.ticks() + GUEST_BOOT * harness::TICKS_PER_SECOND;
    while !sweb.at_prompt() {
        if sweb.ticks() > limit || sweb.ending().is_some() {
            return Err(sweb.failure("the prompt does not come"));
        }
        sweb.advance(STEP)?;
    }
    Ok(())
}

/// When the BIOS was done, by Bochs' own log: "00005041941i[BIOS  ] Booting from 0000:7c00".
fn boot_sector_tick(sweb: &Session) -> Result<u64> {
    let log = std::fs::read_to_string(sweb.dir().join("bochs.log"))?;
    let line = log
        .lines()
        .find(|line| line.contains("Booting from"))
        .context("the BIOS has not booted")?;
    let tick: String = line.chars().take_while(char::is_ascii_digit).collect();
    Ok(tick.parse()?)
}

/// The rows of the guest `bench`: ticks, and for what.
fn exit_costs() -> Result<Vec<(String, u64)>> {
    let mut sweb = boot_for_guests("bench exits")?;
    sweb.type_line("vmrun bench")?;
    sweb.wait_screen("Press a key to switch me off.")?;
    let text = sweb.screen().text();
    let row = |line: &str| {
        let (ticks, what) = line.trim_start().split_once(' ')?;
        Some((what.trim().to_owned(), ticks.parse().ok()?))
    };
    Ok(text.lines().filter_map(row).collect())
}
