//! How a device meets the port bus.

use crate::time::Time;
use crate::wires::Wires;
use serde::{Deserialize, Serialize};

/// The width of a port access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Width {
    /// 8 bits.
    Byte,
    /// 16 bits.
    Word,
    /// 32 bits.
    Dword,
}

impl Width {
    /// Bytes moved by an access.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Word => 2,
            Self::Dword => 4,
        }
    }
}

/// A range of ports a device answers on, with the name the log uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange {
    /// For logs and errors, as in "8259 master".
    pub name: &'static str,
    /// The first port.
    pub first: u16,
    /// How many.
    pub count: u16,
}

impl PortRange {
    /// `count` ports from `first` on.
    #[must_use]
    pub const fn new(name: &'static str, first: u16, count: u16) -> Self {
        Self { name, first, count }
    }

    /// Whether `port` is one of them.
    #[must_use]
    pub const fn contains(&self, port: u16) -> bool {
        port.wrapping_sub(self.first) < self.count
    }
}

/// Why a device did not answer. The bus decides what the guest sees then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessError {
    /// No register here: reads float to all ones, writes are lost.
    NoRegister,
    /// The register cannot be accessed in this width. The bus splits a wide access into bytes at consecutive ports, lowest
    /// first, as an ISA bus does for an 8-bit device.
    BadWidth,
}

/// What comes in with an access.
#[derive(Debug)]
pub struct Context<'a> {
    /// The present, on the machine's clock.
    pub now: Time,
    /// What goes out.
    pub wires: &'a mut Wires,
}

/// Where the bytes of REP INS go.
pub type Sink<'a> = &'a mut dyn FnMut(&[u8]);

/// Where the bytes of REP OUTS come from: fills all of what it is given.
pub type Source<'a> = &'a mut dyn FnMut(&mut [u8]);

/// A device on the port bus.
pub trait PortDevice {
    /// The ports it answers on; they never change.
    fn ports(&self) -> &'static [PortRange];

    /// IN from `port`, one of its own. Bits above the width are ignored.
    fn read(&mut self, port: u16, width: Width, cx: &mut Context<'_>) -> Result<u32, AccessError>;

    /// OUT to `port`, one of its own. Bits above the width are zero.
    fn write(&mut self, port: u16, width: Width, value: u32, cx: &mut Context<'_>)
    -> Result<(), AccessError>;

    /// How many bytes (whole items of `width`) REP INS may take from `port` at once. 0 means that the port has no fast path at
    /// present: use [`read`](Self::read).
    fn readable(&self, _port: u16, _width: Width) -> usize {
        0
    }

    /// The fast path of REP INS: calls `sink` once, with the next `length` bytes or with those that are [`readable`](Self::readable)
    /// if they are fewer. The device's own bytes are what it sees, so that they are copied once on their way to memory.
    fn read_block(&mut self, _port: u16, _length: usize, _sink: Sink<'_>, _cx: &mut Context<'_>) {}

    /// How many bytes (whole items of `width`) REP OUTS may give to `port` at once. 0 means that the port has no fast path at
    /// present: use [`write`](Self::write).
    fn writable(&self, _port: u16, _width: Width) -> usize {
        0
    }

    /// The fast path of REP OUTS: has `source` fill the next `length` bytes, once, or those that are [`writable`](Self::writable) if
    /// they are fewer.
    fn write_block(&mut self, _port: u16, _length: usize, _source: Source<'_>, _cx: &mut Context<'_>) {}

    /// Brings the device up to the present: counters count, due outputs change.
    fn advance(&mut self, _cx: &mut Context<'_>) {}

    /// When an output of the device will next change by itself, so that the machine can be woken then.
    fn deadline(&self) -> Option<Time> {
        None
    }

    /// Power-on or hardware reset.
    fn reset(&mut self, cx: &mut Context<'_>);
}
