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
//! A host and its guests look alike, so a session looks at one console at a time and takes no other's screen for it:
//!
//! ```no_run
//! # let mut sweb = harness::Machine::new("my test").memory(128).boot()?;
//! sweb.enter("vmrun guest", "guest")?;                 // the host's prompt instead of the guest's screen is an error
//! sweb.wait_prompt_within(60)?;                        // the guest's
//! let listing = sweb.command("ls /usr")?;              // what the guest printed, by its screen
//! sweb.leave()?;                                       // Ctrl-], and the host's prompt
//! sweb.enter("vmconsole guest", "guest")?;
//! sweb.type_line("poweroff")?;
//! sweb.wait_return()?;                                 // the guest has ended, the host's prompt is back
//! # anyhow::Ok(())
//! ```
//!
//! Whichever console is awaited, the prompt of another one ends the wait with a report, and so do keys that would go
//! to another one. [`Console`] says how the harness knows.
//!
//! Time is the guest's: a test that waits 10 seconds waits as many instructions on a busy developer's machine as on an
//! idle one. Every machine has a folder of its own with its disk, its logs and its serial port, so that tests run in
//! parallel; the folder is removed when the test succeeds, and on failure named in a report with the last lines of
//! every log and a picture of the screen.
//!
//! Where to look: [`Machine`] says what to boot, [`Session`] is a booted one, [`Screen`] what a person would see.

mod bochs;
mod choice;
mod console;
mod demo;
mod emulator;
mod font;
mod guest;
mod image;
mod interactive;
mod key;
mod limits;
mod machine;
mod process;
mod progress;
mod prompt;
mod qemu;
mod report;
mod rundir;
mod screen;
mod serial;
mod session;
mod terminal;
mod trace;
mod transcript;
mod watchdog;
mod window;

pub use choice::{Choice, asked_for, choose};
pub use console::Console;
pub use demo::demo;
pub use emulator::Ending;
pub use guest::GuestFolder;
pub use key::Key;
pub use limits::memory;
pub use machine::{Display, EmulatorKind, ImageUse, Machine, Medium, Pace, build_dir, copy_image};
pub use prompt::PROMPT;
pub use rundir::RunDir;
pub use screen::Screen;
pub use session::Session;
pub use trace::Instruction;

/// Instructions in a second of guest time. One number for tests, benchmarks and interactive runs: Bochs derives its
/// devices' time from it (`ips=`), so that results can be compared.
pub const TICKS_PER_SECOND: u64 = 50_000_000;
