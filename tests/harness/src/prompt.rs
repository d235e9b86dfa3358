//! The shell's prompt.

use crate::screen::{COLUMNS, ROWS, Screen};

/// The prompt of SWEB's pseudo-shell, in the root directory.
pub const PROMPT: &str = "SWEB: /> ";

const BEGIN: &str = "SWEB: /";
const END: &str = "> ";

/// Whether this is a prompt, in whichever directory, and nothing behind it.
pub(crate) fn is_prompt(text: &str) -> bool {
    let path = text.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    path.is_some_and(|path| !path.contains(' '))
}

/// What was typed at the prompt in this row; `None` when the row is none of the shell's.
fn typed(row: &str) -> Option<&str> {
    let (path, typed) = row.strip_prefix(BEGIN)?.split_once('>')?;
    (!path.contains(' ')).then(|| typed.strip_prefix(' ').unwrap_or(typed))
}

/// The rows of a screen that were printed, not typed at a prompt.
pub(crate) fn printed(screen: &Screen) -> String {
    rows_from(screen, 0)
}

/// What was printed on a screen after `line` was typed, as far as it has not scrolled away.
pub(crate) fn answer(screen: &Screen, line: &str) -> String {
    let echo = (0..ROWS).rev().find(|&row| {
        typed(&screen.row(row)).is_some_and(|typed| !typed.is_empty() && line.starts_with(typed))
    });
    rows_from(screen, echo.unwrap_or(0))
}

/// Typed rows are left out, with those into which a long line wraps.
fn rows_from(screen: &Screen, first: usize) -> String {
    let mut printed = Vec::new();
    let mut wraps = false;
    for row in first..ROWS {
        let text = screen.row(row);
        let is_typed = wraps || typed(&text).is_some();
        wraps = is_typed && text.chars().count() == COLUMNS;
        if !is_typed {
            printed.push(text);
        }
    }
    printed.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(rows: &[&str]) -> Screen {
        let mut parser = vt100::Parser::new(ROWS as u16, COLUMNS as u16, 0);
        parser.process(rows.join("\r\n").as_bytes());
        Screen::from_terminal(parser.screen())
    }

    #[test]
    fn a_prompt_names_a_directory_and_ends_the_line() {
        for prompt in [PROMPT, "SWEB: /usr/guests> "] {
            assert!(is_prompt(prompt));
        }
        for other in ["", "SWEB: /> ls", "SWEB: /usr a> ", "x SWEB: /> ", "SWEB: /> > "] {
            assert!(!is_prompt(other), "{other}");
        }
    }

    #[test]
    fn what_was_typed_is_no_answer() {
        let long = format!("echo {}", "x".repeat(100));
        let wrapped = format!("{PROMPT}{long}");
        let screen = screen(&["SWEB: /> ls", "usr", &wrapped, "xx", "", "y", "SWEB: /usr> "]);
        assert_eq!(printed(&screen), "usr\nxx\n\ny");
        assert_eq!(answer(&screen, &long), "xx\n\ny");
        assert_eq!(answer(&screen, "scrolled away"), "usr\nxx\n\ny");
    }
}
