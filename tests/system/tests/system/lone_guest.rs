//! A guest that computes and has the CPU for itself: the host's tick stops for it, and nobody notices.

use anyhow::Result;
use harness::{Key, Machine, RunDir, Session, TICKS_PER_SECOND};
use system::steps::{MEMORY_FOR_GUESTS, back_to_host, flat_guest, number_after};

/// `mov al, 0xFF; out 0x21, al; sti; jmp $`: computes, and no device of its own interrupts it.
const COMPUTES: [u8; 7] = [0xB0, 0xFF, 0xE6, 0x21, 0xFB, 0xEB, 0xFE];
/// `sti; hlt; jmp $-2`: woken by the timer, as the firmware left it.
const NAPS: [u8; 4] = [0xFB, 0xF4, 0xEB, 0xFC];
/// How often that timer interrupts in ten seconds.
const NAPS_IN_TEN_SECONDS: u64 = 182;
/// How long to look, in seconds.
const LOOK: u64 = 2;
/// Exits a second of a guest whose own timer, as the firmware left it, expires 18 times. With the host's tick there are 268.
const EXITS_A_SECOND: u64 = 60;

/// A row of `vmstat`.
fn statistic(sweb: &mut Session, guest: &str, row: &str) -> Result<u64> {
    let table = sweb.command(&format!("cls; vmstat {guest}"))?;
    let number = number_after(&table, &format!("\n{row}"));
    sweb.check(number.is_some(), &format!("vmstat has no row '{row}'"))?;
    Ok(number.unwrap_or_default())
}

/// What a row of `vmstat` gains while nobody types.
fn gained(sweb: &mut Session, guest: &str, row: &str) -> Result<u64> {
    let first = statistic(sweb, guest, row)?;
    let second = statistic(sweb, guest, row)?;
    sweb.idle(LOOK)?;
    let third = statistic(sweb, guest, row)?;
    // Looking itself takes time and keys, twice the same.
    Ok((third - second).saturating_sub(second - first))
}

/// Milliseconds that the host says it is up.
fn uptime(sweb: &mut Session) -> Result<u64> {
    let text = sweb.command("cls; free")?;
    let seconds = number_after(&text, "up for");
    let milliseconds = seconds.and_then(|seconds| number_after(&text, &format!("up for {seconds}.")));
    sweb.check(milliseconds.is_some(), "free does not say how long")?;
    Ok(seconds.unwrap_or_default() * 1000 + milliseconds.unwrap_or_default())
}

/// The machine's ticks that `mult` takes.
fn mult(sweb: &mut Session) -> Result<u64> {
    let before = sweb.ticks();
    sweb.command("mult")?;
    Ok(sweb.ticks() - before)
}

#[test]
fn the_tick_stops_for_a_lone_guest_and_nobody_notices() -> Result<()> {
    let dir = RunDir::create("lone guest")?;
    let mut sweb = Machine::new("lone guest")
        .memory(MEMORY_FOR_GUESTS)
        .guest(flat_guest(&dir, "computes", &COMPUTES)?)
        .guest(flat_guest(&dir, "naps", &NAPS)?)
        .boot()?;
    let mult_alone = mult(&mut sweb)?;
    // With its screen shown, which somebody has to look at from time to time, and left by a key.
    sweb.type_line("vmrun computes")?;
    sweb.idle(1)?;
    back_to_host(&mut sweb, "vmrun computes")?;

    let (clock, ticks) = (uptime(&mut sweb)?, sweb.ticks());
    let exits = gained(&mut sweb, "computes", "all")?;
    sweb.check(
        exits < LOOK * EXITS_A_SECOND,
        &format!("the host interrupts the guest {exits} times in {LOOK} seconds"),
    )?;
    let clock = uptime(&mut sweb)? - clock;
    let ticks = (sweb.ticks() - ticks) / (TICKS_PER_SECOND / 1000);
    sweb.check(
        clock.abs_diff(ticks) < 500,
        &format!("the host's clock says {clock} ms where {ticks} have passed"),
    )?;

    // Whoever wants the CPU gets it: a program its half, and a sleeper when its time has come.
    let mult_beside = mult(&mut sweb)?;
    sweb.check(
        mult_beside < 3 * mult_alone,
        &format!("a program takes {mult_beside} ticks beside the guest, {mult_alone} alone"),
    )?;
    sweb.command("vmrun --detach naps")?;
    let naps = gained(&mut sweb, "naps", "interrupts injected")?;
    let expected = LOOK * NAPS_IN_TEN_SECONDS / 10;
    sweb.check(
        naps.abs_diff(expected) <= expected / 10,
        &format!("{naps} times the guest beside it woke up, instead of {expected}"),
    )?;

    sweb.type_line("vmconsole computes")?;
    sweb.idle(1)?;
    sweb.key(Key::CtrlRightBracket)?;
    sweb.wait_prompt()?;
    let output = sweb.command("vmkill computes")?;
    sweb.check(output.contains("was ended"), "the guest cannot be killed")
}
