//! Guests: every sentence of the README's tour.

use anyhow::Result;
use harness::{ImageUse, Key, Machine, PROMPT, RunDir, Session, TICKS_PER_SECOND, copy_image};
use system::steps::{MEMORY_FOR_GUESTS, boot_for_guests, guest_command, number_after, start_guest};

#[test]
fn hello_greets_on_its_screen() -> Result<()> {
    let mut sweb = boot_for_guests("guest hello")?;
    sweb.enter("vmrun hello", "hello")?;
    sweb.wait_screen("Hello from a guest of SWEB!")?;
    let vga = sweb.vga_screen()?;
    sweb.check(
        vga.contains("Hello from a guest of SWEB!"),
        "the VGA screen does not show the guest",
    )
}

#[test]
fn hello_sees_a_key() -> Result<()> {
    let mut sweb = boot_for_guests("guest key")?;
    sweb.enter("vmrun hello", "hello")?;
    sweb.wait_screen("Press a key to switch me off.")?;
    sweb.type_text("x")?;
    sweb.wait_return()
}

#[test]
fn boot_sector_prints_through_the_bios() -> Result<()> {
    let mut sweb = boot_for_guests("guest boot")?;
    sweb.enter("vmrun boot", "boot")?;
    sweb.wait_screen("Hello from real mode!")?;
    sweb.type_text("x")?;
    sweb.wait_return()
}

#[test]
fn sweb_boots_and_runs_programs() -> Result<()> {
    let mut sweb = boot_for_guests("guest sweb")?;
    start_guest(&mut sweb)?;
    let listing = guest_command(&mut sweb, "ls /usr")?;
    sweb.check(listing.contains("shell.sweb"), "ls does not work in the guest")?;
    sweb.check(!listing.contains("guests"), "the guest sees the host's disk")?;
    guest_command(&mut sweb, "mult.sweb")?;
    let memtest = guest_command(&mut sweb, "memtest.sweb")?;
    sweb.check(memtest.contains("[PASS]"), "memtest does not pass in the guest")
}

#[test]
fn tab_and_arrows_work_in_the_guest() -> Result<()> {
    let mut sweb = boot_for_guests("guest keys")?;
    start_guest(&mut sweb)?;
    guest_command(&mut sweb, "echo first")?;
    guest_command(&mut sweb, "echo second")?;
    sweb.key(Key::Up)?;
    sweb.key(Key::Up)?;
    let recalled = format!("{PROMPT}echo first");
    sweb.wait_until("the line before the last", 20, |sweb| {
        sweb.screen().before_cursor() == recalled
    })?;
    sweb.key(Key::Down)?;
    sweb.key(Key::Down)?;
    sweb.wait_prompt()?;
    sweb.type_text("mem")?;
    sweb.key(Key::Tab)?;
    sweb.wait_until("the completed name", 20, |sweb| {
        sweb.screen().before_cursor().contains("memtest")
    })
}

#[test]
fn ctrl_bracket_leaves_the_guest_running() -> Result<()> {
    let mut sweb = boot_for_guests("guest leave")?;
    start_guest(&mut sweb)?;
    sweb.leave()?;
    let list = sweb.command("vmlist")?;
    sweb.check(list.contains("guest"), "vmlist does not know the guest")?;
    let statistics = sweb.command("vmstat")?;
    sweb.check(
        statistics.contains("exit") || statistics.contains("EXIT"),
        "vmstat counts no exits",
    )?;
    sweb.enter("vmconsole guest", "guest")?;
    sweb.wait_prompt()?;
    let listing = guest_command(&mut sweb, "ls")?;
    sweb.check(listing.contains("usr"), "the guest does not answer any more")
}

#[test]
fn the_guest_has_a_clock() -> Result<()> {
    let mut sweb = boot_for_guests("guest clock")?;
    start_guest(&mut sweb)?;
    let up = |text: String| number_after(&text, "up for").unwrap_or_default();
    let began = sweb.ticks();
    let before = up(guest_command(&mut sweb, "free")?);
    let idle_from = sweb.ticks();
    sweb.idle(5)?;
    let idle_until = sweb.ticks();
    guest_command(&mut sweb, "cls")?;
    let after = up(guest_command(&mut sweb, "free")?);
    let ended = sweb.ticks();

    // The guest read its clock twice: in the first command, and after the pause. It says whole seconds.
    let seconds = |ticks: u64| ticks / TICKS_PER_SECOND;
    let expected = seconds(idle_until - idle_from) - 1..=seconds(ended - began) + 1;
    let passed = after.saturating_sub(before);
    sweb.check(
        expected.contains(&passed),
        &format!("{expected:?} seconds of the machine were {passed} in the guest"),
    )
}

#[test]
fn the_guest_disk_survives_a_reboot_of_the_host() -> Result<()> {
    let dir = RunDir::create("guest disk image")?;
    let image = ImageUse::File(copy_image(&dir)?);
    let machine = |name| Machine::new(name).memory(MEMORY_FOR_GUESTS).image(image.clone());

    let mut sweb = machine("guest disk write").boot()?;
    start_guest(&mut sweb)?;
    guest_command(&mut sweb, "echo from the guest > /usr/note")?;
    sweb.type_line("poweroff")?;
    sweb.wait_return()?;
    sweb.power_off()?;

    let mut sweb = machine("guest disk read").boot()?;
    let host = sweb.command("cat /usr/note")?;
    sweb.check(
        !host.contains("from the guest"),
        "the guest wrote to the host's disk",
    )?;
    start_guest(&mut sweb)?;
    let note = guest_command(&mut sweb, "cat /usr/note")?;
    sweb.check(note.contains("from the guest"), "the guest's file is lost")
}

#[test]
fn two_guests_and_a_program_make_progress() -> Result<()> {
    let mut sweb = boot_for_guests("guest two")?;
    start_guest(&mut sweb)?;
    sweb.leave()?;
    sweb.enter("vmrun hello", "hello")?;
    sweb.wait_screen("Hello from a guest of SWEB!")?;
    sweb.leave()?;
    let memtest = sweb.command("memtest")?;
    sweb.check(
        memtest.contains("[PASS]"),
        "the host's program does not run beside the guests",
    )?;
    sweb.enter("vmconsole guest", "guest")?;
    sweb.wait_prompt()?;
    let memtest = guest_command(&mut sweb, "memtest")?;
    sweb.check(memtest.contains("[PASS]"), "the first guest does not go on")
}

/// The same image twice would destroy a file system: the second VM is refused, the first goes on.
#[test]
fn a_second_vm_on_the_same_disk_is_refused() -> Result<()> {
    let mut sweb = boot_for_guests("guest same disk")?;
    start_guest(&mut sweb)?;
    sweb.leave()?;
    let output = sweb.command("cls; vmrun --name second guest")?;
    sweb.check(
        output.contains("guest.img") && output.contains("in use"),
        &format!("the second VM was not refused: {output}"),
    )?;
    sweb.enter("vmconsole guest", "guest")?;
    sweb.wait_prompt()?;
    guest_command(&mut sweb, "ls").map(drop)
}

/// Pages, VMCS, tables, threads: whatever a VM had is free again when it is killed, after a short life or a longer one.
#[test]
fn fifty_killed_guests_give_all_their_pages_back() -> Result<()> {
    let mut sweb = boot_for_guests("guest kill")?;
    let five_lives = |sweb: &mut Session, idle: &str| -> Result<u64> {
        for _ in 0..5 {
            sweb.command(&format!("vmrun --detach guest; {idle}vmkill guest"))?;
        }
        let output = sweb.command("cls; free")?;
        let pages = number_after(&output, "free");
        sweb.check(pages.is_some(), "free does not tell the number of free pages")?;
        Ok(pages.unwrap_or_default())
    };
    // The first rounds fill what is kept for later: the heap's reserve, the buffers of the file system.
    five_lives(&mut sweb, "mult; ")?;
    let before = five_lives(&mut sweb, "mult; ")?;
    let mut after = before;
    for round in 0..10 {
        after = five_lives(&mut sweb, if round % 2 == 0 { "" } else { "mult; " })?;
    }
    // A guest has some nine hundred pages; the kernel's heap may have grown by one or two.
    sweb.check(
        after + 2 >= before,
        &format!("{before} free pages became {after}"),
    )
}

fn sweb_guest_on(model: &str) -> Result<()> {
    let mut sweb = Machine::new(&format!("guest on {model}"))
        .cpu(model)
        .memory(MEMORY_FOR_GUESTS)
        .boot()?;
    start_guest(&mut sweb)
}

#[test]
fn sweb_boots_on_haswell() -> Result<()> {
    sweb_guest_on("corei7_haswell_4770")
}

#[test]
fn sweb_boots_on_icelake() -> Result<()> {
    sweb_guest_on("corei7_icelake_u")
}

#[test]
fn sweb_boots_on_tigerlake() -> Result<()> {
    sweb_guest_on("tigerlake")
}

#[test]
fn vmrun_alone_explains_itself() -> Result<()> {
    let mut sweb = boot_for_guests("guest usage")?;
    let output = sweb.command("vmrun")?;
    sweb.check(
        output.contains("usage") && output.contains("vmrun"),
        "vmrun does not explain itself",
    )
}

#[test]
fn unknown_guests_and_options_are_reported() -> Result<()> {
    let mut sweb = boot_for_guests("guest errors")?;
    for line in [
        "vmrun nobody",
        "vmrun --nonsense guest",
        "vmrun --memory 1K guest",
        "vmrun /usr/README.txt",
    ] {
        let output = sweb.command(line)?;
        sweb.check(
            !output.trim().is_empty() && output.lines().count() <= 6,
            &format!("{line} says: {output}"),
        )?;
    }
    let listing = sweb.command("ls")?;
    sweb.check(listing.contains("usr"), "the shell does not go on")
}
