//! What an ELF file says about its functions and lines.

use std::collections::{BTreeMap, HashMap};

use gimli::{AttributeValue, Dwarf, EndianSlice, LittleEndian};
use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};

use crate::names;

type Reader<'data> = EndianSlice<'data, LittleEndian>;
type Error = Box<dyn std::error::Error>;

/// A function of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Address of its first byte.
    pub start: u64,
    /// Address of the first byte behind it.
    pub end: u64,
    /// Its name, demangled.
    pub name: String,
}

/// Where the code from an address on comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Index into [`Lines::files`].
    pub file: usize,
    /// Line number, 0 where the compiler knows none.
    pub line: u64,
}

/// The line table of a whole program.
#[derive(Debug, Default)]
pub struct Lines {
    /// Names of the source files.
    pub files: Vec<String>,
    /// By address: each entry holds up to the next one; `None` where a sequence ends.
    pub by_address: BTreeMap<u64, Option<Line>>,
}

/// Reads functions (sorted, not overlapping) and lines of an ELF file.
pub fn read(elf: &[u8], prefixes: &[String]) -> Result<(Vec<Function>, Lines), Error> {
    let file = object::File::parse(elf)?;
    Ok((functions(&file), lines(&file, prefixes)?))
}

fn functions(file: &object::File<'_>) -> Vec<Function> {
    let code: Vec<(u64, u64)> = file
        .sections()
        .filter(|section| section.kind() == object::SectionKind::Text)
        .map(|section| (section.address(), section.address() + section.size()))
        .collect();

    // Several names at an address: the first in the table is as good as any, but one with a size is better.
    let mut by_address: BTreeMap<u64, (u64, &str)> = BTreeMap::new();
    for symbol in file.symbols() {
        let (address, Ok(name)) = (symbol.address(), symbol.name()) else { continue };
        let in_code = code.iter().any(|&(start, end)| (start..end).contains(&address));
        let is_function = symbol.kind() == SymbolKind::Text
            || (symbol.kind() == SymbolKind::Label || symbol.kind() == SymbolKind::Unknown);
        if !in_code || !is_function || name.is_empty() || name.starts_with('.') {
            continue;
        }
        let entry = by_address.entry(address).or_insert((symbol.size(), name));
        if entry.0 == 0 && symbol.size() != 0 {
            *entry = (symbol.size(), name);
        }
    }

    let mut functions = Vec::with_capacity(by_address.len());
    let mut symbols = by_address.into_iter().peekable();
    while let Some((start, (size, name))) = symbols.next() {
        let section_end = code.iter().find(|(first, end)| (*first..*end).contains(&start)).map_or(start, |&(_, end)| end);
        let limit = symbols.peek().map_or(section_end, |&(next, _)| next.min(section_end));
        // Labels in assembly have no size: they go up to the next one.
        let end = if size == 0 { limit } else { limit.min(start + size) };
        functions.push(Function { start, end, name: names::function(name) });
    }
    // A kernel's first instructions run at physical addresses, out of reach of the table's 32-bit offsets. They call
    // nobody who could ask for a backtrace.
    let last = functions.last().map_or(0, |function| function.end);
    functions.retain(|function| last - function.start <= u64::from(u32::MAX));
    functions
}

fn lines(file: &object::File<'_>, prefixes: &[String]) -> Result<Lines, Error> {
    let section = |id: gimli::SectionId| -> Result<Reader<'_>, gimli::Error> {
        let data = file.section_by_name(id.name()).and_then(|section| section.data().ok()).unwrap_or(&[]);
        Ok(EndianSlice::new(data, LittleEndian))
    };
    let dwarf = Dwarf::load(section)?;
    let mut collector = Collector { prefixes, lines: Lines::default(), known: HashMap::new() };
    let mut units = dwarf.units();
    while let Some(header) = units.next()? {
        let unit = dwarf.unit(header)?;
        collector.unit(&dwarf, &unit)?;
    }
    Ok(collector.lines)
}

struct Collector<'a> {
    prefixes: &'a [String],
    lines: Lines,
    known: HashMap<String, usize>,
}

impl Collector<'_> {
    fn unit(&mut self, dwarf: &Dwarf<Reader<'_>>, unit: &gimli::Unit<Reader<'_>>) -> Result<(), Error> {
        let Some(program) = unit.line_program.clone() else { return Ok(()) };
        let mut indices: HashMap<u64, usize> = HashMap::new();
        let mut rows = program.rows();
        // Code that the linker dropped keeps its lines, at addresses from 0 up: a sequence that begins there is dead.
        let mut dead = None;
        while let Some((header, row)) = rows.next_row()? {
            let address = row.address();
            let in_dead_sequence = *dead.get_or_insert(address == 0);
            if row.end_sequence() {
                dead = None;
                if !in_dead_sequence {
                    self.lines.by_address.entry(address).or_insert(None);
                }
                continue;
            }
            if in_dead_sequence {
                continue;
            }
            let file = match indices.get(&row.file_index()) {
                Some(&index) => index,
                None => {
                    let index = self.file(dwarf, unit, header, row.file_index())?;
                    indices.insert(row.file_index(), index);
                    index
                }
            };
            let line = row.line().map_or(0, |line| line.get());
            self.lines.by_address.insert(address, Some(Line { file, line }));
        }
        Ok(())
    }

    fn file(
        &mut self,
        dwarf: &Dwarf<Reader<'_>>,
        unit: &gimli::Unit<Reader<'_>>,
        header: &gimli::LineProgramHeader<Reader<'_>>,
        index: u64,
    ) -> Result<usize, Error> {
        let text = |value: AttributeValue<Reader<'_>>| -> Result<String, gimli::Error> {
            Ok(dwarf.attr_string(unit, value)?.to_string_lossy().into_owned())
        };
        let mut path = String::new();
        if let Some(entry) = header.file(index) {
            if let Some(compile_dir) = unit.comp_dir {
                path = compile_dir.to_string_lossy().into_owned();
            }
            if let Some(directory) = entry.directory(header) {
                join(&mut path, &text(directory)?);
            }
            join(&mut path, &text(entry.path_name())?);
        }
        let name = names::file(&path, self.prefixes);
        let next = self.lines.files.len();
        Ok(*self.known.entry(name.clone()).or_insert_with(|| {
            self.lines.files.push(name);
            next
        }))
    }
}

/// Appends a part of a path, which may be absolute.
fn join(path: &mut String, part: &str) {
    if part.starts_with('/') {
        path.clear();
    } else if !path.is_empty() && !path.ends_with('/') && !part.is_empty() {
        path.push('/');
    }
    path.push_str(part);
}
