//! The table's format, which the kernel's class `DebugInfo` reads. All numbers are little endian.
//!
//! ```text
//!  0  8 bytes  magic "SWEBDBG2"
//!  8  u64      base: the address of the first function
//! 16  u32      number of functions
//! 20  u32      number of source files
//! 24  u32      offset of the files: u32 each, the offset of the name among the names
//! 28  u32      offset of the lines
//! 32  u32      offset of the names: UTF-8, each ended by a NUL
//! 36  u32      size of the whole table
//! 40           the functions, sorted by address, not overlapping: start - base, size, name (offset among
//!              the names), lines (offset among the lines), u32 each; then one that only ends the last one's lines
//! ```
//!
//! The lines of a function are a sequence of entries in LEB128 numbers (seven bits a byte, low first):
//!
//! 1. address minus that of the entry before (at first, of the function);
//! 2. twice the difference of the line number to that of the entry before (at first, 0), zigzag coded so that small
//!    negative numbers are small, plus 1 when the file changes;
//! 3. only when it changes: the number of the file. At first it is 0.
//!
//! An entry holds from its address up to the next one's. Line 0 means that none is known.

use std::collections::HashMap;

use crate::program::{Function, Line, Lines};

const MAGIC: &[u8; 8] = b"SWEBDBG2";
const HEADER_SIZE: usize = 40;
const FUNCTION_SIZE: usize = 16;

/// Encodes the table. Fails when the program is too large for its 32-bit offsets.
pub fn encode(functions: &[Function], lines: &Lines) -> Result<Vec<u8>, std::num::TryFromIntError> {
    let base = functions.first().map_or(0, |function| function.start);
    let mut names = Names::default();
    let mut files = FilesInUse::default();
    let mut line_bytes = Vec::new();
    let mut records = Vec::with_capacity(functions.len() * FUNCTION_SIZE);

    for function in functions {
        let fields = [
            u32::try_from(function.start - base)?,
            u32::try_from(function.end - function.start)?,
            names.add(&function.name)?,
            u32::try_from(line_bytes.len())?,
        ];
        records.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
        encode_lines(function, lines, &mut files, &mut line_bytes);
    }
    for field in [0, 0, 0, u32::try_from(line_bytes.len())?] {
        records.extend(field.to_le_bytes());
    }

    let mut file_bytes = Vec::new();
    for &file in &files.order {
        file_bytes.extend(names.add(&lines.files[file])?.to_le_bytes());
    }

    let files_at = HEADER_SIZE + records.len();
    let lines_at = files_at + file_bytes.len();
    let names_at = lines_at + line_bytes.len();
    let size = names_at + names.bytes.len();

    let mut table = Vec::with_capacity(size);
    table.extend(MAGIC);
    table.extend(base.to_le_bytes());
    for field in [functions.len(), files.order.len(), files_at, lines_at, names_at, size] {
        table.extend(u32::try_from(field)?.to_le_bytes());
    }
    for part in [records, file_bytes, line_bytes, names.bytes] {
        table.extend(part);
    }
    Ok(table)
}

/// Each name once.
#[derive(Default)]
struct Names {
    bytes: Vec<u8>,
    known: HashMap<String, u32>,
}

impl Names {
    fn add(&mut self, name: &str) -> Result<u32, std::num::TryFromIntError> {
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

fn encode_lines(function: &Function, lines: &Lines, files: &mut FilesInUse, out: &mut Vec<u8>) {
    // The entry that holds at the function's start may lie before it.
    let before = lines.by_address.range(..=function.start).next_back().map(|(_, line)| line);
    let within = lines.by_address.range(function.start + 1..function.end.max(function.start + 1));
    let entries = before.map(|line| (function.start, line)).into_iter().chain(within.map(|(&at, line)| (at, line)));

    let (mut address, mut file, mut line) = (function.start, 0, 0);
    for (at, entry) in entries {
        let (new_file, new_line) = match entry {
            Some(Line { file, line }) if *line != 0 => (files.number(*file), *line),
            _ => (file, 0),
        };
        if new_file == file && new_line == line {
            continue;
        }
        leb128(at - address, out);
        let delta = new_line.wrapping_sub(line).cast_signed();
        let zigzag = ((delta << 1) ^ (delta >> 63)).cast_unsigned();
        leb128(zigzag << 1 | u64::from(new_file != file), out);
        if new_file != file {
            leb128(new_file as u64, out);
        }
        (address, file, line) = (at, new_file, new_line);
    }
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

    fn line(file: usize, line: u64) -> Option<Line> {
        Some(Line { file, line })
    }

    fn word(table: &[u8], at: usize) -> usize {
        u32::from_le_bytes(table[at..at + 4].try_into().expect("four bytes")) as usize
    }

    #[test]
    fn layout() {
        let functions = [
            Function { start: 0x1000, end: 0x1010, name: "first".to_owned() },
            Function { start: 0x1010, end: 0x1030, name: "second".to_owned() },
        ];
        let mut lines = Lines { files: vec!["unused".into(), "a.cpp".into(), "b.rs".into()], ..Lines::default() };
        lines.by_address.extend([
            (0x1000, line(1, 10)),
            (0x1004, line(1, 10)), // says nothing new
            (0x1008, line(1, 8)),
            (0x1010, line(2, 200)),
            (0x1020, None),
        ]);
        let table = encode(&functions, &lines).expect("it is small");

        assert_eq!(&table[..8], MAGIC);
        assert_eq!((word(&table, 16), word(&table, 20)), (2, 2));
        assert_eq!(word(&table, 36), table.len());
        let second = HEADER_SIZE + FUNCTION_SIZE;
        assert_eq!((word(&table, second), word(&table, second + 4)), (0x10, 0x20));
        let names = word(&table, 32);
        assert!(table[names + word(&table, second + 8)..].starts_with(b"second\0"));
        let files = word(&table, 24);
        assert!(table[names + word(&table, files + 4)..].starts_with(b"b.rs\0"));
        let entries = &table[word(&table, 28)..names];
        // first: line 10 (+10, zigzag 20, twice 40), 8 bytes on -2 (zigzag 3, twice 6).
        // second: line 200 in file 1 (zigzag 400, twice 800, plus 1 = 801), 16 bytes on no line (-200: 399, 798).
        assert_eq!(entries, [0, 40, 8, 6, 0, 0xA1, 0x06, 1, 16, 0x9E, 0x06]);
    }

    #[test]
    fn an_empty_program_has_an_empty_table() {
        let table = encode(&[], &Lines::default()).expect("it is small");
        assert_eq!(table.len(), HEADER_SIZE + FUNCTION_SIZE);
    }
}
