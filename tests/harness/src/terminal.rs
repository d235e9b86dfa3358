//! A person's terminal, for a machine's serial line.

use std::io::{IsTerminal, Read, Write, stdin, stdout};
use std::net::TcpStream;
use std::thread::JoinHandle;

use anyhow::Result;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

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

/// Copies the serial line to the screen until the line closes.
pub fn show(mut line: TcpStream) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = line.read(&mut buffer) {
            let shown = stdout()
                .write_all(&buffer[..count])
                .and_then(|()| stdout().flush());
            if shown.is_err() {
                break;
            }
        }
    })
}

/// Copies keys to the serial line; calls `quit` for Ctrl-A x, and sends Ctrl-A itself for Ctrl-A Ctrl-A. Other keys after
/// Ctrl-A go to SWEB together with it, which switches its terminals with them.
pub fn type_into(mut line: TcpStream, quit: impl FnOnce() + Send + 'static) {
    std::thread::spawn(move || {
        let mut escaped = false;
        for byte in stdin().lock().bytes() {
            let Ok(byte) = byte else { break };
            let send: &[u8] = match (escaped, byte) {
                (false, ESCAPE) => &[],
                (true, b'x' | b'X') => return quit(),
                (true, ESCAPE) => &[ESCAPE],
                (true, other) => &[ESCAPE, other],
                (false, other) => &[other],
            };
            escaped = !escaped && byte == ESCAPE;
            if line.write_all(send).is_err() {
                break;
            }
        }
    });
}
