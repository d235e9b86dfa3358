//! The table for a person.

use crate::peers;
use crate::row::Row;

/// Prints the rows beside those of the last run.
pub fn print(rows: &[Row], last: &[Row]) {
    println!(
        "| instructions for | now | last | bare | ratio | KVM 6.1 | goal |\n|---|---:|---:|---:|---:|---:|---:|"
    );
    for row in rows {
        let last = last.iter().find(|last| last.what == row.what);
        let peer = peers::of(&row.what);
        println!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            row.what,
            row.guest,
            cell(last.map(|last| last.guest)),
            cell(row.bare),
            row.ratio()
                .map_or_else(String::new, |ratio| format!("{ratio:.3}")),
            cell(peer.map(|peer| peer.kvm)),
            cell(peer.map(|peer| peer.goal)),
        );
    }
}

fn cell(number: Option<u64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}
