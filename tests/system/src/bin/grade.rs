//! Plays the tests of the course's milestones and prints the table with the points reached: what `./x grade` starts.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};
use system::milestones::{FULL_MARKS, MILESTONES, Milestone};

fn main() -> Result<ExitCode> {
    let results = run_tests()?;
    println!(
        "\n{:8} {:50} {:>6} {:>8}  tests passed",
        "due", "milestone", "points", "reached"
    );
    let mut total = 0.0;
    for milestone in &MILESTONES {
        total += print_row(milestone, &results);
    }
    println!(
        "{:8} {:50} {FULL_MARKS:>6} {total:>8.1}  mark {}",
        "",
        "total",
        mark(total)
    );
    Ok(ExitCode::SUCCESS)
}

/// Runs every test of the table once; tells which passed.
fn run_tests() -> Result<BTreeMap<String, bool>> {
    let names: BTreeSet<&str> = MILESTONES
        .iter()
        .flat_map(|milestone| milestone.tests)
        .copied()
        .collect();
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args([
        "test",
        "--locked",
        "--release",
        "-p",
        "system",
        "--test",
        "system",
        "--",
        "--exact",
    ]);
    command
        .args(&names)
        .stdout(Stdio::piped())
        .env("RUST_TEST_THREADS", "2");
    let mut child = command.spawn().context("cannot start cargo")?;
    let output = child.stdout.take().context("cargo was started without a pipe")?;
    let mut results = BTreeMap::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        // "test guests::hello_greets_on_its_screen ... ok"
        if let Some((name, result)) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.split_once(" ... "))
        {
            println!("{line}");
            results.insert(name.to_owned(), result == "ok");
        }
    }
    child.wait()?;
    Ok(results)
}

fn print_row(milestone: &Milestone, results: &BTreeMap<String, bool>) -> f64 {
    let passed = milestone
        .tests
        .iter()
        .filter(|name| results.get(**name) == Some(&true))
        .count();
    let reached = f64::from(milestone.points) * passed as f64 / milestone.tests.len() as f64;
    let Milestone {
        due,
        name,
        points,
        tests,
    } = milestone;
    println!(
        "{due:8} {name:50} {points:>6} {reached:>8.1}  {passed} of {}",
        tests.len()
    );
    reached
}

/// The course's marks, from 1 (best) to 5 (failed).
fn mark(points: f64) -> u32 {
    match points {
        87.5.. => 1,
        75.0.. => 2,
        62.5.. => 3,
        50.0.. => 4,
        _ => 5,
    }
}
