//! A sign of life while something takes long.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::TICKS_PER_SECOND;

/// How often.
const INTERVAL: Duration = Duration::from_secs(2);

/// A line on the terminal while something takes long, if there is a person to read it.
pub(crate) struct Progress<'a> {
    what: &'a str,
    last: Instant,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(what: &'a str) -> Progress<'a> {
        Progress {
            what,
            last: Instant::now(),
        }
    }

    pub(crate) fn show(&mut self, waited: u64) {
        if self.last.elapsed() < INTERVAL || !std::io::stderr().is_terminal() {
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
