//! The text that defines a guest.

use machine::definition::{
    Console, Definition, Format, MAX_DISKS, MAX_MEMORY, MAX_MODULES, MIN_MEMORY, Origin, TripleFaultPolicy,
};
use std::fmt::Write;

/// The target: any text is a definition or a message that names the line, and a definition written down again is the same.
pub fn run(data: &[u8]) {
    match Definition::parse(data, "guest") {
        Ok(definition) => {
            check(&definition);
            let text = written(&definition);
            let again = Definition::parse(text.as_bytes(), "other");
            assert_eq!(again.as_ref(), Ok(&definition), "{text}");
        }
        Err(error) => {
            let lines = std::str::from_utf8(data).map_or(0, |text| text.lines().count());
            if let Origin::Line { number, .. } = &error.origin {
                assert!((1..=lines).contains(number));
            }
            assert!(!error.to_string().is_empty());
        }
    }
}

/// What the machine relies on.
fn check(definition: &Definition) {
    assert!(!definition.name.is_empty());
    assert!((MIN_MEMORY..=MAX_MEMORY).contains(&definition.memory));
    assert_eq!(definition.memory % (1 << 20), 0);
    assert!(definition.disks.len() <= MAX_DISKS && definition.modules.len() <= MAX_MODULES);
    assert!(definition.kernel.is_some() || !definition.disks.is_empty());
}

/// The definition as its author could have written it.
fn written(definition: &Definition) -> String {
    let mut text = format!(
        "name = {}\nmemory = {}M\ncmdline = {}\nconsole = {}\ntriplefault = {}\nbarriers = {}\n",
        definition.name,
        definition.memory >> 20,
        definition.command_line,
        match definition.console {
            Console::Screen => "screen",
            Console::Serial => "serial",
        },
        match definition.triple_fault {
            TripleFaultPolicy::Report => "report",
            TripleFaultPolicy::Reset => "reset",
        },
        if definition.barriers { "on" } else { "off" },
    );
    let mut line = |key: &str, value: &str| writeln!(text, "{key} = {value}").expect("a string takes all");
    if let Some(kernel) = &definition.kernel {
        line("kernel", kernel);
    }
    if let Some(log) = &definition.log {
        line("log", log);
    }
    match definition.format {
        Some(Format::Multiboot) => line("format", "multiboot"),
        Some(Format::Flat) => line("format", "flat"),
        None => {}
    }
    for module in &definition.modules {
        line("module", &format!("{} {}", module.path, module.arguments));
    }
    for disk in &definition.disks {
        line(
            "disk",
            &format!("{}{}", disk.path, if disk.read_only { ",ro" } else { "" }),
        );
    }
    text
}
