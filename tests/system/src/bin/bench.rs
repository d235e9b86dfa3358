//! Counts what virtualization costs, in instructions: what `./x bench` starts. Bochs counts them exactly. Beside each number stands
//! the one of the last committed run, `tests/bench/results.txt`; `--save` writes that anew.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use harness::{Machine, Session};
use system::steps::{GUEST_BOOT, boot_for_guests};

/// Instructions between two looks at the screen: as exact as the boot times are told.
const STEP: u64 = 50_000;

/// What Linux 6.1's KVM takes for the same in the same emulator, and what is the goal here.
const PEERS: [(&str, u64, u64); 12] = [
    ("WBINVD", 867, 90),
    ("VMCALL 0", 960, 100),
    ("CPUID", 971, 120),
    ("RDMSR", 1033, 130),
    ("WRMSR", 1791, 150),
    ("MOV to CR0", 1110, 180),
    ("MOV to CR4", 1110, 180),
    ("IN, timer's counter", 1287, 150),
    ("IN, interrupt mask", 1255, 150),
    ("IN, UART line status", 3174, 150),
    ("IN, clock", 3166, 150),
    ("OUT, port 0x80", 3118, 150),
];

fn main() -> Result<()> {
    let save = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--save") => true,
        Some(other) => bail!("unknown option '{other}'; there is --save"),
    };
    let last = last_results()?;
    let mut rows = boot_times()?;
    rows.extend(exit_costs()?);
    println!("| instructions for | now | last | KVM 6.1 | goal |\n|---|---:|---:|---:|---:|");
    for (what, now) in &rows {
        let last = last.get(what).map_or(String::new(), u64::to_string);
        let peer = PEERS.iter().find(|(name, ..)| name == what);
        let (kvm, goal) = peer.map_or(Default::default(), |(_, kvm, goal)| {
            (kvm.to_string(), goal.to_string())
        });
        println!("| {what} | {now} | {last} | {kvm} | {goal} |");
    }
    if save {
        let lines: String = rows
            .iter()
            .map(|(what, now)| format!("{now}\t{what}\n"))
            .collect();
        fs::write(results(), lines).context("cannot write the results")?;
    }
    Ok(())
}

fn results() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench/results.txt")
}

fn last_results() -> Result<HashMap<String, u64>> {
    let text = fs::read_to_string(results()).unwrap_or_default();
    text.lines()
        .map(|line| {
            let (number, what) = line.split_once('\t').context("no tab in a line of the results")?;
            Ok((what.to_owned(), number.parse()?))
        })
        .collect()
}

fn boot_times() -> Result<Vec<(String, u64)>> {
    let mut sweb = Machine::new("bench boot").memory(128).start()?;
    until_prompt(&mut sweb)?;
    let bare = sweb.ticks() - boot_sector_tick(&sweb)?;
    sweb.type_text("vmrun guest")?;
    let start = sweb.ticks();
    sweb.key(harness::Key::Enter)?;
    until_prompt(&mut sweb)?;
    Ok(vec![
        (
            "prompt of the bare machine, from the boot sector".to_owned(),
            bare,
        ),
        ("prompt of the guest, from Enter".to_owned(), sweb.ticks() - start),
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

/// The rows of the guest `bench`: for what, and how many.
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
