//! The operations, as the guest's ELF file lists them: in the sections `.operations` and `.once`, for each the addresses where it begins
//! and ends, and its name.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use harness::build_dir;
use object::{Object, ObjectSection};

/// Something that the guest does again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// What it is called, in the guest's rows too.
    pub name: String,
    /// Where each turn begins.
    pub begin: u64,
    /// The instruction behind it.
    pub end: u64,
    /// It can be done only once at each place: the guest's figure is a mean, with whatever else happened meanwhile.
    pub once: bool,
}

/// The guest, a Multiboot kernel.
pub(super) fn image() -> Result<Vec<u8>> {
    let path: PathBuf = build_dir().join("usr-guests/guests/bench");
    fs::read(&path).with_context(|| format!("no {}: run './x build' first", path.display()))
}

/// All of them, in the order in which the guest does them.
pub fn load() -> Result<Vec<Operation>> {
    let mut all = section(".operations")?;
    let once = section(".once")?.into_iter();
    all.extend(once.map(|operation| Operation {
        once: true,
        ..operation
    }));
    all.sort_by_key(|operation| operation.begin);
    Ok(all)
}

/// What happens in the guest when its time has come, in the same order, and behind all operations. Each lasts until it happens
/// again.
pub fn events() -> Result<Vec<Operation>> {
    section(".events")
}

fn section(name: &str) -> Result<Vec<Operation>> {
    let bytes = image()?;
    let file = object::File::parse(&*bytes)?;
    let section = file
        .section_by_name(name)
        .with_context(|| format!("no {name} in the guest"))?;
    parse(section.data()?)
}

/// The operation or event of this name.
pub fn find(name: &str) -> Result<Operation> {
    let mut all = load()?;
    all.extend(events()?);
    match all.iter().find(|operation| operation.name == name) {
        Some(operation) => Ok(operation.clone()),
        None => {
            let names: Vec<&str> = all.iter().map(|operation| operation.name.as_str()).collect();
            bail!("there is no operation '{name}', but:\n  {}", names.join("\n  "));
        }
    }
}

/// Two addresses of four bytes and a text that ends with a zero, again and again.
fn parse(mut bytes: &[u8]) -> Result<Vec<Operation>> {
    let mut operations = Vec::new();
    while !bytes.is_empty() {
        let begin = address(&mut bytes)?;
        let end = address(&mut bytes)?;
        let length = bytes
            .iter()
            .position(|&byte| byte == 0)
            .context("no end of a name")?;
        operations.push(Operation {
            name: String::from_utf8(bytes[..length].to_vec())?,
            begin,
            end,
            once: false,
        });
        bytes = &bytes[length + 1..];
    }
    Ok(operations)
}

fn address(bytes: &mut &[u8]) -> Result<u64> {
    let (address, rest) = bytes.split_first_chunk().context("half an address")?;
    *bytes = rest;
    Ok(u64::from(u32::from_le_bytes(*address)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_holds_addresses_and_names() -> Result<()> {
        let section = b"\x0c\0\x10\0\x0e\0\x10\0CPUID\0\x20\0\x10\0\x22\0\x10\0WBINVD\0";
        let expected = [("CPUID", 0x10_000C, 0x10_000E), ("WBINVD", 0x10_0020, 0x10_0022)];
        let operation = |(name, begin, end): (&str, _, _)| Operation {
            name: name.to_owned(),
            begin,
            end,
            once: false,
        };
        assert_eq!(parse(section)?, expected.map(operation));
        assert!(parse(&section[..section.len() - 1]).is_err());
        assert!(parse(&section[..6]).is_err());
        Ok(())
    }
}
