//! The machine's first serial port: a local connection that the emulator opens to us.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process::Process;

/// Waits for the emulator's connection. Bound before the emulator starts, so that nothing of the first output is lost;
/// the port is whichever is free, so that runs do not meet.
#[derive(Debug)]
pub(crate) struct SerialListener(TcpListener);

impl SerialListener {
    pub(crate) fn bind() -> Result<SerialListener> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free local port for the serial line")?;
        listener.set_nonblocking(true)?;
        Ok(SerialListener(listener))
    }

    pub(crate) fn port(&self) -> Result<u16> {
        Ok(self.0.local_addr()?.port())
    }

    /// Waits as long as the emulator works, on a busy machine for a long time; a stranger's connection is dropped.
    pub(crate) fn accept(self, emulator: &mut Process) -> Result<SerialLine> {
        let _watchdog = emulator.watch();
        loop {
            match self.0.accept() {
                Ok((stream, peer)) if is_of(emulator.id(), peer.port(), self.port()?) => {
                    stream.set_nodelay(true)?;
                    return Ok(SerialLine(stream));
                }
                Ok(_) => {}
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error.into()),
                Err(_) if !emulator.is_alive() => {
                    bail!("{}, before it opened its serial port", emulator.how_it_ended())
                }
                Err(_) => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }
}

/// Whether a process holds the connection from one local port to another. Every program of this machine can connect to ours.
fn is_of(process: u32, from: u16, to: u16) -> bool {
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let Some(inode) = inode(&table, from, to) else {
        return false;
    };
    let link = format!("socket:[{inode}]");
    let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten();
    files
        .filter_map(|file| fs::read_link(file.ok()?.path()).ok())
        .any(|target| target.as_os_str() == link.as_str())
}

/// The socket at one end of a connection, by the kernel's table: `1: 0100007F:8A3C 0100007F:B2D6 01 ...`, ports in
/// hexadecimal, the inode in the tenth field.
fn inode(table: &str, from: u16, to: u16) -> Option<&str> {
    let port = |field: &str| u16::from_str_radix(field.split_once(':')?.1, 16).ok();
    table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let ends = (port(fields.get(1)?)?, port(fields.get(2)?)?);
        (ends == (from, to)).then(|| fields.get(9).copied())?
    })
}

/// Both directions of the serial port.
#[derive(Debug)]
pub(crate) struct SerialLine(TcpStream);

impl SerialLine {
    pub(crate) fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.set_nonblocking(false)?;
        self.0.write_all(bytes).context("the serial line is closed")
    }

    /// What has arrived by now.
    pub(crate) fn receive(&mut self) -> Result<Vec<u8>> {
        self.0.set_nonblocking(true)?;
        let mut received = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match self.0.read(&mut buffer) {
                Ok(0) => return Ok(received),
                Ok(count) => received.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // The emulator is gone, or has nothing to say; its end is noticed elsewhere.
                Err(_) => return Ok(received),
            }
        }
    }

    /// The bare connection, for a person at the other end.
    pub(crate) fn into_stream(self) -> Result<TcpStream> {
        self.0.set_nonblocking(false)?;
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::process::Command;

    /// A stranger connects first; the process that was started comes second, and is the one that is heard.
    #[test]
    fn the_line_is_the_emulators_and_nobody_elses() {
        let listener = SerialListener::bind().unwrap();
        let port = listener.port().unwrap();
        let mut stranger = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stranger.write_all(b"stranger").unwrap();
        let script = format!("exec 3<>/dev/tcp/127.0.0.1/{port}; printf mine >&3; exec sleep 100");
        let mut emulator = Process::spawn(Command::new("bash").args(["-c", &script]), "bash").unwrap();
        let mut line = listener.accept(&mut emulator).unwrap().into_stream().unwrap();
        let mut heard = [0; 4];
        line.read_exact(&mut heard).unwrap();
        emulator.kill();
        assert_eq!(&heard, b"mine");
    }

    #[test]
    fn an_end_before_the_line_is_told() {
        let listener = SerialListener::bind().unwrap();
        let mut emulator = Process::spawn(Command::new("sh").args(["-c", "exit 7"]), "sh").unwrap();
        let error = listener.accept(&mut emulator).unwrap_err().to_string();
        assert!(error.contains("exit status: 7"), "{error}");
    }
}
