//! The table's format, which the kernel's class `DebugInfo` reads. All numbers are little endian.
//!
//! ```text
//!  0  8 bytes  magic "SWEBDBG2"
//!  8  u64      base: the address of the first function
//! 16  u32      number of functions
//! 20  u32      number of source files
//! 24  u32      offset of the files: u32 each, the offset of the name among the names
//! 28  u32      offset of the inline sites
//! 32  u32      offset of the lines
//! 36  u32      offset of the names: UTF-8, each ended by a NUL
//! 40  u32      size of the whole table
//! 44  u32      0
//! 48           the functions, sorted by address, not overlapping: start - base, size, name (offset among
//!              the names), lines (offset among the lines), u32 each; then one that only ends the last one's lines
//! ```
//!
//! What follows is coded in LEB128 numbers (seven bits a byte, low first).
//!
//! An inline site is a place where a function was inlined: its name (offset among the names), the file and the line of
//! the call, and the site whose code made the call. Sites are named by their offset among the sites plus 1; 0 stands for
//! code that is not inlined.
//!
//! The lines of a function are a sequence of entries:
//!
//! 1. address minus that of the entry before (at first, of the function);
//! 2. four times the difference of the line number to that of the entry before (at first, 0), zigzag coded so that
//!    small negative numbers are small, plus 1 when the file changes, plus 2 when the site changes;
//! 3. only when it changes: the number of the file (at first, 0);
//! 4. only when it changes: 0 for code that is not inlined, else 1 plus the zigzag coded difference of the site to the
//!    last one that was not 0 (at first, 0).
//!
//! An entry holds from its address up to the next one's. Line 0 means that none is known.

use std::collections::HashMap;
use std::num::TryFromIntError;

use crate::program::{Function, Inlined, Line, Lines, Place};

const MAGIC: &[u8; 8] = b"SWEBDBG2";
const HEADER_SIZE: usize = 48;
const FUNCTION_SIZE: usize = 16;

/// Encodes the table. Fails when the program is too large for its 32-bit offsets.
pub fn encode(functions: &[Function], lines: &Lines) -> Result<Vec<u8>, TryFromIntError> {
    let base = functions.first().map_or(0, |function| function.start);
    let mut encoder = Encoder::default();
    let mut records = Vec::with_capacity((functions.len() + 1) * FUNCTION_SIZE);
    for function in functions {
        let fields = [
            u32::try_from(function.start - base)?,
            u32::try_from(function.end - function.start)?,
            encoder.names.add(&function.name)?,
            u32::try_from(encoder.lines.len())?,
        ];
        records.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
        encoder.function(function, lines)?;
    }
    for field in [0, 0, 0, u32::try_from(encoder.lines.len())?] {
        records.extend(field.to_le_bytes());
    }

    let mut files = Vec::new();
    for &file in &encoder.files.order {
        files.extend(encoder.names.add(&lines.files[file])?.to_le_bytes());
    }

    let files_at = HEADER_SIZE + records.len();
    let sites_at = files_at + files.len();
    let lines_at = sites_at + encoder.sites.len();
    let names_at = lines_at + encoder.lines.len();
    let size = names_at + encoder.names.bytes.len();

    let mut table = Vec::with_capacity(size);
    table.extend(MAGIC);
    table.extend(base.to_le_bytes());
    for field in [
        functions.len(),
        encoder.files.order.len(),
        files_at,
        sites_at,
        lines_at,
        names_at,
        size,
        0,
    ] {
        table.extend(u32::try_from(field)?.to_le_bytes());
    }
    for part in [records, files, encoder.sites, encoder.lines, encoder.names.bytes] {
        table.extend(part);
    }
    Ok(table)
}

/// The parts of the table that grow while the functions are encoded.
#[derive(Default)]
struct Encoder {
    names: Names,
    files: FilesInUse,
    sites: Vec<u8>,
    known_sites: HashMap<Vec<Inlined>, usize>,
    lines: Vec<u8>,
}

impl Encoder {
    /// What stands for a chain of inlined functions.
    fn site(&mut self, inlined: &[Inlined]) -> Result<usize, TryFromIntError> {
        let [innermost, outer @ ..] = inlined else {
            return Ok(0);
        };
        if let Some(&site) = self.known_sites.get(inlined) {
            return Ok(site);
        }
        let parent = self.site(outer)?;
        let file = self.files.number(innermost.call.file);
        let name = self.names.add(&innermost.name)?;
        let site = self.sites.len() + 1;
        for field in [u64::from(name), file as u64, innermost.call.line, parent as u64] {
            leb128(field, &mut self.sites);
        }
        self.known_sites.insert(inlined.to_vec(), site);
        Ok(site)
    }

    /// Encodes the lines of a function.
    fn function(&mut self, function: &Function, lines: &Lines) -> Result<(), TryFromIntError> {
        // The entry that holds at the function's start may lie before it.
        let before = lines
            .by_address
            .range(..=function.start)
            .next_back()
            .map(|(_, line)| line);
        let within = lines
            .by_address
            .range(function.start + 1..function.end.max(function.start + 1));
        let entries = before
            .map(|line| (function.start, line))
            .into_iter()
            .chain(within.map(|(&at, line)| (at, line)));

        let (mut address, mut file, mut line, mut site) = (function.start, 0, 0, 0);
        let mut last_site = 0;
        for (at, entry) in entries {
            let (new_file, new_line, new_site) = match entry {
                Some(Line {
                    place: Place { file, line },
                    inlined,
                }) if *line != 0 => (self.files.number(*file), *line, self.site(inlined)?),
                _ => (file, 0, site),
            };
            if (new_file, new_line, new_site) == (file, line, site) {
                continue;
            }
            leb128(at - address, &mut self.lines);
            let changes = u64::from(new_file != file) | u64::from(new_site != site) << 1;
            leb128(zigzag(new_line, line) << 2 | changes, &mut self.lines);
            if new_file != file {
                leb128(new_file as u64, &mut self.lines);
            }
            if new_site != site && new_site == 0 {
                leb128(0, &mut self.lines);
            } else if new_site != site {
                leb128(1 + zigzag(new_site as u64, last_site), &mut self.lines);
                last_site = new_site as u64;
            }
            (address, file, line, site) = (at, new_file, new_line, new_site);
        }
        Ok(())
    }
}

/// Each name once.
#[derive(Default)]
struct Names {
    bytes: Vec<u8>,
    known: HashMap<String, u32>,
}

impl Names {
    fn add(&mut self, name: &str) -> Result<u32, TryFromIntError> {
        if let Some(&offset) = self.known.get(name) {
            return Ok(offset);
        }
        let offset = u32::try_from(self.bytes.len())?;
        self.bytes.extend(name.as_bytes());
        self.bytes.push(0);
        self.known.insert(name.to_owned(), offset);
        Ok(offset)
    }
}

/// Numbers the files in the order in which the functions need them.
#[derive(Default)]
struct FilesInUse {
    order: Vec<usize>,
    numbers: HashMap<usize, usize>,
}

impl FilesInUse {
    fn number(&mut self, file: usize) -> usize {
        let next = self.order.len();
        *self.numbers.entry(file).or_insert_with(|| {
            self.order.push(file);
            next
        })
    }
}

/// The difference of two numbers, so that small ones are small, negative ones too: 0, -1, 1, -2 are 0, 1, 2, 3.
fn zigzag(new: u64, old: u64) -> u64 {
    let delta = new.wrapping_sub(old).cast_signed();
    ((delta << 1) ^ (delta >> 63)).cast_unsigned()
}

fn leb128(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(file: usize, line: u64, inlined: &[(&str, usize, u64)]) -> Option<Line> {
        let inlined = inlined
            .iter()
            .map(|&(name, file, line)| Inlined {
                name: name.to_owned(),
                call: Place { file, line },
            })
            .collect();
        Some(Line {
            place: Place { file, line },
            inlined,
        })
    }

    fn word(table: &[u8], at: usize) -> usize {
        u32::from_le_bytes(table[at..at + 4].try_into().expect("four bytes")) as usize
    }

    fn name(table: &[u8], offset: usize) -> &str {
        let names = &table[word(table, 36)..];
        let end = offset + names[offset..].iter().position(|&byte| byte == 0).expect("a NUL");
        str::from_utf8(&names[offset..end]).expect("UTF-8")
    }

    #[test]
    fn layout() {
        let functions = [
            Function {
                start: 0x1000,
                end: 0x1010,
                name: "first".to_owned(),
            },
            Function {
                start: 0x1010,
                end: 0x1030,
                name: "second".to_owned(),
            },
        ];
        let mut lines = Lines {
            files: vec!["unused".into(), "a.cpp".into(), "b.rs".into()],
            ..Lines::default()
        };
        lines.by_address.extend([
            (0x1000, line(1, 10, &[])),
            (0x1004, line(1, 10, &[])), // says nothing new
            (0x1008, line(1, 8, &[])),
            (0x1010, line(2, 200, &[("inner", 1, 7), ("outer", 2, 30)])),
            (0x1020, None),
        ]);
        let table = encode(&functions, &lines).expect("it is small");

        assert_eq!(&table[..8], MAGIC);
        assert_eq!((word(&table, 16), word(&table, 20)), (2, 2));
        assert_eq!(word(&table, 40), table.len());
        let second = HEADER_SIZE + FUNCTION_SIZE;
        assert_eq!((word(&table, second), word(&table, second + 4)), (0x10, 0x20));
        assert_eq!(name(&table, word(&table, second + 8)), "second");
        let files = word(&table, 24);
        assert_eq!(name(&table, word(&table, files + 4)), "b.rs");

        // The names are first, second, outer, inner: at 0, 6, 13, 19. The outer site is stored first.
        assert_eq!(name(&table, 13), "outer");
        assert_eq!(name(&table, 19), "inner");
        let sites = &table[word(&table, 28)..word(&table, 32)];
        assert_eq!(sites, [13, 1, 30, 0, 19, 0, 7, 1]);

        // first: line 10 (zigzag 20, times 4), 8 bytes on -2 (zigzag 3, times 4).
        // second: line 200 (zigzag 400, times 4, plus 3) in file 1, site 5 (zigzag 10), 16 bytes on no line (zigzag 399).
        let entries = &table[word(&table, 32)..word(&table, 36)];
        assert_eq!(entries, [0, 80, 8, 12, 0, 0xC3, 0x0C, 1, 11, 16, 0xBC, 0x0C]);
    }

    #[test]
    fn an_empty_program_has_an_empty_table() {
        let table = encode(&[], &Lines::default()).expect("it is small");
        assert_eq!(table.len(), HEADER_SIZE + FUNCTION_SIZE);
    }
}
