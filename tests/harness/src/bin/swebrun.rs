//! Boots SWEB and puts its shell on this terminal: what `./x run` starts.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use harness::{
    Choice, Display, EmulatorKind, GuestFolder, ImageUse, Machine, Medium, Pace, asked_for, choose, memory,
};

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
    let arguments = std::env::args_os().skip(1).map(|argument| {
        let text = argument.into_string();
        text.map_err(|bytes| anyhow!("{} is no UTF-8; rename what it names", bytes.display()))
    });
    let arguments: Vec<String> = arguments.collect::<Result<_>>()?;
    let options = Options::parse(arguments.into_iter())?;
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
                    .with_context(|| format!("{argument} wants a value; './x help' says which"))
            };
            match argument.as_str() {
                "--demo" => options.demo = true,
                "--window" => options.display = Display::Window,
                "--gdb" => options.gdb = true,
                "--boot" => options.medium = medium(&value()?)?,
                "--cpu" => options.cpu = Some(value()?),
                "--memory" => options.memory = memory(&value()?).context("--memory")?,
                "--emulator" => options.emulator = Some(emulator(&value()?)?),
                "--image" => options.image = ImageUse::File(PathBuf::from(value()?)),
                "--append" => options.command_line = value()?,
                "--guest" => options.guests.push(GuestFolder::open(&PathBuf::from(value()?))?),
                _ => bail!("there is no option '{argument}'; './x help' lists them"),
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
        _ => bail!("--boot is fast, grub or kernel (QEMU only), not '{name}'"),
    }
}

fn emulator(name: &str) -> Result<EmulatorKind> {
    match name {
        "bochs" => Ok(EmulatorKind::Bochs),
        "qemu" => Ok(EmulatorKind::Qemu),
        "kvm" => Ok(EmulatorKind::Kvm),
        _ => bail!("--emulator is bochs, qemu or kvm, not '{name}'"),
    }
}
