//! `swebrun` on a terminal of any size, as a person has it: a pseudo-terminal with a terminal emulator behind it.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use harness::{PROMPT, RunDir, copy_image};
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// A boot of the guest in the emulator, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

struct Terminal {
    master: File,
    sent: Receiver<Vec<u8>>,
    emulator: vt100::Parser,
    runner: Child,
    _dir: RunDir,
}

impl Terminal {
    fn start(columns: u16, rows: u16) -> Result<Terminal> {
        let dir = RunDir::create("window")?;
        copy_image(&dir)?;
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let slave = open(
            ptsname(&master, Vec::new())?,
            OFlags::RDWR | OFlags::NOCTTY,
            Mode::empty(),
        )?;
        tcsetwinsize(&master, size(columns, rows))?;

        // A terminal tells changes of its size only to those whose terminal it is.
        let runner = Command::new("setsid")
            .args([
                "--ctty",
                "--wait",
                env!("CARGO_BIN_EXE_swebrun"),
                "--memory",
                "64",
                "--image",
            ])
            .arg(dir.file("SWEB.img"))
            .stdin(Stdio::from(slave.try_clone()?))
            .stdout(Stdio::from(slave))
            .stderr(Stdio::null())
            .spawn()
            .context("setsid, of util-linux")?;

        let master = File::from(master);
        let mut reader = master.try_clone()?;
        let (sender, sent) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Ok(Terminal {
            master,
            sent,
            emulator: vt100::Parser::new(rows, columns, 0),
            runner,
            _dir: dir,
        })
    }

    /// As a window does: first the picture, then the program is told.
    fn resize(&mut self, columns: u16, rows: u16) -> Result<()> {
        self.emulator.screen_mut().set_size(rows, columns);
        Ok(tcsetwinsize(&self.master, size(columns, rows))?)
    }

    fn keys(&mut self, keys: &str) -> Result<()> {
        Ok(self.master.write_all(keys.as_bytes())?)
    }

    fn rows(&self) -> Vec<String> {
        let (_, columns) = self.emulator.screen().size();
        let rows = self.emulator.screen().rows(0, columns);
        rows.map(|row| row.trim_end().to_owned()).collect()
    }

    fn row_of_cursor(&self) -> String {
        let (row, _) = self.emulator.screen().cursor_position();
        self.rows()[usize::from(row)].clone()
    }

    fn wait(&mut self, what: &str, holds: impl Fn(&Terminal) -> bool) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.sent.recv_timeout(left) {
                Ok(bytes) => self.emulator.process(&bytes),
                Err(_) => bail!("{what} never came; the screen is\n{}", self.rows().join("\n")),
            }
        }
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Ctrl-A x; when it is over already, there is nobody to read it.
        let _ = self.keys("\x01x");
        let _ = self.runner.wait();
    }
}

fn size(columns: u16, rows: u16) -> Winsize {
    Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}

/// The part of `picture` that a window shows, from row `top` on.
fn part(picture: &[String], top: usize, rows: usize, columns: usize) -> Vec<String> {
    let cut = |row: &String| {
        row.chars()
            .take(columns)
            .collect::<String>()
            .trim_end()
            .to_owned()
    };
    picture.iter().skip(top).take(rows).map(cut).collect()
}

#[test]
fn windows_of_any_size() -> Result<()> {
    let mut terminal = Terminal::start(80, 24)?;
    terminal.wait("the host's prompt", |terminal| {
        terminal.row_of_cursor() == PROMPT.trim_end()
    })?;
    terminal.keys("vmrun guest\r")?;
    terminal.wait("the guest's prompt in the last row", |terminal| {
        let rows = terminal.rows();
        rows[23] == PROMPT.trim_end() && !rows.iter().any(|row| row.contains("vmrun"))
    })?;
    let small = terminal.rows();

    // The usual size hides the first row of the guest's 25, its status line.
    terminal.resize(80, 25)?;
    terminal.wait("all of the guest's rows", |terminal| {
        terminal.rows()[1..] == small
    })?;
    let whole = terminal.rows();

    terminal.resize(40, 10)?;
    let wanted = part(&whole, 15, 10, 40);
    terminal.wait("the part with the cursor", |terminal| terminal.rows() == wanted)?;

    // On the host, a line that is wider than the window, and back.
    terminal.keys("\x1d")?;
    terminal.wait("the host's prompt", |terminal| {
        terminal.row_of_cursor() == PROMPT.trim_end() && terminal.rows().concat().contains("vmrun guest")
    })?;
    let before = terminal.rows();
    let line = "x".repeat(60);
    terminal.keys(&line)?;
    terminal.wait("the end of the line", |terminal| {
        let (_, column) = terminal.emulator.screen().cursor_position();
        let left = PROMPT.len() + line.len() - usize::from(column);
        left != 0 && terminal.row_of_cursor() == line[left - PROMPT.len()..]
    })?;
    terminal.keys(&"\x7f".repeat(60))?;
    terminal.wait("the prompt as it was", |terminal| terminal.rows() == before)?;

    terminal.resize(80, 24)?;
    terminal.keys("vmconsole guest\r")?;
    terminal.wait("the guest's screen", |terminal| terminal.rows() == small)
}
