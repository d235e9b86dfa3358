//! Ways to boot, emulators, sizes of memory.

use anyhow::Result;
use harness::{EmulatorKind, Machine, Medium};
use system::steps::number_after;

/// Boots to the prompt, runs a program, powers off; returns the pages that `free` counts.
fn boots(machine: Machine) -> Result<u64> {
    let mut sweb = machine.boot()?;
    let free = sweb.command("free")?;
    let total = number_after(&free, "total");
    sweb.check(total.is_some(), "free does not tell the number of pages")?;
    sweb.power_off()?;
    Ok(total.unwrap_or_default())
}

#[test]
fn bochs_with_the_fast_loader() -> Result<()> {
    boots(Machine::new("boot fast")).map(drop)
}

#[test]
fn bochs_with_grub() -> Result<()> {
    boots(Machine::new("boot grub").medium(Medium::Grub)).map(drop)
}

#[test]
fn qemu_with_the_fast_loader() -> Result<()> {
    boots(Machine::new("boot qemu").emulator(EmulatorKind::Qemu)).map(drop)
}

#[test]
fn qemu_with_grub() -> Result<()> {
    boots(
        Machine::new("boot qemu grub")
            .emulator(EmulatorKind::Qemu)
            .medium(Medium::Grub),
    )
    .map(drop)
}

#[test]
fn qemu_with_the_kernel_given() -> Result<()> {
    boots(
        Machine::new("boot qemu kernel")
            .emulator(EmulatorKind::Qemu)
            .medium(Medium::Direct),
    )
    .map(drop)
}

#[test]
fn four_megabytes() -> Result<()> {
    boots(Machine::new("boot 4M").memory(4)).map(drop)
}

#[test]
fn all_of_256_megabytes_is_used() -> Result<()> {
    let pages = boots(Machine::new("boot 256M").memory(256))?;
    // The BIOS keeps some for itself.
    assert!(pages > 255 * 256, "only {pages} pages of 256 MiB");
    Ok(())
}

#[test]
fn all_of_2_gigabytes_is_used() -> Result<()> {
    let pages = boots(Machine::new("boot 2G").memory(2048))?;
    assert!(pages > 2040 * 256, "only {pages} pages of 2 GiB");
    Ok(())
}

#[test]
fn memory_above_4_gigabytes_does_no_harm() -> Result<()> {
    let machine = Machine::new("boot 5G").emulator(EmulatorKind::Qemu).memory(5120);
    let pages = boots(machine)?;
    assert!(pages > 3000 * 256, "only {pages} pages of 5 GiB");
    Ok(())
}

#[test]
fn an_old_cpu_without_smep_or_xsave() -> Result<()> {
    boots(Machine::new("boot core2").cpu("core2_penryn_t9600")).map(drop)
}

/// The number a newcomer waits for: from power-on to the prompt within five seconds, at some 50 million instructions a
/// second of a slow machine.
#[test]
fn the_prompt_is_there_soon() -> Result<()> {
    let sweb = Machine::new("boot soon").memory(128).boot()?;
    assert!(
        sweb.ticks() < 250_000_000,
        "{} instructions to the prompt",
        sweb.ticks()
    );
    Ok(())
}

/// Two boots with the same input take the same number of instructions: what makes benchmarks and bug hunts repeatable.
#[test]
fn two_boots_are_alike() -> Result<()> {
    let ticks = |name| Ok::<_, anyhow::Error>(Machine::new(name).boot()?.ticks());
    assert_eq!(ticks("boot alike 1")?, ticks("boot alike 2")?);
    Ok(())
}

/// It cannot go on, but whoever is at the terminal learns why.
#[test]
fn a_cpu_without_64_bit_mode_is_told() -> Result<()> {
    let mut sweb = Machine::new("boot pentium3")
        .emulator(EmulatorKind::Qemu)
        .cpu("pentium3")
        .start()?;
    sweb.wait_for("SWEB: this CPU has no 64-bit mode; SWEB needs an x86-64 CPU.")
}
