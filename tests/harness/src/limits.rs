//! What an emulator can be asked for. It is said before one starts: their own answer is a dump of registers.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::machine::{Display, EmulatorKind, Machine, Medium};

/// The most that Bochs takes, in MiB.
const MOST_OF_BOCHS: u32 = 2048;
/// The least in which SWEB's kernel has room, in MiB.
const LEAST: u32 = 4;

/// Reads a size of RAM, such as `256`, `256M` or `1G`; in MiB.
pub fn memory(text: &str) -> Result<u32> {
    let (digits, shift) = match text.char_indices().last() {
        Some((end, 'G' | 'g')) => (&text[..end], 10),
        Some((end, 'M' | 'm')) => (&text[..end], 0),
        _ => (text, 0),
    };
    let number: u32 = digits
        .parse()
        .with_context(|| format!("'{text}' is no size; write megabytes or gigabytes, such as 256M or 1G"))?;
    number
        .checked_mul(1 << shift)
        .with_context(|| format!("{text} is more than a PC can have; write less, such as 1G"))
}

/// Says what is wrong with a machine that the emulator would not take.
pub(crate) fn check(machine: &Machine) -> Result<()> {
    check_memory(machine.emulator, machine.memory)?;
    check_ways(machine)?;
    match &machine.cpu {
        Some(cpu) => check_cpu(machine.emulator, cpu),
        None => Ok(()),
    }
}

/// What only some emulators, or some ways to boot, can do; elsewhere it would be forgotten without a word.
fn check_ways(machine: &Machine) -> Result<()> {
    let is_bochs = machine.emulator == EmulatorKind::Bochs;
    if is_bochs && machine.medium == Medium::Direct {
        bail!("only QEMU takes a kernel without a disk; boot Bochs by 'fast' or 'grub'");
    }
    if is_bochs && machine.gdb {
        bail!("only QEMU waits for gdb, for Debian's Bochs has a debugger of its own; choose qemu");
    }
    if machine.medium == Medium::Grub && !machine.command_line.is_empty() {
        bail!("GRUB's script on the disk has its own command line for the kernel; boot by 'fast' instead");
    }
    let has = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    let has_display = has("DISPLAY") || !is_bochs && has("WAYLAND_DISPLAY");
    if machine.display == Display::Window && !has_display {
        bail!(
            "a window needs a graphical session, and DISPLAY is not set; SWEB's screen is on this terminal, too"
        );
    }
    Ok(())
}

fn check_memory(emulator: EmulatorKind, memory: u32) -> Result<()> {
    if memory < LEAST {
        bail!("SWEB needs at least {LEAST} MiB of memory, not {memory}");
    }
    if emulator == EmulatorKind::Bochs && memory > MOST_OF_BOCHS {
        bail!(
            "Bochs gives a machine at most {MOST_OF_BOCHS} MiB of memory, not {memory}; choose less, or another emulator"
        );
    }
    Ok(())
}

fn check_cpu(emulator: EmulatorKind, cpu: &str) -> Result<()> {
    let (program, models) = match emulator {
        EmulatorKind::Bochs => (
            "Bochs",
            models_of_bochs(&output_of("bochs-bin", &["--help", "cpu"])?),
        ),
        EmulatorKind::Qemu | EmulatorKind::Kvm => (
            "QEMU",
            models_of_qemu(&output_of("qemu-system-x86_64", &["-cpu", "help"])?),
        ),
    };
    // QEMU's may be followed by features to switch on and off.
    let model = cpu.split(',').next().unwrap_or_default();
    if !models.iter().any(|known| known == model) {
        bail!("{program} has no CPU model '{cpu}'; it has {}", models.join(", "));
    }
    Ok(())
}

fn output_of(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.with_context(|| format!("cannot start {program}: run './x setup'"))?;
    // Bochs writes its list to the one, its greeting to the other.
    let text = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The lines after "Supported CPU models:", up to a blank one.
fn models_of_bochs(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| !line.starts_with("Supported CPU"));
    let models = lines.skip(1).skip_while(|line| line.is_empty());
    models
        .take_while(|line| !line.is_empty())
        .map(|line| line.trim().to_owned())
        .collect()
}

/// "x86 Haswell   (alias of Haswell-v4)", up to the list of features.
fn models_of_qemu(help: &str) -> Vec<String> {
    let lines = help.lines().take_while(|line| !line.starts_with("Recognized"));
    let model = |line: &str| {
        let mut words = line.split_whitespace();
        let model = words.find(|word| *word != "x86")?;
        (!line.starts_with("Available")).then(|| model.to_owned())
    };
    lines.filter_map(model).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, mebibytes) in [
            ("256", 256),
            ("256M", 256),
            ("64m", 64),
            ("1G", 1024),
            ("2g", 2048),
        ] {
            assert_eq!(memory(text).unwrap(), mebibytes, "{text}");
        }
        for text in [
            "",
            "G",
            "M",
            "1T",
            "1 G",
            "-1",
            "1.5G",
            "lots",
            "99999999999M",
            "4194304G",
        ] {
            let error = memory(text).unwrap_err();
            assert!(format!("{error:#}").contains("such as"), "{text}: {error:#}");
        }
    }

    #[test]
    fn what_bochs_cannot_give_is_said() {
        let machine = |memory, cpu: &str| Machine::new("limits").memory(memory).cpu(cpu);
        assert!(check(&machine(2048, "tigerlake")).is_ok());
        for (wrong, words) in [
            (machine(2049, "tigerlake"), ["2048", "2049"]),
            (machine(3, "tigerlake"), ["4 MiB", "3"]),
            (machine(64, "foo"), ["'foo'", "tigerlake"]),
            (machine(64, ""), ["''", "corei7_skylake_x"]),
            (
                machine(64, "foo").emulator(EmulatorKind::Qemu),
                ["'foo'", "Haswell"],
            ),
        ] {
            let error = check(&wrong).unwrap_err().to_string();
            for word in words {
                assert!(error.contains(word), "no '{word}': {error}");
            }
        }
        let qemu = machine(8192, "Haswell,+vmx").emulator(EmulatorKind::Qemu);
        assert!(check(&qemu).is_ok());
    }

    #[test]
    fn what_would_be_forgotten_is_refused() {
        let machine = || Machine::new("limits");
        let qemu = || machine().emulator(EmulatorKind::Qemu);
        for (wrong, word) in [
            (machine().medium(Medium::Direct), "'fast' or 'grub'"),
            (machine().gdb(true), "choose qemu"),
            (machine().medium(Medium::Grub).command_line("debug"), "'fast'"),
        ] {
            let error = check(&wrong).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
        for right in [
            machine().command_line("debug"),
            machine().medium(Medium::Grub),
            qemu().medium(Medium::Direct).command_line("debug").gdb(true),
        ] {
            check(&right).unwrap();
        }
    }
}
