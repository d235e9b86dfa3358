//! The tools around a running guest: its log, its reset button, the lists.

use anyhow::Result;
use harness::{Machine, RunDir};
use system::steps::{
    MEMORY_FOR_GUESTS, boot_for_guests, flat_guest, guest_command, number_after, start_guest,
};

/// `cli; jmp $`: never lets go of the CPU.
const SPINNER: [u8; 3] = [0xFA, 0xEB, 0xFE];

#[test]
fn a_log_holds_what_the_guest_said() -> Result<()> {
    let mut sweb = boot_for_guests("guest log")?;
    sweb.enter("vmrun --log /usr/guest.log guest", "guest")?;
    sweb.wait_prompt_within(system::steps::GUEST_BOOT)?;
    guest_command(&mut sweb, "echo a line for the log")?;
    sweb.leave()?;
    let listing = sweb.command("ls /usr")?;
    sweb.check(listing.contains("guest.log"), "there is no log file")?;
    sweb.command("vmkill guest")?;
    let log = sweb.command_within("cat /usr/guest.log", 120)?;
    sweb.check(
        log.contains("a line for the log"),
        "the log lacks the guest's serial output",
    )
}

#[test]
fn the_reset_button_restarts_a_guest() -> Result<()> {
    let mut sweb = boot_for_guests("guest reset")?;
    start_guest(&mut sweb)?;
    guest_command(&mut sweb, "echo before the reset")?;
    sweb.leave()?;
    let output = sweb.command("vmreset guest")?;
    sweb.check(output.contains("was reset"), "vmreset does not say what it did")?;
    sweb.enter("vmconsole guest", "guest")?;
    sweb.wait_until("the guest's new prompt", 60, |sweb| {
        sweb.at_prompt() && !sweb.screen().contains("before the reset")
    })?;
    let memtest = guest_command(&mut sweb, "memtest")?;
    sweb.check(memtest.contains("[PASS]"), "the restarted guest does not work")
}

#[test]
fn the_lists_tell_what_runs() -> Result<()> {
    let mut sweb = boot_for_guests("guest lists")?;
    let nothing = sweb.command("vmlist")?;
    sweb.check(
        nothing.contains("no virtual machine"),
        "an empty list is not explained",
    )?;
    start_guest(&mut sweb)?;
    sweb.leave()?;
    sweb.command("vmrun --detach hello")?;

    let list = sweb.command("cls; vmlist")?;
    for (name, memory) in [("guest", "16384 KiB"), ("hello", "2048 KiB")] {
        let row = list.lines().find(|row| row.contains(name)).unwrap_or_default();
        sweb.check(
            row.contains("running") && row.contains(memory),
            &format!("the row of {name} is '{row}'"),
        )?;
        sweb.check(
            number_after(row, "KiB").is_some_and(|exits| exits > 0),
            "no exits are counted",
        )?;
    }
    let statistics = sweb.command("cls; vmstat guest")?;
    for row in [
        "port I/O",
        "HLT",
        "external interrupt",
        "interrupts injected",
        "sectors read",
        "4 KiB frames held",
    ] {
        let count = number_after(&statistics, &format!("\n{row}"));
        sweb.check(
            count.is_some_and(|count| count > 0),
            &format!("the row '{row}' says {count:?}"),
        )?;
    }

    sweb.command("vmkill hello")?;
    let list = sweb.command("cls; vmlist")?;
    let row = list.lines().find(|row| row.contains("hello")).unwrap_or_default();
    sweb.check(row.contains("killed"), &format!("the row of hello is '{row}'"))?;
    for line in [
        "vmkill hello",
        "vmreset hello",
        "vmstat nobody",
        "vmconsole nobody",
    ] {
        let output = sweb.command(line)?;
        sweb.check(
            output.contains("ended already") || output.contains("no virtual machine is called"),
            &format!("{line} says: {output}"),
        )?;
    }
    Ok(())
}

/// Interrupts are the host's, whatever the guest thinks of them.
#[test]
fn a_guest_that_spins_is_preempted_and_killed() -> Result<()> {
    let dir = RunDir::create("spinner")?;
    let mut sweb = Machine::new("guest spinner")
        .memory(MEMORY_FOR_GUESTS)
        .guest(flat_guest(&dir, "spinner", &SPINNER)?)
        .boot()?;
    sweb.enter("vmrun spinner", "spinner")?;
    sweb.idle(1)?;
    sweb.leave()?;
    let memtest = sweb.command("memtest")?;
    sweb.check(memtest.contains("[PASS]"), "the host's program does not run")?;
    let statistics = sweb.command("vmstat spinner")?;
    // Its time slices end by the preemption timer or by the host's timer interrupt.
    sweb.check(
        number_after(&statistics, "\nall").is_some_and(|count| count > 100),
        "the guest is hardly ever interrupted",
    )?;
    let output = sweb.command("vmkill spinner")?;
    sweb.check(output.contains("was ended"), "the guest cannot be killed")?;
    let list = sweb.command("vmlist")?;
    sweb.check(list.contains("killed"), "vmlist does not say 'killed'")
}
