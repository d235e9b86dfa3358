//! The committed inputs: a text file per target, an input per line in hexadecimal, `#` before a remark.
//!
//! Text, so that a change to it can be read, and so that an input that once found a mistake can say which.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The file of a target's corpus.
#[must_use]
pub fn path(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("corpus/{target}.hex"))
}

/// A target's committed inputs.
pub fn read(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let path = path(target);
    let text = fs::read_to_string(&path)
        .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            parse(line).ok_or_else(|| io::Error::other(format!("{}: bad line '{line}'", path.display())))
        })
        .collect()
}

/// Adds inputs to a target's corpus, behind what is there.
pub fn append(target: &str, inputs: &[Vec<u8>]) -> io::Result<()> {
    let path = path(target);
    let mut text = fs::read_to_string(&path)?;
    for input in inputs {
        text.push_str(&line(input));
        text.push('\n');
    }
    fs::write(path, text)
}

/// An input as a line of a corpus.
#[must_use]
pub fn line(input: &[u8]) -> String {
    match input {
        [] => "-".into(),
        _ => input.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// The input of a line.
#[must_use]
pub fn parse(line: &str) -> Option<Vec<u8>> {
    if line == "-" {
        return Some(Vec::new());
    }
    let (pairs, rest) = line.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| Some((digit(*high)? << 4 | digit(*low)?) as u8);
    rest.is_empty().then(|| pairs.iter().map(byte).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_inputs_are_the_same() {
        for input in [&[][..], &[0], &[0xAB, 0xFF, 0]] {
            assert_eq!(parse(&line(input)).as_deref(), Some(input));
        }
        assert_eq!(parse("abc"), None);
        assert_eq!(parse("0g"), None);
    }
}
