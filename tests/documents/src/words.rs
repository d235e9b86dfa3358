//! Taking texts apart.

/// The endings of files that people write here.
const ENDINGS: [&str; 13] = [
    "rs", "cpp", "h", "c", "S", "cmake", "md", "toml", "sh", "ld", "py", "txt", "vm",
];

/// What stands between single backticks, outside of blocks of code.
pub fn code_spans(document: &str) -> impl Iterator<Item = &str> {
    prose(document).flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// The targets of links, without those to other sites.
pub fn links(document: &str) -> impl Iterator<Item = &str> {
    let targets =
        prose(document).flat_map(|line| line.split("](").skip(1).filter_map(|rest| rest.split(')').next()));
    targets.filter(|target| !target.contains("://"))
}

/// The commands: spans of code, and what is typed in blocks of code, at SWEB's prompt or the developer's.
pub fn shell_lines(document: &str) -> impl Iterator<Item = &str> {
    let typed = document.lines().filter(|line| line.starts_with("    "));
    let typed = typed
        .map(|line| line.trim())
        .map(|line| line.strip_prefix("SWEB: /> ").unwrap_or(line));
    typed.chain(code_spans(document))
}

fn prose(document: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    document.lines().filter(move |line| {
        let fence = line.starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// The comment of a line of source, if it has one.
pub fn comment<'a>(path: &str, line: &'a str) -> Option<&'a str> {
    let line = line.trim_start();
    let mark = match path.rsplit('.').next() {
        Some("rs" | "cpp" | "h" | "c") if line.starts_with("* ") => "* ",
        Some("rs" | "cpp" | "h" | "c") => "//",
        _ => "# ",
    };
    line.find(mark).and_then(|at| line.get(at + mark.len()..))
}

/// The names of files in a text; those with placeholders or wildcards, and absolute paths, name no file of ours.
pub fn file_names(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "._-/+*$<>{}:".contains(letter);
    let words = text.split(move |letter: char| !is_part(letter));
    words
        .map(|word| word.trim_end_matches(['.', ':']))
        .filter(|word| is_file_name(word))
}

fn is_file_name(word: &str) -> bool {
    let Some((stem, ending)) = word.rsplit_once('.') else {
        return false;
    };
    let is_name = stem
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "._-/+".contains(letter));
    let is_placeholder = stem
        .rsplit('/')
        .next()
        .is_some_and(|name| name.len() > 1 && name.chars().all(|letter| letter.is_ascii_uppercase()));
    ENDINGS.contains(&ending)
        && is_name
        && !(is_placeholder && ending != "md")
        && stem.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_taken_apart() {
        let text =
            "See `a b` and [x](docs/y.md#z), [w](https://e.org).\n```\n`no`\n```\n    SWEB: /> vmrun x\n";
        assert_eq!(code_spans(text).collect::<Vec<_>>(), ["a b"]);
        assert_eq!(links(text).collect::<Vec<_>>(), ["docs/y.md#z"]);
        assert_eq!(shell_lines(text).collect::<Vec<_>>(), ["vmrun x", "a b"]);
    }

    #[test]
    fn names_of_files_are_found() {
        let text = "the end of `controls/mod.rs`: see cmake/disk.cmake, not NAME.c, *.rs, /usr/x.txt, <stdint.h>, e.g. or 1.5.";
        assert_eq!(
            file_names(text).collect::<Vec<_>>(),
            ["controls/mod.rs", "cmake/disk.cmake"]
        );
        assert_eq!(comment("a.rs", "let x = 1; // words.rs"), Some(" words.rs"));
        assert_eq!(comment("a.h", " * words.rs"), Some("words.rs"));
        assert_eq!(comment("a.cmake", "set(X) # words.rs"), Some("words.rs"));
        assert_eq!(comment("a.rs", "let x = 1;"), None);
    }
}
