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

/// True for a function of Rust's library: `core::option::Option<T>::map`, `<alloc::vec::Vec<T> as Drop>::drop`.
pub fn is_library(function: &str) -> bool {
    let path = function.trim_start_matches(['<', '&', '*', '[']);
    ["core::", "alloc::", "compiler_builtins::"]
        .iter()
        .any(|library| path.starts_with(library))
}

/// A source file without the part of its path that depends on the machine: relative to one of `prefixes`, to the Rust
/// library, or to the folder in which cargo keeps the crates.
pub fn file(path: &str, prefixes: &[String]) -> String {
    for prefix in prefixes {
        if let Some(rest) = path.strip_prefix(prefix.as_str()) {
            return rest.trim_start_matches('/').to_owned();
        }
    }
    for marker in ["/registry/src/", "/rustc/"] {
        if let Some((_, rest)) = path.split_once(marker) {
            // What follows is the index or the compiler's commit: meaningless to a reader.
            return rest.split_once('/').map_or(rest, |(_, rest)| rest).to_owned();
        }
    }
    path.split_once("/lib/rustlib/src/rust/")
        .map_or(path, |(_, rest)| rest)
        .to_owned()
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
    fn the_library_is_known() {
        assert!(is_library("core::option::Option<T>::map"));
        assert!(is_library(
            "<alloc::vec::Vec<T,A> as core::ops::drop::Drop>::drop"
        ));
        assert!(!is_library("machine::core::run"));
    }

    #[test]
    fn paths_lose_what_depends_on_the_machine() {
        let prefixes = ["/home/me/sweb".to_owned()];
        assert_eq!(
            file("/home/me/sweb/sweb/mm/kmalloc.cpp", &prefixes),
            "sweb/mm/kmalloc.cpp"
        );
        assert_eq!(
            file("/x/registry/src/some-index/spin-0.12.3/src/once.rs", &prefixes),
            "spin-0.12.3/src/once.rs"
        );
        assert_eq!(
            file("/rustc/abcdef/library/core/src/fmt/mod.rs", &prefixes),
            "library/core/src/fmt/mod.rs"
        );
        assert_eq!(file("other.c", &prefixes), "other.c");
    }
}
