//! The machine's first serial port: a local connection that the emulator opens to us.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

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

    /// `alive` tells whether the emulator still runs.
    pub(crate) fn accept(self, mut alive: impl FnMut() -> bool) -> Result<SerialLine> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            match self.0.accept() {
                Ok((stream, _)) => {
                    stream.set_nodelay(true)?;
                    return Ok(SerialLine(stream));
                }
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error.into()),
                Err(_) if !alive() => bail!("the emulator ended before it opened its serial port"),
                Err(_) if Instant::now() > deadline => {
                    bail!("the emulator did not open its serial port in 30 s")
                }
                Err(_) => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }
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
