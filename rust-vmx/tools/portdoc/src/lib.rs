//! The tables of PORTING.md, which list what `ffi.rs` says about each function of the boundary.

use std::fmt::Write;

/// A function of the boundary.
#[derive(Debug, PartialEq, Eq)]
struct Function<'a> {
    name: &'a str,
    /// The kernel provides it.
    imported: bool,
    /// The first paragraph of its documentation.
    text: String,
}

/// With which interrupt flag an imported function is called: how `ffi.rs` says it, and how the table does.
const INTERRUPTS: [(&str, &str); 2] = [("Interrupts on or off.", "on or off"), ("Interrupts on.", "on")];

/// What a table ends with.
const END: &str = "<!-- end -->\n";

/// The functions in the text of `ffi.rs`.
fn functions(source: &str) -> Vec<Function<'_>> {
    let (mut found, mut text, mut open) = (Vec::new(), String::new(), true);
    for line in source.lines().map(str::trim) {
        let (import, export) = ("pub fn ", "extern \"C\" fn ");
        if let Some(words) = line.strip_prefix("///").map(str::trim) {
            // A heading or an empty line ends the first paragraph.
            open &= !words.is_empty();
            if open {
                let space = if text.is_empty() { "" } else { " " };
                text = text + space + words;
            }
            continue;
        }
        let exported = line
            .starts_with("pub ")
            .then(|| line.split_once(export))
            .flatten();
        let declaration = line.strip_prefix(import).or(exported.map(|(_, rest)| rest));
        if let Some((name, _)) = declaration.and_then(|rest| rest.split_once('(')) {
            found.push(Function {
                name,
                imported: exported.is_none(),
                text: std::mem::take(&mut text),
            });
        }
        // An attribute stands between a function and its documentation.
        if !line.starts_with("#[") {
            (text, open) = (String::new(), true);
        }
    }
    found
}

fn imports(functions: &[Function<'_>], hints: &str) -> Result<String, String> {
    let mut table =
        String::from("| function | what it does | interrupts | with the public SWEB |\n|---|---|---|---|\n");
    for Function { name, text, .. } in functions.iter().filter(|function| function.imported) {
        let interrupts = INTERRUPTS
            .iter()
            .find_map(|(phrase, word)| Some((text.strip_suffix(phrase)?, word)));
        let (text, word) = interrupts.ok_or(format!(
            "ffi.rs does not say last with which interrupt flag {name} is called"
        ))?;
        let hint = hints
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let hint = hint.ok_or(format!("public-sweb.txt has nothing about {name}"))?;
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| `{name}` | {} | {word} | {hint} |", text.trim_end());
    }
    Ok(table)
}

fn exports(functions: &[Function<'_>]) -> String {
    let mut table = String::from("| function | what it does |\n|---|---|\n");
    for Function { name, text, .. } in functions.iter().filter(|function| !function.imported) {
        let _ = writeln!(table, "| `{name}` | {text} |");
    }
    table
}

/// `page` with `table` behind the mark `name`.
fn with_table(page: &str, name: &str, table: &str) -> Result<String, String> {
    let mark = format!("<!-- {name}: written by rust-vmx/tools/portdoc -->\n");
    let parts = page
        .split_once(&mark)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or(format!(
        "PORTING.md lacks the mark '{}' or the end of its table",
        mark.trim()
    ))?;
    Ok(format!("{before}{mark}{table}{END}{after}"))
}

/// PORTING.md with the tables that belong to this `ffi.rs` and these hints.
///
/// # Errors
/// A function without interrupt flag or hint, a hint without function, a table without place: the text says which.
pub fn with_tables(page: &str, source: &str, hints: &str) -> Result<String, String> {
    let functions = functions(source);
    let hinted = hints
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(':').next());
    for name in hinted {
        if !functions
            .iter()
            .any(|function| function.imported && function.name == name)
        {
            return Err(format!("public-sweb.txt tells of {name}, which is not imported"));
        }
    }
    let page = with_table(page, "imports", &imports(&functions, hints)?)?;
    with_table(&page, "exports", &exports(&functions))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "unsafe extern \"C\" {\n    /// Gives\n    /// memory. Interrupts on or off.\n    pub fn host_a(size: usize);\n}\n\
        /// Runs.\n///\n/// # Safety\n/// Live.\n#[unsafe(no_mangle)]\npub unsafe extern \"C\" fn vm_b(vm: u32) {}\n\
        /// Inside.\nfn c() {}\n";
    const PAGE: &str = "a\n<!-- imports: written by rust-vmx/tools/portdoc -->\nold\n<!-- end -->\nb\n\
        <!-- exports: written by rust-vmx/tools/portdoc -->\n<!-- end -->\nc\n";

    #[test]
    fn tables_hold_what_the_source_says() {
        let page = with_tables(PAGE, SOURCE, "# x\nhost_a: `malloc`\n").unwrap();
        assert!(
            page.contains("| `host_a` | Gives memory. | on or off | `malloc` |\n<!-- end -->\nb\n"),
            "{page}"
        );
        assert!(page.contains("| `vm_b` | Runs. |\n<!-- end -->\nc\n"), "{page}");
        assert!(!page.contains("old") && !page.contains("Inside"), "{page}");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let problem = |source: &str, hints: &str| with_tables(PAGE, source, hints).unwrap_err();
        assert!(problem(SOURCE, "").contains("nothing about host_a"));
        assert!(problem(SOURCE, "host_a: x\nhost_z: y\n").contains("host_z"));
        assert!(problem(&SOURCE.replace(" on or off", ""), "host_a: x\n").contains("interrupt flag host_a"));
        assert!(
            with_tables("", SOURCE, "host_a: x\n")
                .unwrap_err()
                .contains("imports")
        );
    }

    #[test]
    fn porting_md_has_the_tables_of_ffi_rs() {
        let top = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let read = |path: &str| std::fs::read_to_string(format!("{top}/{path}")).unwrap();
        let page = read("PORTING.md");
        let hints = read("tools/portdoc/public-sweb.txt");
        let right = with_tables(&page, &read("crates/sweb-vmx/src/ffi.rs"), &hints).unwrap();
        assert!(
            page == right,
            "PORTING.md is stale; in rust-vmx, run: cargo run -p portdoc"
        );
    }
}
