//! The two 8237A DMA controllers and the page registers, as registers only: no device here asks for a transfer.
//!
//! Sources: Intel 8237A data sheet (231466); the PC/AT's page register ports. What software writes reads back, flip-flop and
//! master clear included, which is what kernels check. Page register 0x80 belongs to no channel, and firmware and kernels
//! write their progress there (POST codes).

use crate::{AccessError, Context, PortDevice, PortRange, Width};
use bounds::Cyclic;
use serde::{Deserialize, Serialize};

const PORTS: &[PortRange] = &[
    PortRange::new("8237 channels 0 to 3", 0x00, 16),
    // Not 0x92, which is system control port A; the page registers end at 0x8F.
    PortRange::new("DMA pages and POST", 0x80, 16),
    PortRange::new("8237 channels 4 to 7", 0xC0, 32),
];

/// Address and count of a channel, as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Channel {
    address: Cyclic<u8, 2>,
    count: Cyclic<u8, 2>,
}

/// One 8237A.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Controller {
    channels: Cyclic<Channel, 4>,
    command: u8,
    /// Software requests, low nibble.
    request: u8,
    /// Masked channels, low nibble.
    mask: u8,
    /// The next access is to the high byte.
    high: bool,
}

impl Default for Controller {
    fn default() -> Self {
        Self {
            channels: Cyclic::default(),
            command: 0,
            request: 0,
            mask: 0x0F,
            high: false,
        }
    }
}

impl Controller {
    fn read(&mut self, register: u16) -> u8 {
        match register {
            0..=7 => {
                let byte = self.byte();
                self.half(register)[byte]
            }
            // Status: requests pending, no channel at its terminal count.
            8 => self.request << 4,
            // All masks (on chip sets; the 8237A itself has this write-only).
            15 => self.mask | 0xF0,
            // The temporary register, and what cannot be read.
            _ => 0,
        }
    }

    fn write(&mut self, register: u16, value: u8) {
        let bit = 1 << (value & 3);
        match register {
            0..=7 => {
                let byte = self.byte();
                self.half(register)[byte] = value;
            }
            8 => self.command = value,
            9 if value & 4 != 0 => self.request |= bit,
            9 => self.request &= !bit,
            10 if value & 4 != 0 => self.mask |= bit,
            10 => self.mask &= !bit,
            // Mode is write-only, and without transfers without effect.
            11 => {}
            12 => self.high = false,
            // Master clear: the same as reset, but addresses and counts stay.
            13 => {
                *self = Self {
                    channels: self.channels,
                    ..Self::default()
                }
            }
            14 => self.mask = 0,
            _ => self.mask = value & 0x0F,
        }
    }

    /// The two bytes of an address or count.
    fn half(&mut self, register: u16) -> &mut Cyclic<u8, 2> {
        let channel = &mut self.channels[usize::from(register >> 1)];
        if register & 1 == 0 {
            &mut channel.address
        } else {
            &mut channel.count
        }
    }

    /// Which byte the flip-flop chooses; it flips.
    fn byte(&mut self) -> usize {
        let high = self.high;
        self.high = !high;
        usize::from(high)
    }
}

/// The DMA controllers' registers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dma {
    controllers: [Controller; 2],
    pages: Cyclic<u8, 16>,
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

    fn read(&mut self, port: u16, width: Width, _cx: &mut Context<'_>) -> Result<u32, AccessError> {
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        let [first, second] = &mut self.controllers;
        Ok(match port {
            0x00..=0x0F => first.read(port),
            0x80..=0x8F => self.pages[usize::from(port)],
            // The second controller's registers are two ports apart.
            _ => second.read(port >> 1 & 15),
        }
        .into())
    }

    fn write(
        &mut self,
        port: u16,
        width: Width,
        value: u32,
        _cx: &mut Context<'_>,
    ) -> Result<(), AccessError> {
        if width != Width::Byte {
            return Err(AccessError::BadWidth);
        }
        let value = value as u8;
        let [first, second] = &mut self.controllers;
        match port {
            0x00..=0x0F => first.write(port, value),
            0x80..=0x8F => self.pages[usize::from(port)] = value,
            _ => second.write(port >> 1 & 15, value),
        }
        Ok(())
    }

    fn reset(&mut self, _cx: &mut Context<'_>) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Time, Wires};

    struct Bench(Dma, Wires);

    impl Bench {
        fn out(&mut self, port: u16, value: u8) {
            let mut cx = Context {
                now: Time::ZERO,
                wires: &mut self.1,
            };
            self.0.write(port, Width::Byte, value.into(), &mut cx).unwrap();
        }

        fn inb(&mut self, port: u16) -> u8 {
            let mut cx = Context {
                now: Time::ZERO,
                wires: &mut self.1,
            };
            self.0.read(port, Width::Byte, &mut cx).unwrap() as u8
        }
    }

    #[test]
    fn addresses_read_back_through_the_flip_flop() {
        let mut bench = Bench(Dma::new(), Wires::default());
        for (clear, address) in [(0x0C, 0x04), (0xD8, 0xC8)] {
            bench.out(clear, 0);
            bench.out(address, 0x34);
            bench.out(address, 0x12);
            assert_eq!((bench.inb(address), bench.inb(address)), (0x34, 0x12));
        }
    }

    #[test]
    fn masks_and_master_clear() {
        let mut bench = Bench(Dma::new(), Wires::default());
        bench.out(0xDC, 0);
        bench.out(0xD4, 0x06);
        bench.out(0xD2, 0x05);
        assert_eq!((bench.inb(0xDE), bench.inb(0xD0)), (0xF4, 0x20));
        bench.out(0xDA, 0);
        assert_eq!((bench.inb(0xDE), bench.inb(0xD0)), (0xFF, 0));
    }

    #[test]
    fn post_codes_and_pages() {
        let mut bench = Bench(Dma::new(), Wires::default());
        bench.out(0x80, 0xAA);
        bench.out(0x8F, 0x55);
        assert_eq!(
            (bench.0.post_code(), bench.inb(0x80), bench.inb(0x8F)),
            (0xAA, 0xAA, 0x55)
        );
    }
}
