//! A running machine with a person's hands and eyes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::TICKS_PER_SECOND;
use crate::console::{self, Console, Signals};
use crate::emulator::{Emulator, Ending};
use crate::image::Disk;
use crate::key::Key;
use crate::progress::Progress;
use crate::prompt;
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

/// A machine that has been started.
///
/// It is looked at as a person does, at the terminal of its serial line, and a person knows whose screen that is. So a
/// session has one console at a time that is looked at, the host's until [`Session::enter`] and again after
/// [`Session::leave`] or [`Session::wait_return`]. All other methods wait for, type at and read from this console only,
/// and when the prompt of another one appears they fail at once.
pub struct Session {
    pub(crate) emulator: Box<dyn Emulator>,
    line: SerialLine,
    terminal: vt100::Parser<Signals>,
    transcript: Transcript,
    /// What was printed on the console that was looked at, while it was shown. A redraw is not printed.
    printed: Transcript,
    /// Up to where [`Session::wait_for`] has read that.
    mark: usize,
    /// The console that is looked at.
    console: Console,
    ended: Option<Ending>,
    pub(crate) dir: RunDir,
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
            terminal: vt100::Parser::new_with_callbacks(ROWS as u16, COLUMNS as u16, 0, Signals::default()),
            transcript: Transcript::default(),
            printed: Transcript::default(),
            mark: 0,
            console: Console::Host,
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

    /// Whose screen the terminal at the serial line shows.
    pub fn shown(&self) -> &Console {
        self.terminal.callbacks().console()
    }

    /// What the terminal at the serial line shows.
    pub fn screen(&self) -> Screen {
        Screen::from_terminal(self.terminal.screen())
    }

    /// What the machine's own VGA screen shows.
    pub fn vga_screen(&mut self) -> Result<Screen> {
        let memory = self.emulator.text_memory();
        Ok(Screen::from_text_memory(&self.told(memory)?))
    }

    /// The eight bytes of the machine's memory at a physical address; Bochs only.
    pub fn physical_word(&mut self, address: u64) -> Result<u64> {
        let word = self.emulator.physical_word(address);
        self.told(word)
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
        let answer = self.emulator.debug(command);
        self.told(answer)
    }

    /// Lets the machine run for that many ticks.
    pub fn advance(&mut self, ticks: u64) -> Result<()> {
        if self.ended.is_none() {
            let ended = self.emulator.advance(ticks);
            self.ended = self.told(ended)?;
        }
        for byte in self.line.receive()? {
            let is_printed = *self.shown() == self.console && !self.terminal.callbacks().is_redrawing();
            self.terminal.process(&[byte]);
            self.transcript.push(&[byte]);
            if is_printed {
                self.printed.push(&[byte]);
            }
        }
        Ok(())
    }

    /// Lets the machine run for that many seconds of guest time.
    pub fn idle(&mut self, seconds: u64) -> Result<()> {
        for _ in 0..seconds * TICKS_PER_SECOND / SLICE {
            self.advance(SLICE)?;
        }
        Ok(())
    }

    /// Runs the machine until `done` on the console that is looked at, at most `seconds` of guest time; `what` names it in
    /// messages. The prompt of another console is an error at once.
    pub fn wait_until(
        &mut self,
        what: &str,
        seconds: u64,
        mut done: impl FnMut(&Session) -> bool,
    ) -> Result<()> {
        let console = self.console.clone();
        self.run_until(what, seconds, |session| {
            if *session.shown() == console {
                return Ok(done(session));
            }
            if session.is_prompt_shown() {
                let message = format!(
                    "the prompt of {} came, while {what} was awaited on the console of {console}",
                    session.shown()
                );
                return Err(session.failure(&message));
            }
            Ok(false)
        })
    }

    /// The same, whoever is shown.
    fn run_until(
        &mut self,
        what: &str,
        seconds: u64,
        mut done: impl FnMut(&mut Session) -> Result<bool>,
    ) -> Result<()> {
        let start = self.ticks();
        let mut progress = Progress::new(what);
        loop {
            if done(self)? {
                return Ok(());
            }
            if self.ended.is_some() {
                return Err(self.ended_early(&format!("{what} was awaited")));
            }
            let waited = self.ticks() - start;
            if waited > seconds * TICKS_PER_SECOND {
                return Err(self.failure(&format!("{seconds} s of guest time went by without {what}")));
            }
            progress.show(waited);
            self.advance(SLICE)?;
        }
    }

    /// Waits until the console prints `text`, after what earlier waits have read and what was typed.
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

    /// Waits until `text` stands on the screen, printed, not typed at a prompt.
    pub fn wait_screen(&mut self, text: &str) -> Result<()> {
        self.wait_until(&format!("'{text}' on the screen"), PATIENCE, |session| {
            prompt::printed(&session.screen()).contains(text)
        })
    }

    /// Types a line at the host's prompt and waits for the console of the guest that it starts or shows, which is looked
    /// at from then on. The host's prompt instead of it is an error at once.
    pub fn enter(&mut self, line: &str, guest: &str) -> Result<()> {
        self.type_line(line)?;
        self.look_at(Console::guest(guest));
        self.wait_until("its screen", PATIENCE, |_| true)
    }

    /// Leaves the guest with Ctrl-] and waits for the prompt of the host, which is looked at from then on.
    pub fn leave(&mut self) -> Result<()> {
        self.key(Key::CtrlRightBracket)?;
        self.wait_return()
    }

    /// Waits until the guest has ended and the host's prompt is back; the host is looked at from then on.
    pub fn wait_return(&mut self) -> Result<()> {
        self.wait_return_within(PATIENCE)
    }

    /// [`Session::wait_return`] with another limit.
    pub fn wait_return_within(&mut self, seconds: u64) -> Result<()> {
        self.run_until("the host's screen", seconds, |session| {
            Ok(*session.shown() == Console::Host)
        })?;
        self.look_at(Console::Host);
        self.wait_prompt_within(seconds)
    }

    /// From now on that console is looked at. What is on its way to another one is unknown to a person, too: this is for
    /// keys that turn the terminal to another console by other means than [`Session::enter`] and [`Session::leave`].
    pub fn look_at(&mut self, console: Console) {
        self.console = console;
    }

    /// Waits until the shell's prompt stands left of the cursor, with nothing typed yet.
    pub fn wait_prompt(&mut self) -> Result<()> {
        self.wait_prompt_within(PATIENCE)
    }

    /// [`Session::wait_prompt`] with another limit.
    pub fn wait_prompt_within(&mut self, seconds: u64) -> Result<()> {
        self.wait_until("the prompt", seconds, Session::at_prompt)?;
        self.mark = self.printed.text().len();
        Ok(())
    }

    /// Whether the shell of the console that is looked at waits for a line.
    pub fn at_prompt(&self) -> bool {
        *self.shown() == self.console && self.is_prompt_shown()
    }

    fn is_prompt_shown(&self) -> bool {
        console::at_prompt(self.terminal.callbacks(), &self.screen().before_cursor())
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
        })?;
        // The echo is no answer.
        self.mark = self.printed.text().len();
        Ok(())
    }

    /// Types a line at the prompt, waits for the next prompt, and returns what was printed between. What a guest printed is
    /// read from the screen, as far as it is still there: it reaches the serial line as changes of cells, not as a text.
    pub fn command(&mut self, line: &str) -> Result<String> {
        self.command_within(line, PATIENCE)
    }

    /// [`Session::command`] with another limit.
    pub fn command_within(&mut self, line: &str, seconds: u64) -> Result<String> {
        self.type_and_see(line)?;
        let start = self.mark;
        self.key(Key::Enter)?;
        self.wait_prompt_within(seconds)
            .with_context(|| format!("after the command '{line}'"))?;
        if self.console != Console::Host {
            return Ok(prompt::answer(&self.screen(), line));
        }
        let output = &self.printed.text()[start..];
        let (output, last) = output.rsplit_once('\n').unwrap_or(("", output));
        let output = if prompt::is_prompt(last) {
            output.to_owned()
        } else {
            format!("{output}\n{last}")
        };
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
        self.run_until("power-off", PATIENCE, |session| Ok(session.ended.is_some()))?;
        match self.ended {
            Some(Ending::PowerOff) => Ok(()),
            _ => Err(self.ended_early("power-off was awaited")),
        }
    }

    /// Gives the machine to a scenario and turns what it finds wrong into a full report.
    pub fn check(&mut self, holds: bool, otherwise: &str) -> Result<()> {
        if !holds {
            bail!(self.failure(otherwise));
        }
        Ok(())
    }

    fn unread(&self) -> &str {
        &self.printed.text()[self.mark..]
    }

    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        if *self.shown() != self.console {
            let message = format!("{} is shown, while keys are for {}", self.shown(), self.console);
            return Err(self.failure(&message));
        }
        if self.ended.is_some() {
            return Err(self.ended_early("keys were pressed"));
        }
        let sent = self.line.send(bytes);
        // An emulator that has just ended closes the line; how it ended is known when it should go on.
        self.advance(KEY_GAP)?;
        match sent {
            Err(_) if self.ended.is_some() => Err(self.ended_early("keys were pressed")),
            Err(error) => Err(self.failure(&format!("{error:#}, although the emulator runs"))),
            Ok(()) => Ok(()),
        }
    }

    /// What the emulator says; an error with what was to be seen when it has nothing to say.
    fn told<T>(&mut self, answer: Result<T>) -> Result<T> {
        answer.map_err(|error| self.failure(&format!("{error:#}")))
    }

    /// An error that says how the machine ended, and what it should have been doing.
    fn ended_early(&mut self, meanwhile: &str) -> anyhow::Error {
        let why = match &self.ended {
            Some(Ending::PowerOff) => "the machine switched its power off".to_owned(),
            Some(Ending::Crash(message)) => message.clone(),
            None => "the machine runs".to_owned(),
        };
        self.failure(&format!("{why}, while {meanwhile}"))
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
