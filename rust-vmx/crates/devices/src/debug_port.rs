//! The debug output ports of Bochs and QEMU: 0xE9, and 0x402 as SeaBIOS uses it.
//!
//! A byte written appears on the host. A read returns 0xE9, which is how a program finds out that the port is there.

use crate::{AccessError, Context, PortDevice, PortRange, Source, Stream, Width};
use bounds::Clip;
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("debug port", 0xE9, 1),
    PortRange::new("debug port", 0x402, 1),
];

/// What both ports read.
const PRESENT: u32 = 0xE9;

/// Bytes of a string taken at once: they wait in memory until the host has them.
const MOST_AT_ONCE: usize = 512;

/// The debug ports. They have no state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebugPort;

impl DebugPort {
    /// The ports.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl PortDevice for DebugPort {
    fn ports(&self) -> &'static [PortRange] {
        PORTS
    }

    fn read(&mut self, _port: u16, width: Width, _cx: &mut Context<'_>) -> Result<u32, AccessError> {
        if width == Width::Byte {
            Ok(PRESENT)
        } else {
            Err(AccessError::BadWidth)
        }
    }

    fn write(
        &mut self,
        _port: u16,
        width: Width,
        value: u32,
        cx: &mut Context<'_>,
    ) -> Result<(), AccessError> {
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        cx.wires.send(Stream::Debug, value as u8);
        Ok(())
    }

    fn writable(&self, _port: u16, width: Width) -> usize {
        if width == Width::Byte { MOST_AT_ONCE } else { 0 }
    }

    fn write_block(&mut self, _port: u16, length: usize, source: Source<'_>, cx: &mut Context<'_>) {
        let mut bytes = [0; MOST_AT_ONCE];
        let bytes = bytes.upto_mut(length);
        source(bytes);
        cx.wires
            .output
            .extend(bytes.iter().map(|&byte| (Stream::Debug, byte)));
    }

    fn reset(&mut self, _cx: &mut Context<'_>) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Time, Wires};

    #[test]
    fn bytes_come_out_in_order_and_the_port_identifies_itself() {
        let mut wires = Wires::default();
        let mut cx = Context {
            now: Time::ZERO,
            wires: &mut wires,
        };
        let mut port = DebugPort::new();
        port.write(0xE9, Width::Byte, u32::from(b'a'), &mut cx).unwrap();
        assert_eq!(port.writable(0x402, Width::Byte), MOST_AT_ONCE);
        port.write_block(0x402, 2, &mut |bytes| bytes.copy_from_slice(b"bc"), &mut cx);
        assert_eq!(port.read(0x402, Width::Byte, &mut cx), Ok(0xE9));
        assert_eq!(
            port.write(0xE9, Width::Word, 0, &mut cx),
            Err(AccessError::BadWidth)
        );
        let text: Vec<u8> = wires.output.iter().map(|&(_, byte)| byte).collect();
        assert_eq!(text, b"abc");
    }
}
