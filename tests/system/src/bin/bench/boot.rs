//! How long a boot takes, of the host and of a guest.

use std::fs;

use anyhow::{Context, Result};
use harness::{Console, Key, Machine, Session};
use system::kernel::{self, BusyTicks};
use system::steps::GUEST_BOOT;

use crate::row::Row;

/// Instructions between two looks at the screen: as exact as the boot times are told.
const STEP: u64 = 50_000;

/// From the boot sector, and from the Enter behind `vmrun`, to the prompt.
pub fn measure() -> Result<Vec<Row>> {
    let counter = BusyTicks::find()?;
    let mut sweb = Machine::new("bench boot").memory(128).start()?;
    until_prompt(&mut sweb)?;
    let boot_sector = boot_sector_tick(&sweb)?;
    let bare = sweb.ticks() - boot_sector;
    let bare_busy = counter.read(&mut sweb)? - boot_sector;
    sweb.type_text("vmrun guest")?;
    let start = sweb.ticks();
    let busy_start = counter.read(&mut sweb)?;
    sweb.key(Key::Enter)?;
    sweb.look_at(Console::guest("guest"));
    let entry = kernel::address("vmx_world_switch")?;
    sweb.break_at(&[entry])?;
    sweb.run_to(entry)?;
    let started = sweb.ticks() - start;
    sweb.break_at(&[])?;
    until_prompt(&mut sweb)?;
    let busy = counter.read(&mut sweb)? - busy_start;
    Ok(vec![
        Row::new("vmrun, to the first instruction", started),
        Row::new("boot to the prompt", sweb.ticks() - start).beside(bare),
        Row::new("boot to the prompt, without halts", busy).beside(bare_busy),
    ])
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
    let log = fs::read_to_string(sweb.dir().join("bochs.log"))?;
    let line = log
        .lines()
        .find(|line| line.contains("Booting from"))
        .context("the BIOS has not booted")?;
    let tick: String = line.chars().take_while(char::is_ascii_digit).collect();
    Ok(tick.parse()?)
}
