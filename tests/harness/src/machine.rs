//! What to boot, and in which emulator.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::bochs::{self, Bochs};
use crate::emulator::Emulator;
use crate::guest::GuestFolder;
use crate::image::Disk;
use crate::limits;
use crate::qemu::{self, Qemu};
use crate::report;
use crate::rundir::RunDir;
use crate::serial::{SerialLine, SerialListener};
use crate::session::Session;

/// The folder that `./x build` fills: `$SWEB_BUILD`, else `build` at the top of the sources.
pub fn build_dir() -> PathBuf {
    match std::env::var_os("SWEB_BUILD") {
        Some(dir) => PathBuf::from(dir),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../build"),
    }
}

/// A copy of the boot disk in a folder, for machines that run on it one after the other.
pub fn copy_image(dir: &RunDir) -> Result<PathBuf> {
    let copy = dir.file("SWEB.img");
    Disk::copy(&build_dir().join("SWEB.img"), &copy)?;
    Ok(copy)
}

/// The programs that emulate a PC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmulatorKind {
    /// Bochs: emulates VMX and EPT, counts instructions.
    Bochs,
    /// QEMU without KVM: fast, no VMX.
    Qemu,
    /// QEMU with KVM: VMX where the host's KVM nests.
    Kvm,
}

/// How the kernel gets into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Our own boot sector and loader, in `SWEB.img`.
    Fast,
    /// GRUB, in `SWEB-grub.img`.
    Grub,
    /// QEMU's `-kernel`.
    Direct,
}

/// Which disk image a run writes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageUse {
    /// A copy, thrown away at the end.
    Copy,
    /// The image in the build folder.
    InPlace,
    /// This one.
    File(PathBuf),
}

/// Whether guest time may run away from the wall's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As fast as possible, the same in every run.
    Fast,
    /// Not faster than the clock on the wall.
    RealTime,
}

/// The machine's own screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    /// Not shown.
    None,
    /// In a window.
    Window,
}

/// A machine to boot. Made with [`Machine::new`], refined by its methods, started with [`Machine::boot`].
#[derive(Clone, Debug)]
pub struct Machine {
    pub(crate) name: String,
    pub(crate) emulator: EmulatorKind,
    pub(crate) medium: Medium,
    pub(crate) cpu: Option<String>,
    pub(crate) memory: u32,
    pub(crate) command_line: String,
    pub(crate) kernel: Option<Vec<u8>>,
    pub(crate) image: ImageUse,
    pub(crate) drives: Vec<PathBuf>,
    pub(crate) guests: Vec<GuestFolder>,
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) pace: Pace,
    pub(crate) display: Display,
    pub(crate) gdb: bool,
    pub(crate) trace: Option<String>,
}

impl Machine {
    /// Bochs with 64 MiB, booting a copy of `SWEB.img` with the fast loader. The name is that of the run's folder.
    pub fn new(name: &str) -> Machine {
        Machine {
            name: name.to_owned(),
            emulator: EmulatorKind::Bochs,
            medium: Medium::Fast,
            cpu: None,
            memory: 64,
            command_line: String::new(),
            kernel: None,
            image: ImageUse::Copy,
            drives: Vec::new(),
            guests: Vec::new(),
            files: Vec::new(),
            pace: Pace::Fast,
            display: Display::None,
            gdb: false,
            trace: None,
        }
    }

    /// Another emulator.
    pub fn emulator(mut self, emulator: EmulatorKind) -> Machine {
        self.emulator = emulator;
        self
    }

    /// Another way to boot.
    pub fn medium(mut self, medium: Medium) -> Machine {
        self.medium = medium;
        self
    }

    /// A CPU model, by the emulator's name for it.
    pub fn cpu(mut self, model: &str) -> Machine {
        self.cpu = Some(model.to_owned());
        self
    }

    /// MiB of RAM.
    pub fn memory(mut self, mebibytes: u32) -> Machine {
        self.memory = mebibytes;
        self
    }

    /// The kernel's command line; not through GRUB, whose script is fixed.
    pub fn command_line(mut self, text: &str) -> Machine {
        self.command_line = text.to_owned();
        self
    }

    /// Another Multiboot kernel, an ELF file; through the fast loader only.
    pub fn kernel(mut self, elf: Vec<u8>) -> Machine {
        self.kernel = Some(elf);
        self
    }

    /// Another disk image, or another way to use it.
    pub fn image(mut self, image: ImageUse) -> Machine {
        self.image = image;
        self
    }

    /// One more drive, a raw image, used in place.
    pub fn drive(mut self, image: &Path) -> Machine {
        self.drives.push(image.to_owned());
        self
    }

    /// A guest from the developer's machine; see [`GuestFolder`].
    pub fn guest(mut self, folder: GuestFolder) -> Machine {
        self.guests.push(folder);
        self
    }

    /// A file on the boot disk, by its path below `/usr` in SWEB.
    pub fn file(mut self, path: &str, bytes: Vec<u8>) -> Machine {
        self.files.push((path.to_owned(), bytes));
        self
    }

    /// Another pace.
    pub fn pace(mut self, pace: Pace) -> Machine {
        self.pace = pace;
        self
    }

    /// Another display.
    pub fn display(mut self, display: Display) -> Machine {
        self.display = display;
        self
    }

    /// Holds the machine until a gdb connects to port 1234; QEMU only.
    pub fn gdb(mut self, wait_for_gdb: bool) -> Machine {
        self.gdb = wait_for_gdb;
        self
    }

    /// Has the emulator log each occurrence of one of its trace events; QEMU only.
    pub fn trace(mut self, event: &str) -> Machine {
        self.trace = Some(event.to_owned());
        self
    }

    /// Starts the machine, and returns at once.
    pub fn start(self) -> Result<Session> {
        limits::check(&self)?;
        let mut dir = RunDir::create(&self.name)?;
        let disks = self.prepare_disks(&dir)?;
        let paths: Vec<PathBuf> = disks.iter().map(|disk| disk.path().to_owned()).collect();
        match self.launch(&paths, &dir) {
            Ok((emulator, line)) => Ok(Session::new(emulator, line, dir, disks)),
            Err(error) => {
                dir.keep();
                bail!("{error:#}{}", report::logs(dir.path()))
            }
        }
    }

    fn launch(&self, disks: &[PathBuf], dir: &RunDir) -> Result<(Box<dyn Emulator>, SerialLine)> {
        let listener = SerialListener::bind()?;
        Ok(match self.emulator {
            EmulatorKind::Bochs => {
                let configuration = bochs::configuration(self, disks, listener.port()?, dir);
                let mut bochs = Bochs::start(&configuration, dir)?;
                let line = listener.accept(bochs.process())?;
                (Box::new(bochs), line)
            }
            EmulatorKind::Qemu | EmulatorKind::Kvm => {
                let command = qemu::command(self, disks, listener.port()?, dir);
                let mut qemu = Qemu::start(command, dir)?;
                let line = listener.accept(qemu.process())?;
                (Box::new(qemu), line)
            }
        })
    }

    /// Starts the machine and waits for the shell's prompt.
    pub fn boot(self) -> Result<Session> {
        let mut session = self.start()?;
        session.wait_prompt()?;
        Ok(session)
    }

    /// The boot disk first, then the others.
    pub(crate) fn prepare_disks(&self, dir: &RunDir) -> Result<Vec<Disk>> {
        let original = build_dir().join(match self.medium {
            Medium::Grub => "SWEB-grub.img",
            Medium::Fast | Medium::Direct => "SWEB.img",
        });
        let boot = match &self.image {
            ImageUse::Copy => Disk::copy(&original, &dir.file("SWEB.img"))?,
            ImageUse::InPlace => Disk::claim(&original)?,
            ImageUse::File(path) => Disk::claim(path)?,
        };
        if self.medium == Medium::Fast {
            boot.set_command_line(&self.command_line)?;
            if let Some(kernel) = &self.kernel {
                boot.set_kernel(kernel)?;
            }
        }
        for (path, bytes) in &self.files {
            let below_usr = path.strip_prefix("/usr/");
            boot.add_file(
                bytes,
                below_usr.with_context(|| format!("{path} is not below /usr"))?,
            )?;
        }
        let mut drives = self.drives.clone();
        for guest in &self.guests {
            guest
                .install(&boot, &mut drives)
                .with_context(|| format!("guest {}", guest.name()))?;
        }
        if drives.len() > 3 {
            bail!(
                "a PC has four drives: the boot disk and three more, not {}",
                drives.len()
            );
        }
        let mut disks = vec![boot];
        for drive in &drives {
            disks.push(Disk::claim(drive)?);
        }
        Ok(disks)
    }
}
