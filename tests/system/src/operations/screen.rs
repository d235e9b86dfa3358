//! What the guest says: it writes a row for each operation on its screen, in two columns.

use harness::Screen;

/// What it writes when it has measured all.
pub(super) const DONE: &str = "Press a key to switch me off.";
/// Characters of a column.
const COLUMN: usize = 40;

/// Names and ticks.
pub(super) fn rows(screen: &Screen) -> Vec<(String, u64)> {
    let text = screen.text();
    let column = |number: usize| {
        let cells = move |line: &str| {
            line.chars()
                .skip(number * COLUMN)
                .take(COLUMN)
                .collect::<String>()
        };
        text.lines().map(cells).collect::<Vec<_>>()
    };
    let lines = column(0).into_iter().chain(column(1));
    lines.filter_map(|line| row(&line)).collect()
}

/// "       387  CPUID"
fn row(line: &str) -> Option<(String, u64)> {
    let (ticks, what) = line.trim().split_once("  ")?;
    Some((what.trim().to_owned(), ticks.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_number_and_a_name() {
        assert_eq!(row("       387  CPUID  "), Some(("CPUID".to_owned(), 387)));
        assert_eq!(row("ticks for one time. Press a key"), None);
    }
}
