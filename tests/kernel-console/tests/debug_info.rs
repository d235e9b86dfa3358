//! The symbol table, from the tool that writes it to the class that reads it. The program looked up is made of two of
//! the kernel's own sources, optimised.

use kernel_console::ffi::{SourcePlace, find_places};
use proptest::prelude::*;
use std::sync::LazyLock;
use symtab::program::Function;

static PROGRAM: LazyLock<Vec<u8>> =
    LazyLock::new(|| std::fs::read(env!("SYMTAB_FIXTURE")).expect("the fixture"));
static FUNCTIONS: LazyLock<Vec<Function>> =
    LazyLock::new(|| symtab::program::read(&PROGRAM, &[]).expect("an ELF file").0);
static TABLE: LazyLock<Vec<u8>> = LazyLock::new(|| symtab::convert(&PROGRAM, &[]).expect("a table"));

fn function(name: &str) -> &'static Function {
    FUNCTIONS
        .iter()
        .find(|function| function.name == name)
        .expect(name)
}

fn places_in(function: &Function) -> impl Iterator<Item = Vec<SourcePlace>> {
    (function.start..function.end).map(|address| find_places(&TABLE, address))
}

#[test]
fn every_byte_of_a_function_is_found() {
    for function in FUNCTIONS.iter() {
        for places in places_in(function) {
            assert_eq!(places.last().map(|place| &place.function), Some(&function.name));
        }
    }
}

#[test]
fn lines_come_with_their_files() {
    for (name, file) in [
        ("DebugInfo::find", "DebugInfo.cpp"),
        ("TerminalGrid::write", "TerminalGrid.cpp"),
    ] {
        let places = find_places(&TABLE, function(name).start);
        let outermost = places.last().expect("a place");
        assert!(outermost.file.ends_with(file) && outermost.line > 0, "{places:?}");
    }
}

#[test]
fn inlined_functions_are_told_from_inside_out() {
    let chains: Vec<Vec<SourcePlace>> = places_in(function("DebugInfo::findCaller")).collect();
    let inlined = chains
        .iter()
        .find(|chain| chain.len() > 1 && chain[0].function.ends_with("Numbers::read"));
    let chain = inlined.expect("reading a number is inlined");
    assert!(
        chain
            .iter()
            .all(|place| place.file.ends_with("DebugInfo.cpp") && place.line > 0),
        "{chain:?}"
    );
    assert_eq!(chain.last().expect("a place").function, "DebugInfo::findCaller");
}

#[test]
fn addresses_outside_are_not_found() {
    let start = FUNCTIONS[0].start;
    assert!(find_places(&TABLE, 0).is_empty());
    assert!(find_places(&TABLE, u64::MAX).is_empty());
    assert!(find_places(&[], start).is_empty());
    assert!(find_places(&TABLE[..100], start).is_empty());
}

proptest! {
    /// A damaged table says nonsense, but reads nothing outside of itself and comes to an end.
    #[test]
    fn damaged_tables_do_no_harm(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        in_header: bool,
        which: prop::sample::Index)
    {
        let mut damaged = TABLE.clone();
        for (at, value) in damage {
            let limit = if in_header { 48 } else { damaged.len() };
            damaged[at.index(limit)] = value;
        }
        let function = which.get(&FUNCTIONS);
        let _ = find_places(&damaged, function.start + (function.end - function.start) / 2);
    }
}
