//! The symbol table, from the tool that writes it to the class that reads it: this test looks itself up.

use kernel_console::ffi::find_places;
use proptest::prelude::*;
use std::sync::OnceLock;

fn program() -> &'static [u8] {
    static PROGRAM: OnceLock<Vec<u8>> = OnceLock::new();
    PROGRAM.get_or_init(|| std::fs::read(std::env::current_exe().expect("a name")).expect("this program"))
}

fn table() -> &'static [u8] {
    static TABLE: OnceLock<Vec<u8>> = OnceLock::new();
    TABLE.get_or_init(|| symtab::convert(program(), &[]).expect("a table"))
}

fn functions() -> Vec<symtab::program::Function> {
    symtab::program::read(program(), &[]).expect("an ELF file").0
}

#[test]
fn cpp_and_rust_functions_are_found() {
    let functions = functions();
    let find = |name: &str| functions.iter().find(|function| function.name == name).expect(name);
    for (name, file) in [("DebugInfo::find", "DebugInfo.cpp"), ("debug_info::functions", "debug_info.rs")] {
        let places = find_places(table(), find(name).start);
        assert_eq!(places.last().expect("a place").function, name);
        assert!(places.iter().any(|place| place.file.ends_with(file) && place.line != 0), "{places:?}");
    }
}

#[test]
fn every_function_is_found_from_its_first_to_its_last_byte() {
    for function in functions().iter().filter(|function| function.end > function.start).step_by(11) {
        for address in [function.start, function.end - 1] {
            let places = find_places(table(), address);
            assert_eq!(places.last().map(|place| &place.function), Some(&function.name));
        }
    }
}

#[test]
fn addresses_outside_are_not_found() {
    assert!(find_places(table(), 0).is_empty());
    assert!(find_places(table(), u64::MAX).is_empty());
    assert!(find_places(&[], 0x1000).is_empty());
    assert!(find_places(&table()[..100], functions()[0].start).is_empty());
}

proptest! {
    /// A damaged table says nonsense, but reads nothing outside of itself and comes to an end.
    #[test]
    fn damaged_tables_do_no_harm(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
                                 in_header: bool, which: prop::sample::Index) {
        let functions = functions_once();
        let mut damaged = table().to_vec();
        for (at, value) in damage {
            let limit = if in_header { 48 } else { damaged.len() };
            let at = at.index(limit);
            damaged[at] = value;
        }
        let function = &functions[which.index(functions.len())];
        let _ = find_places(&damaged, function.start + (function.end - function.start) / 2);
    }
}

fn functions_once() -> &'static [symtab::program::Function] {
    static FUNCTIONS: OnceLock<Vec<symtab::program::Function>> = OnceLock::new();
    FUNCTIONS.get_or_init(functions)
}
