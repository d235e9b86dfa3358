//! The last committed run, `tests/bench/results.txt`: a line for each row, "INSTRUCTIONS BARE EXITS ACCESSES WHAT" between tabs, with a
//! dash for what has not been measured.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::row::{Exits, Row};

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
    let known = |number: Option<u64>| number.map_or_else(|| UNKNOWN.to_owned(), |number| number.to_string());
    format!(
        "{}\t{}\t{}\t{}\t{}\n",
        row.guest,
        known(row.bare),
        known(row.exits.map(|exits| exits.count)),
        known(row.exits.map(|exits| exits.accesses)),
        row.what
    )
}

fn parse(line: &str) -> Result<Row> {
    let columns: Vec<&str> = line.splitn(5, '\t').collect();
    let [guest, bare, count, accesses, what] = columns[..] else {
        bail!("there must be five columns");
    };
    Ok(Row {
        what: what.to_owned(),
        guest: guest.parse()?,
        bare: known(bare)?,
        exits: known(count)?
            .zip(known(accesses)?)
            .map(|(count, accesses)| Exits { count, accesses }),
    })
}

fn known(column: &str) -> Result<Option<u64>> {
    if column == UNKNOWN {
        return Ok(None);
    }
    Ok(Some(column.parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() -> Result<()> {
        let traced = Row {
            exits: Some(Exits {
                count: 1,
                accesses: 6,
            }),
            ..Row::new("CPUID", 120).beside(2)
        };
        for row in [traced, Row::new("a boot, to its prompt", 11)] {
            assert_eq!(parse(line(&row).trim_end())?, row);
        }
        assert!(parse("120\t2\tCPUID").is_err());
        Ok(())
    }
}
