//! The wall-clock limit behind every wait in guest time.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Kills a process unless it is dropped in time.
#[derive(Debug)]
pub(crate) struct Watchdog {
    _alive: Sender<()>,
}

impl Watchdog {
    /// `process` is a child that nobody has waited for yet, so that its number cannot have become someone else's.
    pub(crate) fn start(process: u32, limit: Duration) -> Watchdog {
        let (alive, dropped) = mpsc::channel::<()>();
        std::thread::spawn(move || {
            if dropped.recv_timeout(limit) == Err(RecvTimeoutError::Timeout)
                && let Some(pid) = Pid::from_raw(process.cast_signed())
            {
                // If it ended at this very moment, there is nothing left to kill.
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        Watchdog { _alive: alive }
    }
}
