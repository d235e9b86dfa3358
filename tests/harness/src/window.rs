//! The size of this terminal's window, for the machine at the other end of the line.

use std::io::stdout;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use rustix::termios::tcgetwinsize;
use signal_hook::consts::SIGWINCH;
use signal_hook::iterator::Signals;

use crate::terminal::Line;

/// What the machine sends to ask a terminal for its size (xterm). We answer: a terminal need not know the question.
const QUESTION: &[u8] = b"\x1b[18t";

/// Reports this terminal's size to the machine, when it asks and, from then on, with each change: who never asked (a
/// boot loader) would take a report for keys.
#[derive(Clone)]
pub(crate) struct Window {
    line: Line,
    asked: Arc<AtomicBool>,
}

impl Window {
    /// Follows the changes as long as the process lives.
    pub(crate) fn watch(line: Line) -> Result<Window> {
        let window = Window {
            line,
            asked: Arc::default(),
        };
        let watched = window.clone();
        let mut changes = Signals::new([SIGWINCH])?;
        std::thread::spawn(move || {
            for _ in changes.forever() {
                if watched.asked.load(Ordering::Relaxed) {
                    watched.report();
                }
            }
        });
        Ok(window)
    }

    pub(crate) fn answer(&self) {
        self.asked.store(true, Ordering::Relaxed);
        self.report();
    }

    /// Says nothing when standard output is no terminal, or one that does not know its size.
    fn report(&self) {
        if let Ok(size) = tcgetwinsize(stdout())
            && size.ws_row != 0
            && size.ws_col != 0
        {
            // A line that is closed ends the session elsewhere.
            let _ = self
                .line
                .send(format!("\x1b[8;{};{}t", size.ws_row, size.ws_col).as_bytes());
        }
    }
}

/// Takes the machine's questions out of what it sends.
#[derive(Default)]
pub(crate) struct Questions {
    matched: usize,
}

impl Questions {
    /// Appends what is to be shown, and returns whether there was a question.
    pub(crate) fn take(&mut self, sent: &[u8], shown: &mut Vec<u8>) -> bool {
        let mut asked = false;
        for &byte in sent {
            if QUESTION.get(self.matched) != Some(&byte) {
                shown.extend_from_slice(&QUESTION[..self.matched]);
                self.matched = 0;
            }
            if QUESTION.get(self.matched) == Some(&byte) {
                self.matched += 1;
            } else {
                shown.push(byte);
            }
            if self.matched == QUESTION.len() {
                self.matched = 0;
                asked = true;
            }
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::Questions;

    #[test]
    fn questions_are_not_shown() {
        let text = b"a\x1b\x1b[18tb\x1b[1;8tc\x1b[18;1td\x1b[18\x1b[18t\x1b[18te";
        for cut in 0..text.len() {
            let mut questions = Questions::default();
            let mut shown = Vec::new();
            let before = questions.take(&text[..cut], &mut shown);
            let after = questions.take(&text[cut..], &mut shown);
            assert!(before || after);
            assert_eq!(shown, b"a\x1bb\x1b[1;8tc\x1b[18;1td\x1b[18e", "cut at {cut}");
        }
    }
}
