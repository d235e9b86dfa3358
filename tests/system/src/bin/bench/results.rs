//! The last committed run, `tests/bench/results.txt`: a line for each row, "INSTRUCTIONS BARE WHAT" between tabs, with a dash where the
//! bare machine has not been measured.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::row::Row;

const UNKNOWN: &str = "-";

/// The rows of the last run that was saved; none if there is no file.
pub fn load() -> Result<Vec<Row>> {
    let text = fs::read_to_string(path()).unwrap_or_default();
    text.lines()
        .map(|line| parse(line).with_context(|| format!("in the saved results: '{line}'")))
        .collect()
}

/// Replaces the last run.
pub fn save(rows: &[Row]) -> Result<()> {
    let lines: String = rows.iter().map(line).collect();
    fs::write(path(), lines).context("cannot write the results")
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench/results.txt")
}

fn line(row: &Row) -> String {
    let bare = row
        .bare
        .map_or_else(|| UNKNOWN.to_owned(), |bare| bare.to_string());
    format!("{}\t{bare}\t{}\n", row.guest, row.what)
}

fn parse(line: &str) -> Result<Row> {
    let mut columns = line.splitn(3, '\t');
    let mut column = || columns.next().context("a column is missing");
    let (guest, bare, what) = (column()?, column()?, column()?);
    let row = Row::new(what, guest.parse()?);
    if bare == UNKNOWN {
        return Ok(row);
    }
    Ok(row.beside(bare.parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() -> Result<()> {
        for row in [
            Row::new("CPUID", 120),
            Row::new("a boot, to its prompt", 11).beside(4),
        ] {
            assert_eq!(parse(line(&row).trim_end())?, row);
        }
        assert!(parse("120\tCPUID").is_err());
        Ok(())
    }
}
