//! How a device meets the port bus.

use crate::time::Time;
use crate::wires::Wires;

/// The width of a port access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 8 bits.
    Byte,
    /// 16 bits.
    Word,
    /// 32 bits.
    Dword,
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

/// Why a device did not answer. The bus decides what the guest sees then (an open bus reads all ones).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessError {
    /// No register here.
    NoRegister,
    /// The register cannot be accessed in this width.
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

/// A device on the port bus.
pub trait PortDevice {
    /// The ports it answers on; they never change.
    fn ports(&self) -> &'static [PortRange];

    /// IN from `port`, one of its own. Bits above the width are ignored.
    fn read(&mut self, port: u16, width: Width, cx: &mut Context<'_>) -> Result<u32, AccessError>;

    /// OUT to `port`, one of its own. Bits above the width are zero.
    fn write(&mut self, port: u16, width: Width, value: u32, cx: &mut Context<'_>) -> Result<(), AccessError>;

    /// Brings the device up to the present: counters count, due outputs change.
    fn advance(&mut self, _cx: &mut Context<'_>) {}

    /// When an output of the device will next change by itself, so that the machine can be woken then.
    fn deadline(&self) -> Option<Time> {
        None
    }

    /// Power-on or hardware reset.
    fn reset(&mut self, cx: &mut Context<'_>);
}
