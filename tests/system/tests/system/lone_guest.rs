//! A guest that computes and has the CPU for itself: the host's tick stops for it, and nobody notices.

use anyhow::Result;
use harness::{Machine, RunDir, Session, TICKS_PER_SECOND};
use system::steps::{MEMORY_FOR_GUESTS, flat_guest, number_after};

/// `mov al, 0xFF; out 0x21, al; sti; jmp $`: computes, and no device of its own interrupts it.
const COMPUTES: [u8; 7] = [0xB0, 0xFF, 0xE6, 0x21, 0xFB, 0xEB, 0xFE];
/// `sti; hlt; jmp $-2`: woken by the timer, as the firmware left it.
const NAPS: [u8; 4] = [0xFB, 0xF4, 0xEB, 0xFC];
/// How often that timer interrupts.
const NAPS_A_SECOND: f64 = 18.2;
/// How long to look, in seconds.
const LOOK: u64 = 2;
/// Exits a second of a guest whose own timer, as the firmware left it, expires 18 times: at least, at most without the host's tick, and
/// at most with it.
const OWN_EXITS: f64 = 15.0;
const EXITS_ALONE: f64 = 60.0;
const EXITS_WITH_TICK: f64 = 300.0;

/// A row of `vmstat`.
fn statistic(sweb: &mut Session, guest: &str, row: &str) -> Result<u64> {
    let table = sweb.command(&format!("cls; vmstat {guest}"))?;
    let number = number_after(&table, &format!("\n{row}"));
    sweb.check(number.is_some(), &format!("vmstat has no row '{row}'"))?;
    Ok(number.unwrap_or_default())
}

/// What the machine said, and its ticks before it was asked and when the answer was there. Asking takes time, and how much
/// depends on how fast the emulator is.
struct Answer {
    value: u64,
    asked: u64,
    told: u64,
}

fn ask(sweb: &mut Session, question: impl Fn(&mut Session) -> Result<u64>) -> Result<Answer> {
    let asked = sweb.ticks();
    let value = question(sweb)?;
    let told = sweb.ticks();
    Ok(Answer { value, asked, told })
}

/// What was gained between two answers, and in how many ticks at least and at most.
struct Gain {
    value: u64,
    shortest: u64,
    longest: u64,
}

impl Gain {
    fn between(first: &Answer, second: &Answer) -> Self {
        Self {
            value: second.value.saturating_sub(first.value),
            shortest: second.asked - first.told,
            longest: second.told - first.asked,
        }
    }

    /// Whether it is what comes of so many a second, give or take a tenth.
    fn is_rate(&self, per_second: f64) -> bool {
        let per_tick = per_second / TICKS_PER_SECOND as f64;
        let (least, most) = (self.shortest as f64 * per_tick, self.longest as f64 * per_tick);
        (0.9 * least..=1.1 * most).contains(&(self.value as f64))
    }
}

/// What a row of `vmstat` gains while nobody types.
fn gained(sweb: &mut Session, guest: &str, row: &str) -> Result<Gain> {
    let first = ask(sweb, |sweb| statistic(sweb, guest, row))?;
    sweb.idle(LOOK)?;
    let second = ask(sweb, |sweb| statistic(sweb, guest, row))?;
    Ok(Gain::between(&first, &second))
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
    sweb.enter("vmrun computes", "computes")?;
    sweb.idle(1)?;
    sweb.leave()?;

    let clock = ask(&mut sweb, uptime)?;
    let exits = gained(&mut sweb, "computes", "all")?;
    // While somebody types there is a tick.
    let seconds = |ticks: u64| ticks as f64 / TICKS_PER_SECOND as f64;
    let alone = seconds(exits.shortest);
    let most = alone * EXITS_ALONE + (seconds(exits.longest) - alone) * EXITS_WITH_TICK;
    sweb.check(
        (alone * OWN_EXITS..most).contains(&(exits.value as f64)),
        &format!(
            "the guest exits {} times in {alone} seconds, instead of {most}",
            exits.value
        ),
    )?;
    let clock = Gain::between(&clock, &ask(&mut sweb, uptime)?);
    sweb.check(
        clock.is_rate(1000.0),
        &format!(
            "the host's clock goes on by {} ms in {} ticks",
            clock.value, clock.longest
        ),
    )?;

    // Whoever wants the CPU gets it: a program its half, and a sleeper when its time has come.
    let mult_beside = mult(&mut sweb)?;
    sweb.check(
        mult_beside < 3 * mult_alone,
        &format!("a program takes {mult_beside} ticks beside the guest, {mult_alone} alone"),
    )?;
    sweb.command("vmrun --detach naps")?;
    let naps = gained(&mut sweb, "naps", "interrupts injected")?;
    sweb.check(
        naps.is_rate(NAPS_A_SECOND),
        &format!(
            "the guest beside it woke up {} times in {} ticks",
            naps.value, naps.longest
        ),
    )?;

    sweb.enter("vmconsole computes", "computes")?;
    sweb.idle(1)?;
    sweb.leave()?;
    let output = sweb.command("vmkill computes")?;
    sweb.check(output.contains("was ended"), "the guest cannot be killed")
}
