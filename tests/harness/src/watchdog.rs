//! What ends an emulator that hangs in a way that no guest time shows.
//!
//! No clock on the wall is asked: on a busy machine a healthy emulator may wait for its turn as long as it likes.

use std::fs;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustix::param::clock_ticks_per_second;
use rustix::process::{Pid, Signal, kill_process};

/// What makes a process one that hangs. A slice of guest time takes a tenth of a second of computing, and no sleep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// It has computed for so many seconds.
    pub(crate) seconds: u64,
    /// It was asleep, and had not computed, at so many looks in succession.
    pub(crate) looks: u32,
    /// How often it is looked at.
    pub(crate) interval: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            seconds: 120,
            looks: 120,
            interval: Duration::from_secs(1),
        }
    }
}

/// Why a process was killed, if it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict(Arc<OnceLock<String>>);

impl Verdict {
    pub(crate) fn text(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}

/// Kills a process that hangs, unless it is dropped in time.
#[derive(Debug)]
pub(crate) struct Watchdog {
    _alive: Sender<()>,
}

impl Watchdog {
    /// `process` is a child that nobody has waited for yet, so that its number cannot have become someone else's.
    pub(crate) fn start(process: u32, limits: Limits, verdict: Verdict) -> Watchdog {
        let (alive, dropped) = mpsc::channel::<()>();
        std::thread::spawn(move || {
            let mut watch = Watch::new(process, limits);
            while dropped.recv_timeout(limits.interval) == Err(RecvTimeoutError::Timeout) {
                let Some(why) = watch.look() else { continue };
                if let Some(pid) = Pid::from_raw(process.cast_signed()) {
                    // The first verdict counts; and if the process ended at this very moment, there is nothing to kill.
                    let _ = verdict.0.set(why);
                    let _ = kill_process(pid, Signal::KILL);
                }
                return;
            }
        });
        Watchdog { _alive: alive }
    }
}

/// What has been seen of a process.
struct Watch {
    process: u32,
    limits: Limits,
    begin: Option<Activity>,
    last: Option<Activity>,
    asleep: u32,
}

impl Watch {
    fn new(process: u32, limits: Limits) -> Watch {
        let begin = Activity::of(process);
        Watch {
            process,
            limits,
            begin,
            last: begin,
            asleep: 0,
        }
    }

    /// Why it hangs, if it does.
    fn look(&mut self) -> Option<String> {
        let now = Activity::of(self.process)?;
        let (begin, last) = (self.begin?, self.last.replace(now)?);
        let is_idle = now.sleeps && now.ticks == last.ticks;
        self.asleep = if is_idle { self.asleep + 1 } else { 0 };
        let computed = (now.ticks - begin.ticks) / clock_ticks_per_second();
        if computed >= self.limits.seconds {
            return Some(format!("had computed for {computed} s without an answer"));
        }
        (self.asleep >= self.limits.looks).then(|| {
            let slept = self.limits.interval * self.asleep;
            format!("had slept for {slept:?} without an answer")
        })
    }
}

/// A process at one moment, by its `/proc/PID/stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Activity {
    /// Whether it waits for something other than a CPU or a disk.
    sleeps: bool,
    /// What its threads have computed.
    ticks: u64,
}

impl Activity {
    fn of(process: u32) -> Option<Activity> {
        Activity::parse(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
    }

    /// `PID (NAME) STATE`, and then numbers; a name may have blanks and parentheses. The 14th and 15th field are the times in
    /// user and kernel mode.
    fn parse(stat: &str) -> Option<Activity> {
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        Some(Activity {
            sleeps: fields.first() == Some(&"S"),
            ticks: ticks(14)? + ticks(15)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Child, Command};

    const SOON: Limits = Limits {
        seconds: 1,
        looks: 10,
        interval: Duration::from_millis(20),
    };

    fn sh(script: &str) -> Child {
        Command::new("sh").args(["-c", script]).spawn().unwrap()
    }

    /// How a watched process ended: by which signal, and why.
    fn watched(script: &str, limits: Limits) -> (Option<i32>, String) {
        let mut child = sh(script);
        let verdict = Verdict::default();
        let _watchdog = Watchdog::start(child.id(), limits, verdict.clone());
        let status = child.wait().unwrap();
        (status.signal(), verdict.text().unwrap_or_default().to_owned())
    }

    #[test]
    fn who_hangs_is_killed_and_it_is_told_why() {
        let (signal, why) = watched("exec sleep 1000", SOON);
        assert_eq!(signal, Some(9));
        assert!(why.contains("had slept"), "{why}");
        let (signal, why) = watched(
            "while :; do :; done",
            Limits {
                looks: u32::MAX,
                ..SOON
            },
        );
        assert_eq!(signal, Some(9));
        assert!(why.contains("had computed for 1 s"), "{why}");
    }

    #[test]
    fn who_does_not_get_the_cpu_does_not_hang() {
        let stopped = "kill -STOP $$; exit 3";
        let mut child = sh(stopped);
        let verdict = Verdict::default();
        let watchdog = Watchdog::start(child.id(), SOON, verdict.clone());
        std::thread::sleep(SOON.interval * SOON.looks * 3);
        let pid = Pid::from_raw(child.id().cast_signed()).unwrap();
        kill_process(pid, Signal::CONT).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(3));
        drop(watchdog);
        assert_eq!(verdict.text(), None);
    }

    #[test]
    fn a_name_may_look_like_fields() {
        let stat = "7 (a) S (b) R 1 7 7 0 -1 0 0 0 0 0 12 30 0 0 20 0 1 0 5";
        let activity = Activity {
            sleeps: false,
            ticks: 42,
        };
        assert_eq!(Activity::parse(stat), Some(activity));
    }
}
