//! What is left of a machine that did not do what it should.

use std::fs;
use std::path::Path;

use anyhow::anyhow;

use crate::session::Session;

/// Lines of each log in a report.
const TAIL: usize = 25;

impl Session {
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
        report.push_str(&logs(self.dir.path()));
        report.push_str(&format!("\nat tick {} of guest time", self.ticks()));
        anyhow!(report)
    }
}

/// The last lines of every log, and where they and the emulator's configuration are.
pub(crate) fn logs(dir: &Path) -> String {
    let logs = ["debug.log", "bochs.log", "qemu.log"].map(|name| dir.join(name));
    let tails: String = logs.iter().filter_map(|log| tail(log)).collect();
    format!("\nlogs, configuration and disk: {}{tails}", dir.display())
}

/// The last lines of a log, if it is there.
fn tail(path: &Path) -> Option<String> {
    let text = fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&text);
    // Bochs notes the end of each of our slices.
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("Caught time breakpoint"))
        .collect();
    let last = lines[lines.len().saturating_sub(TAIL)..].join("\n");
    Some(format!("\n--- {} ---\n{last}", path.display()))
}
