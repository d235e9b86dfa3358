//! How many cases the tests have tried, family by family.
//!
//! A test that tries ten thousand mutations is one passed test to its runner. So that the summary of a run can say what
//! stands behind it, such tests [`add`] their cases to a file that all of the run's processes share.

use std::fs::OpenOptions;
use std::io::Write;

/// The environment variable with the file's path; without it nothing is counted.
const FILE: &str = "SWEB_COUNTS";
/// The environment variable with the [`scale`].
const SCALE: &str = "SWEB_HOSTILE_SCALE";
/// The environment variable with the [`seed`].
const SEED: &str = "SWEB_SEED";

/// Adds `cases` to a family, such as "micro-guests". Call it when they have been tried, not before.
///
/// # Panics
/// If the file cannot be written: a count that is silently wrong is worse than none.
pub fn add(family: &str, cases: u64) {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    // One write of one line: many processes append at a time.
    let line = format!("{family}\t{cases}\n");
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(line.as_bytes()))
        .unwrap_or_else(|error| panic!("cannot count into {}: {error}", path.display()));
}

/// How many times more cases than usual a test shall try: 1 in `./x test`, more in `./x hostile`.
///
/// # Panics
/// If the environment variable is no positive number.
pub fn scale() -> u64 {
    match number(SCALE) {
        Some(0) => panic!("{SCALE} must be at least 1"),
        scale => scale.unwrap_or(1),
    }
}

/// The seed of random tests: `default`, the same in each run, unless the environment names another.
///
/// # Panics
/// If the environment variable is no number.
pub fn seed(default: u64) -> u64 {
    number(SEED).unwrap_or(default)
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{variable} must be a number, and is '{text}'")))
}
