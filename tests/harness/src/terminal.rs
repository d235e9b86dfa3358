//! A person's terminal, for a machine's serial line.

use std::io::{self, IsTerminal, Read, Write, stdin, stdout};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use anyhow::Result;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::window::{Questions, Window};

/// Ctrl-A: the next key is for us, as in QEMU and minicom.
const ESCAPE: u8 = 0x01;

/// The terminal in raw mode, every key a byte; back to what it was when dropped.
pub struct RawTerminal {
    saved: Option<Termios>,
}

impl RawTerminal {
    /// Changes nothing when standard input is no terminal.
    pub fn enter() -> Result<RawTerminal> {
        if !stdin().is_terminal() {
            return Ok(RawTerminal { saved: None });
        }
        let saved = tcgetattr(stdin())?;
        let mut raw = saved.clone();
        raw.make_raw();
        tcsetattr(stdin(), OptionalActions::Now, &raw)?;
        Ok(RawTerminal { saved: Some(saved) })
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        if let Some(saved) = &self.saved {
            // Colours off, cursor on; there is nobody to tell if the terminal is gone.
            let _ = stdout()
                .write_all(b"\x1b[0m\x1b[?25h\r\n")
                .and_then(|()| stdout().flush());
            let _ = tcsetattr(stdin(), OptionalActions::Now, saved);
        }
    }
}

/// The machine's end of the serial line. What is sent in one piece arrives so.
#[derive(Clone)]
pub(crate) struct Line(Arc<Mutex<TcpStream>>);

impl Line {
    pub(crate) fn new(stream: TcpStream) -> Line {
        Line(Arc::new(Mutex::new(stream)))
    }

    pub(crate) fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stream.write_all(bytes)
    }
}

/// Copies the serial line to the screen until the line closes.
pub(crate) fn show(mut line: TcpStream, window: Window) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        let mut questions = Questions::default();
        let mut shown = Vec::new();
        while let Ok(count @ 1..) = line.read(&mut buffer) {
            shown.clear();
            if questions.take(&buffer[..count], &mut shown) {
                window.answer();
            }
            if stdout()
                .write_all(&shown)
                .and_then(|()| stdout().flush())
                .is_err()
            {
                break;
            }
        }
    })
}

/// Copies keys to the serial line; calls `quit` for Ctrl-A x, and sends Ctrl-A itself for Ctrl-A Ctrl-A. Other keys after
/// Ctrl-A go to SWEB together with it, which switches its terminals with them.
pub(crate) fn type_into(line: Line, quit: impl FnOnce() + Send + 'static) {
    std::thread::spawn(move || {
        let mut escaped = false;
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stdin().lock().read(&mut buffer) {
            let mut typed = Vec::with_capacity(count + 1);
            for &byte in &buffer[..count] {
                match (escaped, byte) {
                    (false, ESCAPE) => {}
                    (true, b'x' | b'X') => return quit(),
                    (true, ESCAPE) => typed.push(ESCAPE),
                    (true, other) => typed.extend([ESCAPE, other]),
                    (false, other) => typed.push(other),
                }
                escaped = !escaped && byte == ESCAPE;
            }
            if line.send(&typed).is_err() {
                break;
            }
        }
    });
}
