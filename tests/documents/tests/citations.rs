//! Documents and comments name only what exists: files, commands with their options, tests, names in the source.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use documents::{Sources, code_spans, comment, file_names, links, shell_lines};

/// Collects what is named and does not exist.
#[derive(Default)]
struct Missing(BTreeSet<String>);

impl Missing {
    fn unless(&mut self, exists: bool, place: &str, what: &str) {
        if !exists {
            self.0.insert(format!("{place}: {what}"));
        }
    }

    fn none(self) -> Result<()> {
        let list: Vec<String> = self.0.into_iter().collect();
        ensure!(list.is_empty(), "named, but not there:\n{}", list.join("\n"));
        Ok(())
    }
}

#[test]
fn links_lead_somewhere() -> Result<()> {
    let sources = Sources::read()?;
    let mut missing = Missing::default();
    for (document, text) in sources.ending(".md") {
        for link in links(text) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            missing.unless(
                path.is_empty() || sources.has_beside(document, path),
                document,
                link,
            );
            let in_this = path.is_empty();
            missing.unless(
                !in_this || headings(text).any(|name| name == heading),
                document,
                link,
            );
        }
    }
    missing.none()
}

/// The names by which links reach the headings of a document.
fn headings(document: &str) -> impl Iterator<Item = String> {
    let titles = document.lines().filter(|line| line.starts_with('#'));
    titles.map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title
            .chars()
            .filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        kept.map(|letter| if letter == ' ' { '-' } else { letter })
            .collect()
    })
}

/// Made by the build, or part of the compiler.
const BROUGHT: [&str; 3] = ["sweb_vmx.h", "stdarg.h", "stdint.h"];

#[test]
fn files_in_documents_exist() -> Result<()> {
    let sources = Sources::read()?;
    let mut missing = Missing::default();
    for (document, text) in sources.ending(".md") {
        for span in code_spans(text) {
            for name in file_names(span).filter(|name| !BROUGHT.contains(name)) {
                missing.unless(sources.has(name), document, name);
            }
            let is_folder =
                span.ends_with('/') && !span.starts_with(['/', '-']) && !span.contains([' ', '<', '*']);
            missing.unless(
                !is_folder || span.starts_with("build/") || sources.has(span),
                document,
                span,
            );
        }
    }
    missing.none()
}

#[test]
fn files_in_comments_exist() -> Result<()> {
    let sources = Sources::read()?;
    let mut missing = Missing::default();
    for ending in [".rs", ".cpp", ".h", ".c", ".S", ".cmake", ".sh", ".toml"] {
        for (path, text) in sources.ending(ending) {
            for comment in text.lines().filter_map(|line| comment(path, line)) {
                for name in file_names(comment).filter(|name| !BROUGHT.contains(name)) {
                    missing.unless(sources.has(name), path, name);
                }
            }
        }
    }
    missing.none()
}

/// The verbs of `./x`, from its last `case`.
fn verbs(script: &str) -> BTreeSet<&str> {
    let cases = script.rsplit("case $verb in").next().unwrap_or_default();
    let patterns = cases
        .lines()
        .filter_map(|line| line.split_once(')'))
        .map(|(patterns, _)| patterns);
    patterns
        .flat_map(|patterns| patterns.split('|'))
        .map(str::trim)
        .collect()
}

/// What `make` is told to make; the porting guide speaks of the public SWEB's `make`.
#[test]
fn targets_of_make_exist() -> Result<()> {
    let sources = Sources::read()?;
    let run = sources.text("cmake/run.cmake")?;
    let mut missing = Missing::default();
    for (document, text) in sources
        .ending(".md")
        .filter(|(path, _)| !path.ends_with("PORTING.md"))
    {
        for line in shell_lines(text) {
            let commands = line.split(['#', '&', ';']).map(str::trim);
            for target in commands.filter_map(|command| command.strip_prefix("make ")) {
                let known = run.lines().any(|line| {
                    line.ends_with(&format!("target({target}")) || line.contains(&format!("target({target} "))
                });
                missing.unless(known, document, target);
            }
        }
    }
    missing.none()
}

#[test]
fn verbs_of_x_exist_with_their_options() -> Result<()> {
    let sources = Sources::read()?;
    let script = sources.text("x")?;
    let verbs = verbs(script);
    let mut missing = Missing::default();
    for (document, text) in sources.ending(".md") {
        for line in shell_lines(text) {
            let line = line.split('#').next().unwrap_or_default();
            for command in line
                .split(';')
                .filter_map(|command| command.trim().strip_prefix("./x "))
            {
                let mut words = command.split_whitespace();
                missing.unless(
                    words.next().is_some_and(|verb| verbs.contains(verb)),
                    document,
                    command,
                );
                for option in words.filter(|word| word.starts_with("--")) {
                    missing.unless(script.contains(option), document, command);
                }
            }
        }
    }
    missing.none()
}

/// What SWEB's shell runs by this name: the source of a program, or of the shell itself for one of its builtins.
fn program(sources: &Sources, name: &str) -> Option<String> {
    let name = name.strip_suffix(".sweb").unwrap_or(name);
    for folder in ["tools", "tests"] {
        let texts: String = [
            format!("userspace/{folder}/{name}.c"),
            format!("userspace/{folder}/{name}/"),
        ]
        .iter()
        .flat_map(|start| {
            sources
                .ending(".c")
                .filter(move |(path, _)| path.starts_with(start.as_str()))
        })
        .map(|(_, text)| text)
        .collect();
        if !texts.is_empty() {
            return Some(texts);
        }
    }
    let builtins = sources.text("userspace/tests/shell/builtins.c").ok()?;
    builtins
        .contains(&format!("{{\"{name}\", "))
        .then(|| builtins.to_owned())
}

/// What begins like the names of SWEB's programs and is an instruction.
const INSTRUCTIONS: [&str; 4] = ["vmread", "vmwrite", "vmlaunch", "vmresume"];

/// Whether a line is meant for SWEB's shell, as far as its first word says so.
fn is_for_sweb(word: &str) -> bool {
    let is_tool = word
        .strip_prefix("vm")
        .is_some_and(|rest| rest.len() > 2 && rest.chars().all(|letter| letter.is_ascii_lowercase()));
    is_tool && !INSTRUCTIONS.contains(&word) || word.ends_with(".sweb") && !word.contains(['/', 'N'])
}

#[test]
fn programs_of_sweb_exist_with_their_options() -> Result<()> {
    let sources = Sources::read()?;
    let mut missing = Missing::default();
    for (document, text) in sources.ending(".md") {
        for line in shell_lines(text) {
            let mut words = line.split([' ', ';']).filter(|word| !word.is_empty());
            let Some(name) = words.next().filter(|word| is_for_sweb(word)) else {
                continue;
            };
            let source = program(&sources, name);
            missing.unless(source.is_some(), document, line);
            for option in words.filter(|word| word.starts_with("--")) {
                let known = source
                    .as_ref()
                    .is_some_and(|source| source.contains(option.trim_start_matches('-')));
                missing.unless(known, document, line);
            }
        }
    }
    missing.none()
}

#[test]
fn cited_tests_exist() -> Result<()> {
    let sources = Sources::read()?;
    let mut missing = Missing::default();
    // A filter is a part of the tests' names: of a function, a module or a folder of them.
    for (document, text) in sources.ending(".md") {
        for line in shell_lines(text) {
            let command = line.split('#').next().unwrap_or_default().trim();
            if let Some(filter) = command
                .strip_prefix("./x test ")
                .and_then(|rest| rest.split_whitespace().next())
            {
                let placeholder = filter.starts_with('[');
                missing.unless(placeholder || is_test(&sources, filter), document, command);
            }
        }
    }
    // A list of them behind their folder.
    for (document, text) in sources.ending(".md") {
        for line in text.lines() {
            for list in line
                .split("`tests/")
                .skip(1)
                .filter_map(|rest| rest.split_once("`: "))
            {
                for name in code_spans(list.1).filter(|name| !name.contains('/')) {
                    // Families of hostile guests are modules whose cases one test runs.
                    let known = is_test(&sources, name) || sources.has(&format!("{name}.rs"));
                    missing.unless(known, document, name);
                }
            }
        }
    }
    let milestones = sources.text("tests/system/src/milestones.rs")?;
    for name in milestones
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|name| name.contains("::"))
    {
        missing.unless(is_test(&sources, name), "milestones.rs", name);
    }
    missing.none()
}

fn is_test(sources: &Sources, filter: &str) -> bool {
    let (module, function) = filter.rsplit_once("::").unwrap_or(("", filter));
    sources
        .ending(".rs")
        .filter(|(path, text)| text.contains("#[test]") && path.contains(module))
        .any(|(path, text)| {
            let names = text
                .split("fn ")
                .skip(1)
                .filter_map(|rest| rest.split('(').next());
            path.contains(function) || names.into_iter().any(|name| name.contains(function))
        })
}

/// Names in the source, such as `Vcpu::run` or `host_alloc`. PORTING.md names those of other kernels, too.
#[test]
fn names_in_documents_exist() -> Result<()> {
    let sources = Sources::read()?;
    let mut missing = Missing::default();
    for (document, text) in sources.ending(".md") {
        let foreign = document.ends_with("PORTING.md");
        for span in code_spans(text) {
            let name = span.split('(').next().unwrap_or_default();
            let is_name = !name.is_empty()
                && name
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || "_:".contains(letter))
                && (name.contains("::") || name.contains('_') && !name.ends_with('_'));
            let ours = !foreign
                || ["vm_", "vmx_", "host_", "VM_"]
                    .iter()
                    .any(|start| name.starts_with(start));
            if let Some(last) = name.rsplit("::").next().filter(|_| is_name && ours) {
                missing.unless(
                    sources.mentions(last) || sources.has(&format!("{last}.rs")),
                    document,
                    span,
                );
            }
        }
    }
    missing.none()
}
