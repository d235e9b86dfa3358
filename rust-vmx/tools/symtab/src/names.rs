//! Names as a person wants to read them.

use cpp_demangle::{DemangleOptions, Symbol};

/// Longer names are cut: nobody reads the types of ten nested iterators.
const MAX_LENGTH: usize = 100;

/// A linker symbol as the source has it: `Terminal::write`, `machine::exits::handle_cpuid`. Parameters and hashes are
/// left out: file and line say which overload it is. A symbol that is not mangled stays as it is.
pub fn function(symbol: &str) -> String {
    let name = demangle(symbol);
    match name.char_indices().nth(MAX_LENGTH) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name,
    }
}

fn demangle(symbol: &str) -> String {
    // Rust's older scheme looks like C++'s: it has to be tried first.
    if let Ok(name) = rustc_demangle::try_demangle(symbol) {
        return format!("{name:#}");
    }
    let options = DemangleOptions::new().no_params().no_return_type();
    Symbol::new(symbol)
        .ok()
        .and_then(|name| name.demangle_with_options(&options).ok())
        .unwrap_or_else(|| symbol.to_owned())
}

/// A source file of the program itself, relative to the one of `roots` it is below; `None` for others, from libraries. Without
/// roots, every file is the program's own.
pub fn file<'path>(path: &'path str, roots: &[String]) -> Option<&'path str> {
    if roots.is_empty() {
        return Some(path);
    }
    roots
        .iter()
        .find_map(|root| path.strip_prefix(root.as_str())?.strip_prefix('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_are_demangled() {
        assert_eq!(function("_ZN8Terminal5writeEPKcm"), "Terminal::write");
        assert_eq!(
            function("_ZN7machine5exits6handle17h0123456789abcdefE"),
            "machine::exits::handle"
        );
        assert_eq!(function("_RNvCs1234_7machine3run"), "machine::run");
        assert_eq!(function("entry"), "entry");
    }

    #[test]
    fn files_of_libraries_are_told_apart() {
        let roots = ["/home/me/sweb".to_owned()];
        assert_eq!(
            file("/home/me/sweb/sweb/mm/kmalloc.cpp", &roots),
            Some("sweb/mm/kmalloc.cpp")
        );
        assert_eq!(file("/home/me/sweb-old/kmalloc.cpp", &roots), None);
        assert_eq!(file("/rustc/abcdef/library/core/src/fmt/mod.rs", &roots), None);
        assert_eq!(file("other.c", &[]), Some("other.c"));
    }

    #[test]
    fn endless_names_are_cut() {
        assert_eq!(function(&"x".repeat(500)).len(), MAX_LENGTH + 3);
    }
}
