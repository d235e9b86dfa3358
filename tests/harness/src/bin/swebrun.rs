//! Boots SWEB and puts its shell on this terminal: what `./x run` starts.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use harness::{
    Choice, Display, EmulatorKind, GuestFolder, ImageUse, Machine, Medium, Pace, asked_for, choose,
};

const USAGE: &str = "usage: swebrun [--demo] [--window] [--guest DIR] [--boot fast|grub|kernel] [--cpu MODEL]
               [--memory MIB] [--emulator bochs|qemu|kvm] [--gdb] [--image FILE] [--append COMMAND-LINE]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("swebrun: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    let Choice { emulator, reason } = options.emulator.map_or_else(choose, asked_for);
    eprintln!("Running in {reason}.");
    let mut machine = Machine::new("run")
        .emulator(emulator)
        .medium(options.medium)
        .memory(options.memory)
        .command_line(&options.command_line)
        .display(options.display)
        .gdb(options.gdb);
    if let Some(cpu) = &options.cpu {
        machine = machine.cpu(cpu);
    }
    for guest in options.guests {
        eprintln!(
            "At the prompt, 'vmrun {}' starts the guest of this folder.",
            guest.name()
        );
        machine = machine.guest(guest);
    }
    if options.gdb {
        eprintln!(
            "The machine waits for a debugger: 'make rungdb', or gdb's 'target remote localhost:1234'."
        );
    }
    if options.demo {
        return harness::demo(machine);
    }
    eprintln!("Ctrl-A x ends the machine, Ctrl-] leaves a guest.");
    machine.pace(Pace::RealTime).image(options.image).interact()
}

/// What the command line asks for.
struct Options {
    demo: bool,
    display: Display,
    gdb: bool,
    medium: Medium,
    cpu: Option<String>,
    memory: u32,
    emulator: Option<EmulatorKind>,
    image: ImageUse,
    command_line: String,
    guests: Vec<GuestFolder>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options> {
        let mut options = Options {
            demo: false,
            display: Display::None,
            gdb: false,
            medium: Medium::Fast,
            cpu: None,
            memory: 128,
            emulator: None,
            image: ImageUse::InPlace,
            command_line: String::new(),
            guests: Vec::new(),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .with_context(|| format!("{argument} wants a value\n{USAGE}"))
            };
            match argument.as_str() {
                "--demo" => options.demo = true,
                "--window" => options.display = Display::Window,
                "--gdb" => options.gdb = true,
                "--boot" => options.medium = medium(&value()?)?,
                "--cpu" => options.cpu = Some(value()?),
                "--memory" => options.memory = memory(&value()?)?,
                "--emulator" => options.emulator = Some(emulator(&value()?)?),
                "--image" => options.image = ImageUse::File(PathBuf::from(value()?)),
                "--append" => options.command_line = value()?,
                "--guest" => options.guests.push(GuestFolder::open(&PathBuf::from(value()?))?),
                _ => bail!("there is no option {argument}\n{USAGE}"),
            }
        }
        Ok(options)
    }
}

fn medium(name: &str) -> Result<Medium> {
    match name {
        "fast" => Ok(Medium::Fast),
        "grub" => Ok(Medium::Grub),
        "kernel" => Ok(Medium::Direct),
        _ => bail!("--boot is fast, grub or kernel (QEMU only), not {name}"),
    }
}

fn emulator(name: &str) -> Result<EmulatorKind> {
    match name {
        "bochs" => Ok(EmulatorKind::Bochs),
        "qemu" => Ok(EmulatorKind::Qemu),
        "kvm" => Ok(EmulatorKind::Kvm),
        _ => bail!("--emulator is bochs, qemu or kvm, not {name}"),
    }
}

fn memory(text: &str) -> Result<u32> {
    let number: u32 = text
        .trim_end_matches(['M', 'm'])
        .parse()
        .with_context(|| format!("--memory {text}"))?;
    if number < 4 {
        bail!("SWEB needs at least 4 MiB of memory, not {number}");
    }
    Ok(number)
}
