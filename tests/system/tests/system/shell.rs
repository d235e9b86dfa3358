//! The pseudo-shell.

use anyhow::Result;
use harness::{Key, Machine, PROMPT};

#[test]
fn help_and_ls() -> Result<()> {
    let mut sweb = Machine::new("shell help").boot()?;
    let help = sweb.command("help")?;
    sweb.check(help.contains("ls [DIRECTORY]"), "help does not explain ls")?;
    let root = sweb.command("ls")?;
    sweb.check(
        root.contains("usr") && root.contains("dev"),
        "ls does not show /usr and /dev",
    )?;
    let usr = sweb.command("ls /usr")?;
    sweb.check(
        usr.contains("shell.sweb") && usr.contains("README.txt"),
        "ls /usr does not show its files",
    )
}

#[test]
fn an_unknown_word_is_reported_and_forgotten() -> Result<()> {
    let mut sweb = Machine::new("shell unknown").boot()?;
    let output = sweb.command("nonsense")?;
    sweb.check(output.contains("nonsense"), "the unknown word is not named")?;
    let listing = sweb.command("ls")?;
    sweb.check(listing.contains("usr"), "the shell does not go on")
}

#[test]
fn tab_completes_and_arrows_recall() -> Result<()> {
    let mut sweb = Machine::new("shell keys").boot()?;
    sweb.type_text("memt")?;
    sweb.key(Key::Tab)?;
    sweb.wait_until("the completed name", 10, |sweb| {
        sweb.screen().before_cursor().contains("memtest")
    })?;
    while !sweb.at_prompt() {
        sweb.key(Key::Backspace)?;
    }

    sweb.command("echo first")?;
    sweb.command("echo second")?;
    sweb.key(Key::Up)?;
    sweb.key(Key::Up)?;
    let recalled = format!("{PROMPT}echo first");
    sweb.wait_until("the line before the last", 10, |sweb| {
        sweb.screen().before_cursor() == recalled
    })?;
    sweb.key(Key::Down)?;
    let recalled = format!("{PROMPT}echo second");
    sweb.wait_until("the last line", 10, |sweb| {
        sweb.screen().before_cursor() == recalled
    })?;
    sweb.key(Key::Enter)?;
    sweb.wait_for("\nsecond")
}

/// The machine's own screen and the serial terminal show the same terminal.
#[test]
fn both_consoles_show_the_shell() -> Result<()> {
    let mut sweb = Machine::new("shell consoles").boot()?;
    sweb.command("echo on both screens")?;
    let vga = sweb.vga_screen()?;
    sweb.check(
        vga.contains("\non both screens"),
        &format!("the VGA screen shows something else:\n{vga}"),
    )?;
    sweb.check(
        vga.text().trim_end().ends_with(PROMPT.trim_end()),
        &format!("no prompt on the VGA screen:\n{vga}"),
    )
}

#[test]
fn poweroff_switches_the_machine_off() -> Result<()> {
    Machine::new("shell poweroff").boot()?.power_off()
}
