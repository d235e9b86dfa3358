//! The folder of one run.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail};

use crate::machine::build_dir;

/// A folder for one machine's disk, logs and pictures; removed at the end unless it is to be kept.
#[derive(Debug)]
pub struct RunDir {
    path: PathBuf,
    keep: bool,
}

impl RunDir {
    /// A new, empty folder `runs/NAME-PROCESS-NUMBER` in the build folder. One that an earlier process of the same number
    /// has left is not touched.
    pub fn create(name: &str) -> Result<RunDir> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let word: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let runs = build_dir().join("runs");
        fs::create_dir_all(&runs).with_context(|| format!("cannot make the folder {}", runs.display()))?;
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = runs.join(format!("{word}-{}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(RunDir { path, keep: false }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => bail!("cannot make the folder {}: {error}", path.display()),
            }
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Leaves the folder to whoever wants to look into it.
    pub fn keep(&mut self) {
        self.keep = true;
    }
}

impl Drop for RunDir {
    fn drop(&mut self) {
        if !self.keep {
            // A folder that cannot be removed harms nobody; the next `./x clean` takes it.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number that the next folder of this process would have may be taken by a folder with a lock file in it.
    #[test]
    fn what_an_earlier_process_left_is_nobodys_folder() {
        let first = RunDir::create("rundir").unwrap();
        let name = first.path().to_str().unwrap();
        let (stem, number) = name.rsplit_once('-').unwrap();
        let number: u32 = number.parse().unwrap();
        // Other tests of this program take numbers, too.
        let taken: Vec<PathBuf> = (1..50)
            .map(|next| format!("{stem}-{}", number + next).into())
            .collect();
        for path in &taken {
            fs::create_dir(path).unwrap();
        }
        let second = RunDir::create("rundir").unwrap();
        assert!(!taken.contains(&second.path));
        for path in &taken {
            fs::remove_dir(path).unwrap();
        }
    }
}
