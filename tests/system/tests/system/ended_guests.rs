//! What a guest leaves when it ends: its last screen, its figures, and why.

use anyhow::Result;
use harness::{Key, Machine, RunDir};
use system::steps::{MEMORY_FOR_GUESTS, boot_for_guests, flat_guest, number_after};

const GREETING: &str = "Hello from a guest of SWEB!";

#[test]
fn its_screen_and_its_figures_stay() -> Result<()> {
    let mut sweb = boot_for_guests("ended guest")?;
    sweb.enter("vmrun hello", "hello")?;
    sweb.wait_screen(GREETING)?;
    sweb.leave()?;
    let report = sweb.command("cls; vmreport hello")?;
    sweb.check(
        report.contains("hello is running"),
        &format!("vmreport says: {report}"),
    )?;

    sweb.enter("vmconsole hello", "hello")?;
    sweb.wait_screen(GREETING)?;
    sweb.key(Key::Enter)?;
    sweb.wait_return()?;
    let report = sweb.command("cls; vmreport hello")?;
    sweb.check(
        report.contains("hello has switched itself off") && !report.contains("exit code"),
        &format!("vmreport says: {report}"),
    )?;
    let last = sweb.command("cls; vmconsole hello")?;
    sweb.check(
        last.contains(GREETING) && last.contains("the last screen of hello"),
        &format!("vmconsole shows: {last}"),
    )?;
    let counts = sweb.command("cls; vmstat hello")?;
    sweb.check(
        counts.contains("final counts") && number_after(&counts, "\nall").is_some_and(|exits| exits > 0),
        &format!("vmstat says: {counts}"),
    )?;
    let list = sweb.command("cls; vmlist")?;
    let row = list.lines().find(|row| row.contains("hello")).unwrap_or_default();
    sweb.check(
        row.contains("powered off") && row.contains("2048 KiB") && row.contains(" 0 KiB"),
        &format!("the row of hello is '{row}'"),
    )
}

/// Nothing of it was ever seen: it ends in its first slice.
#[test]
fn an_early_end_is_explained() -> Result<()> {
    let dir = RunDir::create("early end")?;
    let code = [
        0xB8, 0x00, 0xB8, 0x8E, 0xC0, // mov ax, 0xB800; mov es, ax
        0x26, 0xC7, 0x06, 0x00, 0x00, 0x51, 0x07, // mov word es:[0], 'Q'
        0xB0, 0x03, 0xE6, 0xF4, // mov al, 3; out 0xF4, al
    ];
    let mut sweb = Machine::new("early end")
        .memory(MEMORY_FOR_GUESTS)
        .guest(flat_guest(&dir, "early", &code)?)
        .boot()?;
    let ended = "early has switched itself off with exit code 3";
    for line in ["vmrun early", "vmrun --detach early", "vmreport early"] {
        let answer = sweb.command(&format!("cls; {line}"))?;
        sweb.check(answer.contains(ended), &format!("'{line}' says: {answer}"))?;
    }
    let last = sweb.command("cls; vmconsole early")?;
    sweb.check(
        last.trim_start().starts_with('Q'),
        &format!("vmconsole shows: {last}"),
    )
}

/// The last eight are remembered, and no more.
#[test]
fn what_is_kept_is_bounded() -> Result<()> {
    let mut sweb = boot_for_guests("ended guests")?;
    for number in 0..10 {
        let line = format!("cls; vmrun --detach --name end{number} hello; vmkill end{number}");
        let answer = sweb.command(&line)?;
        sweb.check(answer.contains("was ended"), &format!("'{line}' says: {answer}"))?;
    }
    let list = sweb.command("cls; vmlist")?;
    let names: Vec<_> = (0..10)
        .filter(|number| list.contains(&format!("end{number}")))
        .collect();
    sweb.check(names == [2, 3, 4, 5, 6, 7, 8, 9], &format!("{names:?} are kept"))?;
    let report = sweb.command("cls; vmreport end9")?;
    sweb.check(
        report.contains("end9 was killed"),
        &format!("vmreport says: {report}"),
    )
}
