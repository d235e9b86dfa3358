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
    /// The source line itself.
    pub place: Place,
    /// The inlined function it belongs to and the places it was inlined at, from the innermost outwards; empty for code
    /// of the function proper.
    pub inlined: Vec<Inlined>,
}

/// A line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Index into [`Lines::files`].
    pub file: usize,
    /// Line number, 0 where the compiler knows none.
    pub line: u64,
}

impl Place {
    /// Code that is not the program's own, or that the compiler says nothing about.
    pub const UNKNOWN: Place = Place { file: 0, line: 0 };

    /// False for [`Place::UNKNOWN`].
    pub fn is_known(&self) -> bool {
        self.line != 0
    }
}

/// A function whose code became part of another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Inlined {
    /// Its name, demangled.
    pub name: String,
    /// Where it was called.
    pub call: Place,
}

/// The line table of a whole program.
#[derive(Debug, Default)]
pub struct Lines {
    /// Names of the source files.
    pub files: Vec<String>,
    /// By address: each entry holds up to the next one; `None` where a sequence ends.
    pub by_address: BTreeMap<u64, Option<Line>>,
}

/// Reads functions (sorted, not overlapping) and lines of an ELF file. Only lines of files below the `roots` are kept,
/// when there are any.
pub fn read(elf: &[u8], roots: &[String]) -> Result<(Vec<Function>, Lines), Error> {
    let file = object::File::parse(elf)?;
    Ok((functions(&file), lines(&file, roots)?))
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
        let (address, Ok(name)) = (symbol.address(), symbol.name()) else {
            continue;
        };
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
        let section_end = code
            .iter()
            .find(|(first, end)| (*first..*end).contains(&start))
            .map_or(start, |&(_, end)| end);
        let limit = symbols
            .peek()
            .map_or(section_end, |&(next, _)| next.min(section_end));
        // Labels in assembly have no size: they go up to the next one.
        let end = if size == 0 { limit } else { limit.min(start + size) };
        functions.push(Function {
            start,
            end,
            name: names::function(name),
        });
    }
    // A kernel's first instructions run at physical addresses, out of reach of the table's 32-bit offsets. They call
    // nobody who could ask for a backtrace.
    let last = functions.last().map_or(0, |function| function.end);
    functions.retain(|function| last - function.start <= u64::from(u32::MAX));
    functions
}

fn lines(file: &object::File<'_>, roots: &[String]) -> Result<Lines, Error> {
    let section = |id: gimli::SectionId| -> Result<Reader<'_>, gimli::Error> {
        let data = file
            .section_by_name(id.name())
            .and_then(|section| section.data().ok())
            .unwrap_or(&[]);
        Ok(EndianSlice::new(data, LittleEndian))
    };
    let dwarf = Dwarf::load(section)?;
    let mut files = Files {
        roots,
        names: Vec::new(),
        known: HashMap::new(),
    };
    let mut by_address = BTreeMap::new();
    let mut units = dwarf.units();
    while let Some(header) = units.next()? {
        let unit = dwarf.unit(header)?;
        read_rows(&dwarf, &unit, &mut files, &mut by_address)?;
    }

    let mut demangler = Demangler::default();
    let context = addr2line::Context::from_dwarf(Dwarf::load(section)?)?;
    for (&address, line) in &mut by_address {
        if let Some(line) = line {
            line.inlined = inlined_at(&context, address, &mut files, &mut demangler)?;
            leave_foreign_code(line);
        }
    }
    Ok(Lines {
        files: files.names,
        by_address,
    })
}

/// Adds the rows of a unit's line program.
fn read_rows(
    dwarf: &Dwarf<Reader<'_>>,
    unit: &gimli::Unit<Reader<'_>>,
    files: &mut Files<'_>,
    by_address: &mut BTreeMap<u64, Option<Line>>,
) -> Result<(), Error> {
    let Some(program) = unit.line_program.clone() else {
        return Ok(());
    };
    let mut indices: HashMap<u64, Option<usize>> = HashMap::new();
    let mut rows = program.rows();
    // Code that the linker dropped keeps its lines, at addresses from 0 up: a sequence that begins there is dead.
    let mut dead = None;
    while let Some((header, row)) = rows.next_row()? {
        let address = row.address();
        let in_dead_sequence = *dead.get_or_insert(address == 0);
        if row.end_sequence() {
            dead = None;
            if !in_dead_sequence {
                by_address.entry(address).or_insert(None);
            }
            continue;
        }
        if in_dead_sequence {
            continue;
        }
        let file = match indices.get(&row.file_index()) {
            Some(&file) => file,
            None => {
                let file = files.number(&path(dwarf, unit, header, row.file_index())?);
                indices.insert(row.file_index(), file);
                file
            }
        };
        let place = place(file, row.line().map(u64::from));
        by_address.insert(
            address,
            Some(Line {
                place,
                inlined: Vec::new(),
            }),
        );
    }
    Ok(())
}

fn place(file: Option<usize>, line: Option<u64>) -> Place {
    match (file, line) {
        (Some(file), Some(line)) => Place { file, line },
        _ => Place::UNKNOWN,
    }
}

/// Demangles each name once: inlined functions come up thousands of times.
#[derive(Default)]
struct Demangler {
    known: HashMap<String, String>,
}

impl Demangler {
    fn name(&mut self, symbol: &str) -> String {
        if let Some(name) = self.known.get(symbol) {
            return name.clone();
        }
        let name = names::function(symbol);
        self.known.insert(symbol.to_owned(), name.clone());
        name
    }
}

/// The inlined functions an address is in, from the innermost outwards.
fn inlined_at(
    context: &addr2line::Context<Reader<'_>>,
    address: u64,
    files: &mut Files<'_>,
    demangler: &mut Demangler,
) -> Result<Vec<Inlined>, Error> {
    let mut inlined = Vec::new();
    let mut name = None;
    let mut frames = context.find_frames(address).skip_all_loads()?;
    while let Some(frame) = frames.next()? {
        // A frame's location is where the function of the frame before was called.
        if let Some(name) = name.take() {
            let call = frame.location.as_ref().map_or(Place::UNKNOWN, |location| {
                place(
                    files.number(location.file.unwrap_or("")),
                    location.line.map(u64::from),
                )
            });
            inlined.push(Inlined { name, call });
        }
        let function = frame
            .function
            .as_ref()
            .and_then(|function| function.raw_name().ok());
        name = Some(function.map_or_else(|| "?".to_owned(), |function| demangler.name(&function)));
    }
    Ok(inlined)
}

/// Code from elsewhere counts as the line that called it, and functions from elsewhere are left out of the chain: a
/// reader wants to know who used them.
fn leave_foreign_code(line: &mut Line) {
    let mut own: Vec<Inlined> = Vec::new();
    for inlined in std::mem::take(&mut line.inlined) {
        let place = own.last_mut().map_or(&mut line.place, |last| &mut last.call);
        if place.is_known() {
            own.push(inlined);
        } else {
            *place = inlined.call;
        }
    }
    line.inlined = own;
}

fn path(
    dwarf: &Dwarf<Reader<'_>>,
    unit: &gimli::Unit<Reader<'_>>,
    header: &gimli::LineProgramHeader<Reader<'_>>,
    index: u64,
) -> Result<String, gimli::Error> {
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
    Ok(path)
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

/// Numbers the program's own source files.
struct Files<'a> {
    roots: &'a [String],
    names: Vec<String>,
    known: HashMap<String, Option<usize>>,
}

impl Files<'_> {
    /// `None` for a file from elsewhere.
    fn number(&mut self, path: &str) -> Option<usize> {
        if let Some(&number) = self.known.get(path) {
            return number;
        }
        let number = names::file(path, self.roots).map(|name| {
            // A file may have several paths.
            self.names
                .iter()
                .position(|known| known == name)
                .unwrap_or_else(|| {
                    self.names.push(name.to_owned());
                    self.names.len() - 1
                })
        });
        self.known.insert(path.to_owned(), number);
        number
    }
}
