//! What the harness needs of an emulator.

use std::path::PathBuf;

use anyhow::Result;

/// How a machine stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It switched its power off.
    PowerOff,
    /// The emulator gave up, with this message.
    Crash(String),
}

/// A running emulator.
pub(crate) trait Emulator: Send {
    /// Lets the machine run for about that many ticks of guest time, or up to a breakpoint, then holds it where the emulator can be
    /// held. Tells whether it has ended.
    fn advance(&mut self, ticks: u64) -> Result<Option<Ending>>;

    /// Guest time since power-on.
    fn ticks(&self) -> u64;

    /// The 80x25 cells of text memory, at physical 0xB8000.
    fn text_memory(&mut self) -> Result<Vec<u16>>;

    /// The eight bytes of memory at a physical address.
    fn physical_word(&mut self, address: u64) -> Result<u64>;

    /// Where the machine is held, in its code segment, if the emulator tells.
    fn next_address(&self) -> Option<u64>;

    /// Gives the emulator's debugger a command; what it answers.
    fn debug(&mut self, command: &str) -> Result<String>;

    /// Lets every write behind that offset of a drive fail, or none any more.
    fn refuse_writes_behind(&mut self, offset: Option<u64>) -> Result<()>;

    /// What the machine wrote to port 0xE9.
    fn debug_log(&self) -> PathBuf;

    /// What the emulator wrote about itself.
    fn emulator_log(&self) -> PathBuf;

    /// Pulls the plug.
    fn kill(&mut self);
}
