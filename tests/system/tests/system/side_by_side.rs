//! Several guests and programs at once.

use anyhow::Result;
use harness::Session;
use system::steps::{GUEST_BOOT, boot_for_guests, guest_command, number_after, start_guest};

/// How often the hypervisor has been asked by a guest.
fn exits(sweb: &mut Session, name: &str) -> Result<u64> {
    let statistics = sweb.command(&format!("cls; vmstat {name}"))?;
    let count = number_after(&statistics, "\nall");
    sweb.check(count.is_some(), &format!("vmstat counts no exits of {name}"))?;
    Ok(count.unwrap_or_default())
}

/// One guest has a disk of its own, the other starts from the host's disk as a PC does; programs run on the host for a
/// minute, and then in both.
#[test]
fn two_sweb_guests_and_a_program_share_a_minute() -> Result<()> {
    let mut sweb = boot_for_guests("guests side by side")?;
    start_guest(&mut sweb)?;
    guest_command(&mut sweb, "echo I am the first")?;
    sweb.leave()?;
    sweb.enter("vmrun bios", "bios")?;
    sweb.wait_prompt_within(2 * GUEST_BOOT)?;
    guest_command(&mut sweb, "echo I am the second")?;
    sweb.leave()?;

    let before = [exits(&mut sweb, "guest")?, exits(&mut sweb, "bios")?];
    let start = sweb.ticks();
    while sweb.ticks() - start < 60 * harness::TICKS_PER_SECOND {
        let memtest = sweb.command("cls; memtest")?;
        sweb.check(memtest.contains("[PASS]"), "the host's program fails")?;
        sweb.idle(5)?;
    }
    for (name, before) in ["guest", "bios"].into_iter().zip(before) {
        let after = exits(&mut sweb, name)?;
        // Whoever has nothing to do takes nothing from the others: not even its timer ticks.
        sweb.check(
            after < before + 60 * 10,
            &format!("{name} had {before} exits, and {after} after a minute of idleness"),
        )?;
    }

    for (name, greeting) in [("guest", "I am the first"), ("bios", "I am the second")] {
        sweb.enter(&format!("vmconsole {name}"), name)?;
        sweb.wait_screen(greeting)?;
        let memtest = guest_command(&mut sweb, "memtest")?;
        sweb.check(memtest.contains("[PASS]"), &format!("{name} does not go on"))?;
        sweb.leave()?;
    }
    sweb.command("mult").map(drop)
}
