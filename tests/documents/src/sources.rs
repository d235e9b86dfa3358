//! The repository's files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders that hold nothing that is ours to write.
const NOT_OURS: [&str; 3] = ["build", "target", ".git"];

/// Every text file of the repository, by its path from the top.
#[derive(Debug)]
pub struct Sources {
    files: BTreeMap<String, String>,
}

impl Sources {
    /// Reads them.
    pub fn read() -> Result<Sources> {
        let top = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .canonicalize()?;
        let mut files = BTreeMap::new();
        let mut folders = vec![top.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                let ours = path
                    .file_name()
                    .is_some_and(|name| NOT_OURS.iter().all(|other| name != *other));
                if path.is_dir() && ours {
                    folders.push(path);
                } else if path.is_file() {
                    let name = name_from(&top, &path)?;
                    files.insert(name, String::from_utf8(fs::read(&path)?).unwrap_or_default());
                }
            }
        }
        Ok(Sources { files })
    }

    /// The files whose names end so, with their texts.
    pub fn ending(&self, suffix: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter(move |(name, _)| name.ends_with(suffix))
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Result<&str> {
        let text = self
            .files
            .get(path)
            .with_context(|| format!("there is no {path}"))?;
        Ok(text)
    }

    /// Whether there is a file or folder whose path is this, or ends in it: documents leave out what is plain.
    pub fn has(&self, path: &str) -> bool {
        let (path, is_folder) = match path.strip_suffix('/') {
            Some(folder) => (folder, true),
            None => (path, false),
        };
        let inside = format!("/{path}/");
        let at_end = format!("/{path}");
        self.files.keys().any(|name| {
            let name = format!("/{name}");
            !is_folder && name.ends_with(&at_end) || name.contains(&inside)
        })
    }

    /// Whether there is this file or folder beside `document`.
    pub fn has_beside(&self, document: &str, path: &str) -> bool {
        let mut place: PathBuf = Path::new(document)
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default();
        for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
            if part == ".." {
                place.pop();
            } else {
                place.push(part);
            }
        }
        let place = place.to_string_lossy().into_owned();
        let inside = format!("{place}/");
        self.files
            .keys()
            .any(|name| *name == place || name.starts_with(&inside))
    }

    /// Whether this word stands anywhere in a file that is no document.
    pub fn mentions(&self, word: &str) -> bool {
        let is_part =
            |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        self.files
            .iter()
            .filter(|(name, _)| !name.ends_with(".md"))
            .any(|(_, text)| {
                text.match_indices(word).any(|(at, _)| {
                    let bytes = text.as_bytes();
                    !is_part(at.checked_sub(1).and_then(|before| bytes.get(before)))
                        && !is_part(bytes.get(at + word.len()))
                })
            })
    }
}

fn name_from(top: &Path, path: &Path) -> Result<String> {
    Ok(path.strip_prefix(top)?.to_string_lossy().into_owned())
}
