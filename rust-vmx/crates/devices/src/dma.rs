//! The two 8237 DMA controllers and their page registers (0x80 among them, where POST codes go): registers only.

use crate::{AccessError, Context, PortDevice, PortRange, Width};
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("8237 channels 0 to 3", 0x00, 16),
    PortRange::new("DMA pages and POST", 0x80, 16),
    PortRange::new("8237 channels 4 to 7", 0xC0, 32),
];

/// The DMA controllers' registers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dma {
    pages: [u8; 16],
}

impl Dma {
    /// Power-on state.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The last byte written to port 0x80.
    #[must_use]
    pub fn post_code(&self) -> u8 {
        self.pages[0]
    }
}

impl PortDevice for Dma {
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
