//! Makes the table from which backtraces take function names and source lines.
//!
//! The kernel cannot afford to parse DWARF while it panics. This reads it beforehand, C++'s and Rust's alike, and keeps
//! what a backtrace prints, in a form that is searched where it lies ([`table`]).

pub mod names;
pub mod program;
pub mod table;

/// The table of an ELF file. It has the lines of source files below `roots`, named relative to them; without roots, of
/// all files.
pub fn convert(elf: &[u8], roots: &[String]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let (functions, lines) = program::read(elf, roots)?;
    Ok(table::encode(&functions, &lines)?)
}
