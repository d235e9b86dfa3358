//! Emulators are started so that they end when we do, and their ends are told, however that happens.

use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus};

use anyhow::{Context, Result};
use rustix::process::{Signal, set_parent_process_death_signal};

use crate::watchdog::{Limits, Verdict, Watchdog};

/// An emulator.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    name: String,
    verdict: Verdict,
}

impl Process {
    /// Starts a program that is killed when the thread that started it ends: a test that is itself killed leaves no
    /// emulator behind.
    pub(crate) fn spawn(command: &mut Command, name: &str) -> Result<Process> {
        // SAFETY: the closure runs between fork and exec; it makes one system call and touches no memory of ours.
        unsafe {
            command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?));
        }
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {name}: run './x setup'"))?;
        Ok(Process {
            child,
            name: name.to_owned(),
            verdict: Verdict::default(),
        })
    }

    /// Its standard input and output, if they are pipes.
    pub(crate) fn take_pipes(&mut self) -> Result<(ChildStdin, ChildStdout)> {
        let pipes = self.child.stdin.take().zip(self.child.stdout.take());
        pipes.with_context(|| format!("{} was started without pipes", self.name))
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Its status, once it has ended.
    pub(crate) fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for its end, however long that takes.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait()?)
    }

    /// Kills it if it hangs while the watchdog lives.
    pub(crate) fn watch(&self) -> Watchdog {
        Watchdog::start(self.child.id(), Limits::default(), self.verdict.clone())
    }

    /// Waits for its end, which is near, and says how that was: with which status, by which signal, by our own hand.
    pub(crate) fn how_it_ended(&mut self) -> String {
        let watchdog = self.watch();
        let status = self.child.wait();
        drop(watchdog);
        let name = &self.name;
        match (status, self.verdict.text()) {
            (Ok(status), None) => format!("{name} ended with {status}"),
            (Ok(status), Some(verdict)) => format!("the harness killed {name} ({status}), which {verdict}"),
            (Err(error), _) => format!("nobody knows how {name} ended: {error}"),
        }
    }

    /// Ends it where it stands.
    pub(crate) fn kill(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(script: &str) -> String {
        let mut command = Command::new("sh");
        Process::spawn(command.args(["-c", script]), "sh")
            .unwrap()
            .how_it_ended()
    }

    #[test]
    fn an_end_is_told_with_its_status_or_signal() {
        assert_eq!(ended("exit 3"), "sh ended with exit status: 3");
        assert_eq!(ended("kill -SEGV $$"), "sh ended with signal: 11 (SIGSEGV)");
    }
}
