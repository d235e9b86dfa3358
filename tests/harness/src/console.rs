//! Whose screen a terminal shows.

use std::fmt;

use crate::prompt;

/// A console of the machine, as a person would name it by what stands on it.
///
/// A host and its guests look alike, down to the prompt. So SWEB gives the terminal at its serial line a title, `SWEB`
/// or `SWEB: GUEST`, whenever it turns to another console, and a guest cannot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Console {
    /// The machine's own.
    #[default]
    Host,
    /// That of the guest with this name.
    Guest(String),
}

impl Console {
    /// The console of a guest.
    pub fn guest(name: &str) -> Console {
        Console::Guest(name.to_owned())
    }

    /// Which one has this title, if it is one of SWEB's.
    fn from_title(title: &[u8]) -> Option<Console> {
        let title = String::from_utf8_lossy(title);
        match title.strip_prefix("SWEB")? {
            "" => Some(Console::Host),
            rest => rest.strip_prefix(": ").map(Console::guest),
        }
    }
}

impl fmt::Display for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Console::Host => f.write_str("the host"),
            Console::Guest(name) => write!(f, "guest '{name}'"),
        }
    }
}

/// What the line tells a terminal besides the picture: whose it is, and whether it is complete.
///
/// From begin to end of synchronized output (DEC private mode 2026) the terminal is being redrawn, and what stands left
/// of the cursor need not be the end of anything. Another console's title comes within its redraw.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    redrawing: bool,
    console: Console,
}

impl Signals {
    pub(crate) fn is_redrawing(&self) -> bool {
        self.redrawing
    }

    /// Whose picture the terminal shows. Until SWEB runs it is the firmware's.
    pub(crate) fn console(&self) -> &Console {
        &self.console
    }
}

impl vt100::Callbacks for Signals {
    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        if let Some(console) = Console::from_title(title) {
            self.console = console;
        }
    }

    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        first: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        const SYNCHRONIZED_OUTPUT: &[u16] = &[2026];
        if first == Some(b'?') && parameters.contains(&SYNCHRONIZED_OUTPUT) {
            self.redrawing = last == 'h';
        }
    }
}

/// Whether the line up to the cursor is a prompt with nothing typed yet, and the picture complete.
pub(crate) fn at_prompt(signals: &Signals, before_cursor: &str) -> bool {
    !signals.is_redrawing() && prompt::is_prompt(before_cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redraw_has_a_begin_and_an_end() {
        let mut parser = vt100::Parser::new_with_callbacks(25, 80, 0, Signals::default());
        let mut after = |bytes: &[u8]| {
            parser.process(bytes);
            parser.callbacks().is_redrawing()
        };
        assert!(!after(b"\x1b[2J\x1b[?25l"));
        assert!(after(b"\x1b[?2026h\x1b[2J"));
        assert!(after(b"SWEB: /> \x1b[?25h"));
        assert!(!after(b"ls\x1b[?2026l"));
    }

    #[test]
    fn the_title_names_the_console() {
        let mut parser = vt100::Parser::new_with_callbacks(25, 80, 0, Signals::default());
        let mut after = |bytes: &[u8]| {
            parser.process(bytes);
            parser.callbacks().console().clone()
        };
        assert_eq!(after(b"firmware"), Console::Host);
        assert_eq!(after(b"\x1b]2;SWEB: a b\x07"), Console::guest("a b"));
        assert_eq!(
            after(b"\x1b]2;vim\x07"),
            Console::guest("a b"),
            "not one of SWEB's"
        );
        assert_eq!(after(b"\x1b]2;SWEB\x07"), Console::Host);
    }
}
