//! Keys, and what a terminal sends for them.

/// A key that is not a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Ends a line.
    Enter,
    /// Completes a name.
    Tab,
    /// Takes the last character back.
    Backspace,
    /// Recalls the last line.
    Up,
    /// Goes back to the next line.
    Down,
    /// One character to the left.
    Left,
    /// One character to the right.
    Right,
    /// Leaves a guest for the host.
    CtrlRightBracket,
    /// Ends the program that runs.
    CtrlC,
}

impl Key {
    /// What a terminal sends for it.
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Key::Enter => b"\r",
            Key::Tab => b"\t",
            Key::Backspace => b"\x7f",
            Key::Up => b"\x1b[A",
            Key::Down => b"\x1b[B",
            Key::Right => b"\x1b[C",
            Key::Left => b"\x1b[D",
            Key::CtrlRightBracket => b"\x1d",
            Key::CtrlC => b"\x03",
        }
    }
}
