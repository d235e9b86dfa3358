//! A running machine with a person's hands and eyes.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};

use crate::TICKS_PER_SECOND;
use crate::emulator::{Emulator, Ending};
use crate::image::Disk;
use crate::prompt::PROMPT;
use crate::redraw::Redraw;
use crate::rundir::RunDir;
use crate::screen::{COLUMNS, ROWS, Screen};
use crate::serial::SerialLine;
use crate::transcript::Transcript;

/// A tenth of a second of guest time: how often a wait looks whether it is over.
const SLICE: u64 = TICKS_PER_SECOND / 10;
/// Between two key strokes; nobody types faster, and every keyboard buffer on the way keeps up.
const KEY_GAP: u64 = TICKS_PER_SECOND / 50;
/// How long a wait lasts unless told otherwise, in seconds of guest time.
const PATIENCE: u64 = 30;
/// A progress line every so often, when a person watches.
const PROGRESS: std::time::Duration = std::time::Duration::from_secs(2);
/// Lines of each log in a report.
const TAIL: usize = 25;

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
    fn bytes(self) -> &'static [u8] {
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

/// A machine that has been started.
pub struct Session {
    emulator: Box<dyn Emulator>,
    line: SerialLine,
    terminal: vt100::Parser<Redraw>,
    transcript: Transcript,
    /// Up to where [`Session::wait_for`] has read the transcript.
    mark: usize,
    ended: Option<Ending>,
    dir: RunDir,
    /// Their locks live as long as the machine.
    disks: Vec<Disk>,
    damage: Option<Damage>,
}

/// A part of the boot disk that has failed: from `offset` to the end, where `content` was.
struct Damage {
    offset: u64,
    content: Vec<u8>,
}

impl Session {
    pub(crate) fn new(
        emulator: Box<dyn Emulator>,
        line: SerialLine,
        dir: RunDir,
        disks: Vec<Disk>,
    ) -> Session {
        Session {
            emulator,
            line,
            terminal: vt100::Parser::new_with_callbacks(ROWS as u16, COLUMNS as u16, 0, Redraw::default()),
            transcript: Transcript::default(),
            mark: 0,
            ended: None,
            dir,
            disks,
            damage: None,
        }
    }

    /// Instructions since power-on (Bochs), or what stands for them.
    pub fn ticks(&self) -> u64 {
        self.emulator.ticks()
    }

    /// The folder with this machine's disk and logs.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Everything the serial line has said, without colours and cursor movements.
    pub fn transcript(&self) -> &str {
        self.transcript.text()
    }

    /// What the terminal at the serial line shows.
    pub fn screen(&self) -> Screen {
        Screen::from_terminal(self.terminal.screen())
    }

    /// What the machine's own VGA screen shows.
    pub fn vga_screen(&mut self) -> Result<Screen> {
        Ok(Screen::from_text_memory(&self.emulator.text_memory()?))
    }

    /// The eight bytes of the machine's memory at a physical address; Bochs only.
    pub fn physical_word(&mut self, address: u64) -> Result<u64> {
        self.emulator.physical_word(address)
    }

    /// What the kernel wrote to port 0xE9.
    pub fn debug_log(&self) -> String {
        let log = fs::read(self.emulator.debug_log()).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// What the emulator wrote about itself.
    pub fn emulator_log(&self) -> String {
        let log = fs::read(self.emulator.emulator_log()).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// How the machine ended, if it has.
    pub fn ending(&self) -> Option<&Ending> {
        self.ended.as_ref()
    }

    /// Where the machine is held, in its code segment; Bochs only.
    pub(crate) fn next_address(&self) -> Option<u64> {
        self.emulator.next_address()
    }

    /// Gives the emulator's debugger a command; what it answers.
    pub(crate) fn debug(&mut self, command: &str) -> Result<String> {
        self.emulator.debug(command)
    }

    /// Lets the machine run for that many ticks.
    pub fn advance(&mut self, ticks: u64) -> Result<()> {
        if self.ended.is_none() {
            self.ended = self.emulator.advance(ticks)?;
        }
        let bytes = self.line.receive()?;
        self.terminal.process(&bytes);
        self.transcript.push(&bytes);
        Ok(())
    }

    /// Lets the machine run for that many seconds of guest time.
    pub fn idle(&mut self, seconds: u64) -> Result<()> {
        for _ in 0..seconds * TICKS_PER_SECOND / SLICE {
            self.advance(SLICE)?;
        }
        Ok(())
    }

    /// Runs the machine until `done`, at most `seconds` of guest time; `what` names it in messages.
    pub fn wait_until(
        &mut self,
        what: &str,
        seconds: u64,
        mut done: impl FnMut(&Session) -> bool,
    ) -> Result<()> {
        let start = self.ticks();
        let mut progress = Progress::new(what);
        loop {
            if done(self) {
                return Ok(());
            }
            if let Some(ending) = &self.ended {
                let why = match ending {
                    Ending::PowerOff => "the machine switched its power off".to_owned(),
                    Ending::Crash(message) => message.clone(),
                };
                return Err(self.failure(&format!("{why}, while {what} was awaited")));
            }
            let waited = self.ticks() - start;
            if waited > seconds * TICKS_PER_SECOND {
                return Err(self.failure(&format!("{seconds} s of guest time went by without {what}")));
            }
            progress.show(waited);
            self.advance(SLICE)?;
        }
    }

    /// Waits until the serial line says `text`, after what earlier waits have read.
    pub fn wait_for(&mut self, text: &str) -> Result<()> {
        self.wait_for_within(text, PATIENCE)
    }

    /// [`Session::wait_for`] with another limit.
    pub fn wait_for_within(&mut self, text: &str, seconds: u64) -> Result<()> {
        self.wait_until(&format!("'{text}'"), seconds, |session| {
            session.unread().contains(text)
        })?;
        if let Some(found) = self.unread().find(text) {
            self.mark += found + text.len();
        }
        Ok(())
    }

    /// Waits until `text` stands on the screen.
    pub fn wait_screen(&mut self, text: &str) -> Result<()> {
        self.wait_until(&format!("'{text}' on the screen"), PATIENCE, |session| {
            session.screen().contains(text)
        })
    }

    /// Waits until the shell's prompt stands left of the cursor, with nothing typed yet.
    pub fn wait_prompt(&mut self) -> Result<()> {
        self.wait_prompt_within(PATIENCE)
    }

    /// [`Session::wait_prompt`] with another limit.
    pub fn wait_prompt_within(&mut self, seconds: u64) -> Result<()> {
        self.wait_until("the prompt", seconds, Session::at_prompt)?;
        self.mark = self.transcript().len();
        Ok(())
    }

    /// Whether the shell waits for a line.
    pub fn at_prompt(&self) -> bool {
        !self.terminal.callbacks().is_under_way() && self.screen().before_cursor() == PROMPT
    }

    /// Types characters, as fast as a good typist.
    pub fn type_text(&mut self, text: &str) -> Result<()> {
        for character in text.bytes() {
            self.send(&[character])?;
        }
        Ok(())
    }

    /// Pastes characters: all arrive at once, faster than anybody types.
    pub fn paste(&mut self, text: &str) -> Result<()> {
        self.send(text.as_bytes())
    }

    /// Presses a key.
    pub fn key(&mut self, key: Key) -> Result<()> {
        self.send(key.bytes())
    }

    /// Types a line and Enter, seeing to it that every character arrived.
    pub fn type_line(&mut self, line: &str) -> Result<()> {
        self.type_and_see(line)?;
        self.key(Key::Enter)
    }

    fn type_and_see(&mut self, line: &str) -> Result<()> {
        self.type_text(line)?;
        let what = format!("the echo of '{line}'");
        // A long line wraps; its end is enough.
        let tail: String = line
            .chars()
            .skip(line.chars().count().saturating_sub(20))
            .collect();
        self.wait_until(&what, PATIENCE, |session| {
            session.screen().before_cursor().ends_with(&tail)
        })
    }

    /// Types a line at the prompt, waits for the next prompt, and returns what was printed between.
    pub fn command(&mut self, line: &str) -> Result<String> {
        self.command_within(line, PATIENCE)
    }

    /// [`Session::command`] with another limit.
    pub fn command_within(&mut self, line: &str, seconds: u64) -> Result<String> {
        self.type_and_see(line)?;
        let start = self.transcript().len();
        self.key(Key::Enter)?;
        self.wait_prompt_within(seconds)
            .with_context(|| format!("after the command '{line}'"))?;
        let output = &self.transcript()[start..];
        let output = output.strip_suffix(PROMPT).unwrap_or(output);
        Ok(output.trim_matches('\n').to_owned())
    }

    /// Types `poweroff` and waits for the end; another machine may use the disks then.
    pub fn power_off(mut self) -> Result<()> {
        self.type_line("poweroff")?;
        self.wait_power_off()
    }

    /// Pulls the plug: the emulator is killed where it stands. On the disks is what the drives had been given until then.
    pub fn cut_power(mut self) {
        self.emulator.kill();
    }

    /// From now on every sector of the boot disk from byte `offset` on fails, for reading and for writing. Bochs reports
    /// to the machine what happens to it at the image file: that this ends there, and must not grow.
    pub fn break_disk(&mut self, offset: u64) -> Result<()> {
        self.emulator.refuse_writes_behind(Some(offset))?;
        let content = self.disks[0].cut_off(offset)?;
        self.damage = Some(Damage { offset, content });
        Ok(())
    }

    /// Undoes [`Session::break_disk`]: the disk is as it was before.
    pub fn mend_disk(&mut self) -> Result<()> {
        if let Some(Damage { offset, content }) = self.damage.take() {
            self.disks[0].put_back(offset, &content)?;
        }
        self.emulator.refuse_writes_behind(None)
    }

    /// Waits for the machine to switch its power off.
    pub fn wait_power_off(&mut self) -> Result<()> {
        self.wait_until("power-off", PATIENCE, |session| session.ended.is_some())?;
        match &self.ended {
            Some(Ending::Crash(message)) => Err(self.failure(&format!("instead of power-off: {message}"))),
            _ => Ok(()),
        }
    }

    /// An error with what was to be seen at that moment; the folder of the run stays.
    pub fn failure(&mut self, message: &str) -> anyhow::Error {
        self.dir.keep();
        let picture = self.dir.file("screen.png");
        let mut report = format!("{message}\n{}", self.screen());
        match self.screen().save_png(&picture) {
            Ok(()) => report.push_str(&format!("\nscreen: {}", picture.display())),
            Err(error) => report.push_str(&format!("\nno picture of the screen: {error}")),
        }
        let serial_log = self.dir.file("serial.log");
        if fs::write(&serial_log, self.transcript()).is_ok() {
            report.push_str(&format!("\nserial: {}", serial_log.display()));
        }
        for log in [self.emulator.debug_log(), self.emulator.emulator_log()] {
            report.push_str(&tail(&log));
        }
        report.push_str(&format!("\nat tick {} of guest time", self.ticks()));
        anyhow!(report)
    }

    /// Gives the machine to a scenario and turns what it finds wrong into a full report.
    pub fn check(&mut self, holds: bool, otherwise: &str) -> Result<()> {
        if !holds {
            bail!(self.failure(otherwise));
        }
        Ok(())
    }

    fn unread(&self) -> &str {
        &self.transcript()[self.mark..]
    }

    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.line.send(bytes)?;
        self.advance(KEY_GAP)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // A test's own assertion failed: show what the machine was doing.
            let report = self.failure("the machine at the time of the failure");
            eprintln!("{report}");
        }
        self.emulator.kill();
    }
}

/// A line on the terminal while something takes long, if there is a person to read it.
struct Progress<'a> {
    what: &'a str,
    last: Instant,
}

impl<'a> Progress<'a> {
    fn new(what: &'a str) -> Progress<'a> {
        Progress {
            what,
            last: Instant::now(),
        }
    }

    fn show(&mut self, waited: u64) {
        if self.last.elapsed() < PROGRESS || !std::io::stderr().is_terminal() {
            return;
        }
        self.last = Instant::now();
        let seconds = waited as f64 / TICKS_PER_SECOND as f64;
        // A progress line that cannot be written is no reason to stop.
        let _ = writeln!(
            std::io::stderr(),
            "  ... {seconds:.1} s of guest time, waiting for {}",
            self.what
        );
    }
}

/// The last lines of a log.
fn tail(path: &PathBuf) -> String {
    let text = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    // Bochs notes the end of each of our slices.
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("Caught time breakpoint"))
        .collect();
    let last = lines[lines.len().saturating_sub(TAIL)..].join("\n");
    format!("\n--- {} ---\n{last}", path.display())
}
