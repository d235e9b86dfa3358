//! The table for a person.

use crate::peers;
use crate::row::Row;

const HEAD: [&str; 9] = [
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

/// Prints the rows beside those of the last run.
pub fn print(rows: &[Row], last: &[Row]) {
    println!("| {} |", HEAD.join(" | "));
    println!("|---|{}", "---:|".repeat(HEAD.len() - 1));
    for row in rows {
        let last = last.iter().find(|last| last.what == row.what);
        println!("| {} |", cells(row, last).join(" | "));
    }
}

fn cells(row: &Row, last: Option<&Row>) -> [String; HEAD.len()] {
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
