//! The files a machine starts from.

use super::SetupError;
use crate::definition::{Definition, Format};
use crate::guest::{Guest, GuestRam};
use crate::host::Host;
use crate::loader::elf::{Executable, is_elf};
use crate::loader::{Start, flat, multiboot};
use crate::storage::{File, FileError};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Loads what the definition says. Blocks.
pub(super) fn load<M: GuestRam, H: Host>(
    definition: &Definition,
    guest: &mut Guest<M, H>,
) -> Result<Start, SetupError> {
    let named = |path: &str| {
        let path = path.to_string();
        move |error| SetupError::Image { path, error }
    };
    crate::firmware::install(guest).map_err(|error| named("the firmware")(error.into()))?;
    let Some(path) = &definition.kernel else {
        let disk = definition.disks.first().map_or("", |disk| disk.path.as_str());
        guest
            .disks
            .load_boot_sector(&mut guest.memory)
            .map_err(named(disk))?;
        return Ok(boot_sector(guest));
    };
    let kernel = File::open(guest.host.clone(), path, false)?;
    let is_flat = match definition.format {
        Some(format) => format == Format::Flat,
        None => !multiboot::is_multiboot(&kernel).map_err(named(path))? && flat::is_boot_sector(&kernel),
    };
    if is_flat {
        flat::load(&kernel, &mut guest.memory).map_err(named(path))?;
        return Ok(boot_sector(guest));
    }
    let files: Vec<(File<H>, String)> = definition
        .modules
        .iter()
        .map(|module| {
            let file = File::open(guest.host.clone(), &module.path, false)?;
            Ok((
                file,
                format!("{} {}", module.path, module.arguments)
                    .trim_end()
                    .to_string(),
            ))
        })
        .collect::<Result<_, FileError>>()?;
    let modules: Vec<multiboot::Module<'_>> = files
        .iter()
        .map(|(file, text)| multiboot::Module {
            image: file,
            text: text.as_bytes(),
        })
        .collect();
    let command_line = format!("{path} {}", definition.command_line);
    let parameters = multiboot::Parameters {
        command_line: command_line.trim_end().as_bytes(),
        modules: &modules,
        has_disk: guest.disks.count() > 0,
    };
    let loaded =
        multiboot::load(&kernel, &parameters, &guest.layout, &mut guest.memory).map_err(named(path))?;
    Ok(Start::Multiboot(loaded))
}

/// The start of a boot sector, of the first disk as its number says.
fn boot_sector<M: GuestRam, H: Host>(guest: &Guest<M, H>) -> Start {
    Start::BootSector {
        drive: crate::firmware::boot_drive(&guest.disks),
    }
}

/// The name of a place in the guest's kernel, if its file has symbols. Blocks.
pub(super) fn symbol<H: Host>(host: &H, definition: &Definition, address: u64) -> Option<String> {
    let file = File::open(host.clone(), definition.kernel.as_deref()?, false).ok()?;
    if !is_elf(&file).ok()? {
        return None;
    }
    let (name, offset) = Executable::parse(&file).ok()?.symbol(&file, address)?;
    Some(format!("{}+{offset:#x}", String::from_utf8_lossy(&name)))
}
