//! Boots SWEB in Bochs or QEMU, types at its shell and reads its screen.
//!
//! ```no_run
//! use harness::Machine;
//!
//! let mut sweb = Machine::new("my test").boot()?;      // to the shell's prompt
//! let listing = sweb.command("ls")?;                   // types it, waits for the next prompt
//! assert!(listing.contains("usr"));
//! sweb.power_off()?;
//! # anyhow::Ok(())
//! ```
//!
//! Time is the guest's: a test that waits 10 seconds waits as many instructions on a busy developer's machine as on an
//! idle one. Every machine has a folder of its own with its disk, its logs and its serial port, so that tests run in
//! parallel; the folder is removed when the test succeeds, and on failure named in a report with the last lines of
//! every log and a picture of the screen.
//!
//! Where to look: [`Machine`] says what to boot, [`Session`] is a booted one, [`Screen`] what a person would see.

mod bochs;
mod choice;
mod demo;
mod emulator;
mod font;
mod guest;
mod image;
mod interactive;
mod machine;
mod process;
mod prompt;
mod qemu;
mod redraw;
mod rundir;
mod screen;
mod serial;
mod session;
mod terminal;
mod trace;
mod transcript;
mod watchdog;

pub use choice::{Choice, choose};
pub use demo::demo;
pub use emulator::Ending;
pub use guest::GuestFolder;
pub use machine::{Display, EmulatorKind, ImageUse, Machine, Medium, Pace, build_dir, copy_image};
pub use prompt::PROMPT;
pub use rundir::RunDir;
pub use screen::Screen;
pub use session::{Key, Session};
pub use trace::Instruction;

/// Instructions in a second of guest time. One number for tests, benchmarks and interactive runs: Bochs derives its
/// devices' time from it (`ips=`), so that results can be compared.
pub const TICKS_PER_SECOND: u64 = 50_000_000;
