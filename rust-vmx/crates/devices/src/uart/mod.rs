//! The 16550A serial port.

use crate::{AccessError, Context, PortDevice, PortRange, Width};
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[PortRange::new("16550 COM1", 0x3F8, 8)];

/// Which of the PC's serial ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ComPort {
    /// 0x3F8, IRQ 4.
    #[default]
    Com1,
    /// 0x2F8, IRQ 3.
    Com2,
    /// 0x3E8, IRQ 4.
    Com3,
    /// 0x2E8, IRQ 3.
    Com4,
}

/// The serial port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uart {
    port: ComPort,
}

impl Uart {
    /// Power-on state. COM1's output goes to [`Stream::Serial`](crate::Stream::Serial), the others' to nobody.
    #[must_use]
    pub fn new(port: ComPort) -> Self {
        Self { port }
    }

    /// Bytes arrive on the line. They wait in a queue of the host's side until the FIFO has room; the number taken.
    pub fn receive(&mut self, bytes: &[u8], _cx: &mut Context<'_>) -> usize {
        bytes.len()
    }
}

impl PortDevice for Uart {
    fn ports(&self) -> &'static [PortRange] {
        PORTS
    }

    fn read(&mut self, _port: u16, _width: Width, _cx: &mut Context<'_>) -> Result<u32, AccessError> {
        Err(AccessError::NoRegister)
    }

    fn write(
        &mut self,
        _port: u16,
        _width: Width,
        _value: u32,
        _cx: &mut Context<'_>,
    ) -> Result<(), AccessError> {
        Err(AccessError::NoRegister)
    }

    fn reset(&mut self, _cx: &mut Context<'_>) {}
}
