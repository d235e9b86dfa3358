//! What `userspace/tests/diskchurn.c` leaves on a disk when the power is cut.

use anyhow::{Context, Result, bail, ensure};
use minix::Tree;

/// How many of the last rounds' files are kept.
const KEPT: u64 = 8;

/// Checks everything that was promised for round `reported` and before. Returns the round that the disk has reached: a
/// round may be on the disk without having been reported.
pub fn check(tree: &Tree, reported: u64) -> Result<u64> {
    let state = state(tree)?;
    ensure!(
        state >= reported,
        "round {reported} was reported, and the disk has only {state}"
    );
    check_journal(tree, state)?;
    check_kept(tree, state)?;
    Ok(state)
}

/// The last round that was completed; 0 before the first.
fn state(tree: &Tree) -> Result<u64> {
    let Some(text) = tree.get("/churn/state") else {
        return Ok(0);
    };
    let text = String::from_utf8_lossy(text.as_deref().unwrap_or_default()).into_owned();
    text.strip_suffix('\n')
        .and_then(|number| number.parse().ok())
        .with_context(|| format!("/churn/state is '{text}'"))
}

/// A line for each round, in order. A round that a power cut interrupted has been begun again.
fn check_journal(tree: &Tree, state: u64) -> Result<()> {
    let Some(text) = tree.get("/churn/journal") else {
        ensure!(state == 0, "/churn/journal is missing in round {state}");
        return Ok(());
    };
    let text = String::from_utf8_lossy(text.as_deref().unwrap_or_default()).into_owned();
    let mut last = 0;
    for line in text.split_inclusive('\n') {
        let number: u64 = line
            .strip_suffix('\n')
            .and_then(|number| number.parse().ok())
            .with_context(|| format!("/churn/journal has a line '{line}' after round {last}"))?;
        ensure!(
            number == last + 1 || (number == last && last > 0),
            "/churn/journal: round {number} after round {last}"
        );
        last = number;
    }
    ensure!(
        (state..=state + 1).contains(&last),
        "/churn/journal ends with round {last} in round {state}"
    );
    Ok(())
}

/// The last rounds' files are there, and no file there ever has a wrong content.
fn check_kept(tree: &Tree, state: u64) -> Result<()> {
    for round in state.saturating_sub(KEPT - 1).max(1)..=state {
        // The oldest one goes while the next round is written.
        let going = round + KEPT == state + 1;
        let path = format!("/churn/kept/{round}");
        ensure!(
            going || tree.contains_key(&path),
            "{path} is missing in round {state}"
        );
    }
    for (path, content) in tree {
        let Some(round) = path.strip_prefix("/churn/kept/") else {
            continue;
        };
        let round: u64 = round.parse().with_context(|| path.clone())?;
        let content = content.as_deref().unwrap_or_default();
        let expected = content_of(round);
        if content.len() != expected.len() {
            bail!("{path} has {} bytes instead of {}", content.len(), expected.len());
        }
        if let Some(at) = (0..content.len()).find(|&i| content[i] != expected[i]) {
            bail!(
                "{path} has {:#x} at {at} instead of {:#x}",
                content[at],
                expected[at]
            );
        }
    }
    Ok(())
}

/// As `size_of` and `fill` there.
fn content_of(round: u64) -> Vec<u8> {
    const LARGEST: u64 = 300 * 1024;
    let size = match round % 16 {
        15 => LARGEST - round % 1000,
        n if n % 4 == 3 => 40_000 + round % 5000,
        _ => round * 977 % 6000,
    };
    (0..size).map(|i| (round * 31 + i * 7 + (i >> 8)) as u8).collect()
}
