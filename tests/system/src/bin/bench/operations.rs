//! The operations of the guest `bench`, as its ELF file lists them: in the section `.operations`, for each the address of its first
//! instruction and its name.

use std::fs;

use anyhow::{Context, Result};
use harness::build_dir;
use object::{Object, ObjectSection};

/// Something that the guest does again and again.
pub struct Operation {
    /// What it is called, in the guest's rows too.
    pub name: String,
    /// Where each turn begins.
    pub address: u64,
}

/// Names of all operations.
pub fn names() -> Result<Vec<String>> {
    Ok(load()?.into_iter().map(|operation| operation.name).collect())
}

/// The operation of this name.
pub fn find(name: &str) -> Result<Operation> {
    load()?
        .into_iter()
        .find(|operation| operation.name == name)
        .with_context(|| format!("the guest 'bench' has no operation '{name}'"))
}

fn load() -> Result<Vec<Operation>> {
    let path = build_dir().join("usr-guests/guests/bench");
    let bytes = fs::read(&path).with_context(|| format!("no {}", path.display()))?;
    let file = object::File::parse(&*bytes)?;
    let section = file.section_by_name(".operations").context("no .operations")?;
    parse(section.data()?)
}

/// Pairs of four bytes and a text that ends with a zero.
fn parse(mut bytes: &[u8]) -> Result<Vec<Operation>> {
    let mut operations = Vec::new();
    while !bytes.is_empty() {
        let (address, rest) = bytes.split_first_chunk().context("half an address")?;
        let end = rest
            .iter()
            .position(|&byte| byte == 0)
            .context("no end of a name")?;
        operations.push(Operation {
            name: String::from_utf8(rest[..end].to_vec())?,
            address: u64::from(u32::from_le_bytes(*address)),
        });
        bytes = &rest[end + 1..];
    }
    Ok(operations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_holds_addresses_and_names() -> Result<()> {
        let operations = parse(b"\x0c\0\x10\0CPUID\0\x20\0\x10\0WBINVD\0")?;
        let pairs: Vec<_> = operations.iter().map(|o| (o.address, o.name.as_str())).collect();
        assert_eq!(pairs, [(0x10_000C, "CPUID"), (0x10_0020, "WBINVD")]);
        assert!(parse(b"\x0c\0\x10\0CPUID").is_err());
        Ok(())
    }
}
