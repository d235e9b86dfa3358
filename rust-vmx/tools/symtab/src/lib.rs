//! Makes the table from which backtraces take function names and source lines.
//!
//! The kernel cannot afford to parse DWARF while it panics. This reads it beforehand, C++'s and Rust's alike, and keeps
//! what a backtrace prints, in a form that is searched where it lies ([`table`]).

pub mod names;
pub mod program;
pub mod table;

/// The table of an ELF file. `prefixes` are taken off the front of source paths.
pub fn convert(elf: &[u8], prefixes: &[String]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let (functions, lines) = program::read(elf, prefixes)?;
    Ok(table::encode(&functions, &lines)?)
}
