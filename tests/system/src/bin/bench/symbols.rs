//! Names and lines of the kernel's instructions, by its debug information.

use std::path::{Path, PathBuf};

use addr2line::Loader;
use anyhow::{Result, anyhow};
use harness::build_dir;

/// A function that an instruction belongs to, itself or because it was inlined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Its name, without the hash of a mangled one.
    pub function: String,
    /// The file, below the sources, and the line.
    pub place: String,
}

/// The kernel that runs.
pub struct Kernel {
    loader: Loader,
    sources: PathBuf,
}

impl Kernel {
    /// The one in the build folder.
    pub fn open() -> Result<Kernel> {
        let path = build_dir().join("kernel64.x");
        let loader = Loader::new(&path).map_err(|error| anyhow!("{}: {error}", path.display()))?;
        let sources = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .canonicalize()?;
        Ok(Kernel { loader, sources })
    }

    /// The functions that an instruction belongs to: what it was written in first, what that was inlined into next, and so on.
    pub fn frames(&self, address: u64) -> Result<Vec<Frame>> {
        let mut found = Vec::new();
        let mut frames = self
            .loader
            .find_frames(address)
            .map_err(|error| anyhow!("{address:#x}: {error}"))?;
        while let Some(frame) = frames.next()? {
            let function = frame.function.as_ref().and_then(|name| name.demangle().ok());
            let place = frame.location.map_or_else(String::new, |location| {
                let line = location.line.map_or_else(String::new, |line| format!(":{line}"));
                format!("{}{line}", self.short(location.file.unwrap_or_default()))
            });
            found.push(Frame {
                function: function.map_or_else(|| self.symbol(address), |name| without_hash(&name)),
                place,
            });
        }
        if found.is_empty() {
            found.push(Frame {
                function: self.symbol(address),
                place: String::new(),
            });
        }
        Ok(found)
    }

    /// The symbol in front of an address: assembly has no debug information.
    fn symbol(&self, address: u64) -> String {
        self.loader.find_symbol(address).unwrap_or("?").to_owned()
    }

    /// A path below our sources, or below those of Rust's library.
    fn short<'a>(&self, file: &'a str) -> &'a str {
        let ours = Path::new(file).strip_prefix(&self.sources).ok();
        ours.and_then(Path::to_str)
            .or_else(|| file.split_once("/library/").map(|(_, below)| below))
            .unwrap_or(file)
    }
}

/// "vmx::vcpu::run::h0123456789abcdef" ends in a hash.
fn without_hash(name: &str) -> String {
    let hash = |last: &str| {
        last.len() == 17 && last.starts_with('h') && last[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    match name.rsplit_once("::") {
        Some((path, last)) if hash(last) => path.to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_no_part_of_a_name() {
        assert_eq!(without_hash("a::b::h0123456789abcdef"), "a::b");
        assert_eq!(without_hash("a::b::halt"), "a::b::halt");
    }
}
