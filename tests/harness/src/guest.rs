//! Guests from the developer's machine.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::image::Disk;

/// Names of drives after the boot disk, as SWEB numbers them.
const DEVICES: [&str; 3] = ["ideb", "idec", "ided"];

/// A folder with one guest definition (`NAME.vm`) and the files it names.
///
/// Kernel, modules and the definition are copied into `/usr/guests` of the boot disk; a disk image becomes a whole drive
/// of the machine, used in place, and the definition is told its name. A disk whose name begins with `/` is one that SWEB
/// has itself.
#[derive(Clone, Debug)]
pub struct GuestFolder {
    dir: PathBuf,
    name: String,
    text: String,
}

impl GuestFolder {
    /// Reads the definition in a folder.
    pub fn open(dir: &Path) -> Result<GuestFolder> {
        let entries =
            fs::read_dir(dir).with_context(|| format!("cannot read the guest folder {}", dir.display()))?;
        let paths = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>>>()?;
        let definitions: Vec<_> = paths
            .iter()
            .filter(|path| path.extension().is_some_and(|e| e == "vm"))
            .collect();
        let [definition] = definitions[..] else {
            bail!(
                "{} must hold one NAME.vm, and holds {}",
                dir.display(),
                definitions.len()
            );
        };
        let name = definition
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(definition)
            .with_context(|| format!("cannot read {}", definition.display()))?;
        Ok(GuestFolder {
            dir: dir.to_owned(),
            name,
            text,
        })
    }

    /// The name that `vmrun` knows it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Puts its files on the boot disk and its disks among the drives.
    pub(crate) fn install(&self, boot: &Disk, drives: &mut Vec<PathBuf>) -> Result<()> {
        // An editor's byte-order mark is SWEB's to understand, and no part of the first key.
        let text = self.text.trim_start_matches('\u{FEFF}');
        let mut definition = self.text.strip_suffix(text).unwrap_or_default().to_owned();
        for line in text.lines() {
            definition.push_str(&self.install_line(line, boot, drives)?);
            definition.push('\n');
        }
        boot.add_file(definition.as_bytes(), &format!("guests/{}.vm", self.name))
    }

    /// One line of the definition, rewritten to what SWEB will find.
    fn install_line(&self, line: &str, boot: &Disk, drives: &mut Vec<PathBuf>) -> Result<String> {
        let Some((key, value)) = line.split_once('=') else {
            return Ok(line.to_owned());
        };
        let value = value.trim();
        match key.trim() {
            "kernel" => Ok(format!("kernel = {}", self.copy(value, boot)?)),
            "module" => {
                let (file, arguments) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
                Ok(format!("module = {} {arguments}", self.copy(file, boot)?))
            }
            // A file or a drive that SWEB has anyway.
            "disk" if value.starts_with('/') => Ok(line.to_owned()),
            "disk" => {
                let (file, options) = value
                    .split_once(',')
                    .map_or((value, ""), |(file, rest)| (file.trim(), rest));
                let image = self.dir.join(file);
                if !image.is_file() {
                    bail!("there is no disk image {}", image.display());
                }
                let Some(device) = DEVICES.get(drives.len()) else {
                    bail!("no drive is left for {}", image.display());
                };
                drives.push(image);
                let comma = if options.is_empty() { "" } else { "," };
                Ok(format!("disk = {device}{comma}{options}"))
            }
            _ => Ok(line.to_owned()),
        }
    }

    /// Copies a file of the folder to the boot disk; returns its path there.
    fn copy(&self, file: &str, boot: &Disk) -> Result<String> {
        let source = self.dir.join(file);
        let bytes = fs::read(&source).with_context(|| format!("cannot read {}", source.display()))?;
        let base = source
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let path = format!("guests/{}-{base}", self.name);
        boot.add_file(&bytes, &path)?;
        Ok(format!("/usr/{path}"))
    }
}
