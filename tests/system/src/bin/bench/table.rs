//! The table for a person, as Markdown that reads well in a terminal too.

use std::iter;

use crate::peers;
use crate::row::Row;

const COLUMNS: usize = 9;
const HEAD: [&str; COLUMNS] = [
    "instructions for",
    "now",
    "last",
    "bare",
    "ratio",
    "exits",
    "VMCS accesses",
    "KVM 6.1",
    "goal",
];

type Cells = [String; COLUMNS];

/// Prints the rows beside those of the last run.
pub fn print(rows: &[Row], last: &[Row]) {
    let cells = rows.iter().map(|row| {
        let last = last.iter().find(|last| last.what == row.what);
        cells(row, last)
    });
    print!("{}", aligned(&cells.collect::<Vec<_>>()));
}

fn cells(row: &Row, last: Option<&Row>) -> Cells {
    let peer = peers::of(row);
    [
        row.what.clone(),
        row.guest.to_string(),
        cell(last.map(|last| last.guest)),
        cell(row.bare),
        row.ratio().map_or_else(String::new, ratio),
        cell(row.exits.map(|exits| exits.count)),
        cell(row.exits.map(|exits| exits.accesses)),
        cell(peer.and_then(|peer| Some(peer.in_row(peer.kvm?)))),
        cell(peer.map(|peer| peer.in_row(peer.goal))),
    ]
}

/// Thousandths matter where a guest is nearly as fast.
fn ratio(ratio: f64) -> String {
    let digits = if ratio < 10.0 { 3 } else { 0 };
    format!("{ratio:.digits$}")
}

fn cell(number: Option<u64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

/// Names to the left, numbers to the right.
fn aligned(rows: &[Cells]) -> String {
    let head = HEAD.map(str::to_owned);
    let width = |column: usize| {
        let lengths = iter::once(&head).chain(rows).map(|row| row[column].len());
        lengths.max().unwrap_or(0)
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let line = |row: &Cells| {
        let cells = row.iter().zip(widths).enumerate();
        let padded = cells.map(|(column, (cell, width))| match column {
            0 => format!("| {cell:width$} |"),
            _ => format!(" {cell:>width$} |"),
        });
        padded.chain(iter::once("\n".to_owned())).collect::<String>()
    };
    let rule: String = widths
        .iter()
        .enumerate()
        .map(|(column, width)| match column {
            0 => format!("|{}|", "-".repeat(width + 2)),
            _ => format!("{}:|", "-".repeat(width + 1)),
        })
        .collect();
    let rows: String = rows.iter().map(&line).collect();
    format!("{}{rule}\n{rows}", line(&head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows = [Row::new("CPUID", 120).beside(2), Row::new("a boot", 4_000_000)];
        let table = aligned(&rows.each_ref().map(|row| cells(row, None)));
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{table}");
        assert!(lines[2].starts_with("| CPUID            |     120 |"), "{table}");
    }
}
