//! The port bus: which device answers, in what width, and what an open bus reads.

use crate::memory::MemoryError;
use alloc::vec::Vec;
use bounds::Cyclic;
use core::fmt;
use devices::{AccessError, Context, PortDevice, PortRange, Width};

/// The number of a device on a bus, below 255; what it stands for is its owner's business.
pub type DeviceIndex = u8;

/// No device.
const NOBODY: u8 = 0xFF;

/// Two devices that claim one port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The port.
    pub port: u16,
    /// The range that came second.
    pub name: &'static str,
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "port {:#x} of {} belongs to another device",
            self.port, self.name
        )
    }
}

/// Why a device is not attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachError {
    /// Its ports belong to another.
    Overlap(Overlap),
    /// The host's memory is used up.
    Memory(MemoryError),
}

impl From<Overlap> for AttachError {
    fn from(overlap: Overlap) -> Self {
        Self::Overlap(overlap)
    }
}

impl From<MemoryError> for AttachError {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

/// What an access to a device on a bus needs: from its number to the device.
pub trait DeviceSet {
    /// The device attached under `index`.
    fn device(&mut self, index: DeviceIndex) -> Option<&mut dyn PortDevice>;
}

/// How many ports share a page of the table.
const PAGE: usize = 256;

/// Who is at each port of a page.
type Page = Cyclic<DeviceIndex, PAGE>;

/// A table of two levels, since a PC has its devices in few places: finding one is two loads.
pub struct PortBus {
    /// By the upper byte of a port, the number of its page.
    index: Cyclic<u16, { (1 << 16) / PAGE }>,
    /// The first one is empty, and stands for all that are.
    pages: Vec<Page>,
}

impl PortBus {
    /// A bus without devices.
    pub fn new() -> Result<Self, MemoryError> {
        let mut bus = Self {
            index: Cyclic([0; (1 << 16) / PAGE]),
            pages: Vec::new(),
        };
        bus.add_page()?;
        Ok(bus)
    }

    fn add_page(&mut self) -> Result<(), MemoryError> {
        self.pages
            .try_reserve_exact(1)
            .map_err(|_| MemoryError::OutOfFrames)?;
        self.pages.push(Cyclic([NOBODY; PAGE]));
        Ok(())
    }

    /// The page of a port, to write to.
    fn page_of(&mut self, port: u16) -> Result<&mut Page, MemoryError> {
        if self.index[usize::from(port) / PAGE] == 0 {
            // 257 at most, with the empty one.
            self.index[usize::from(port) / PAGE] = self.pages.len() as u16;
            self.add_page()?;
        }
        let page = usize::from(self.index[usize::from(port) / PAGE]);
        self.pages.get_mut(page).ok_or(MemoryError::OutOfFrames)
    }

    /// Attaches all of a device's ranges; none of them when they overlap with others.
    pub fn attach(&mut self, index: DeviceIndex, ranges: &[PortRange]) -> Result<(), AttachError> {
        let ports = |range: &PortRange| (range.first..=u16::MAX).take(usize::from(range.count));
        for range in ranges {
            if let Some(port) = ports(range).find(|port| self.owner(*port).is_some()) {
                let name = range.name;
                return Err(Overlap { port, name }.into());
            }
        }
        for port in ranges.iter().flat_map(ports) {
            self.page_of(port)?[usize::from(port)] = index;
        }
        Ok(())
    }

    /// The device at a port.
    #[inline]
    #[must_use]
    pub fn owner(&self, port: u16) -> Option<DeviceIndex> {
        let page = self
            .pages
            .get(usize::from(self.index[usize::from(port) / PAGE]))?;
        Some(page[usize::from(port)]).filter(|owner| *owner != NOBODY)
    }

    /// IN. Where nobody answers the pulled-up bus reads ones. An access wider than the device becomes several, as the
    /// ISA bus did it, low byte first.
    pub fn read<D: DeviceSet>(&self, devices: &mut D, port: u16, width: Width, cx: &mut Context<'_>) -> u32 {
        let answer = match self.owner(port).and_then(|owner| devices.device(owner)) {
            Some(device) => device.read(port, width, cx),
            None if width == Width::Byte => Err(AccessError::NoRegister),
            // The first port is free, a later one may not be.
            None => Err(AccessError::BadWidth),
        };
        match (answer, narrower(width)) {
            (Ok(value), _) => value & mask(width),
            (Err(AccessError::BadWidth), Some((half, bytes))) => {
                let low = self.read(devices, port, half, cx);
                let high = self.read(devices, port.wrapping_add(bytes), half, cx);
                low | high << (8 * u32::from(bytes))
            }
            (Err(_), _) => mask(width),
        }
    }

    /// OUT. Where nobody answers the value is lost.
    pub fn write<D: DeviceSet>(
        &self,
        devices: &mut D,
        port: u16,
        width: Width,
        value: u32,
        cx: &mut Context<'_>,
    ) {
        let value = value & mask(width);
        let answer = match self.owner(port).and_then(|owner| devices.device(owner)) {
            Some(device) => device.write(port, width, value, cx),
            None => Err(AccessError::BadWidth),
        };
        if let (Err(AccessError::BadWidth), Some((half, bytes))) = (answer, narrower(width)) {
            self.write(devices, port, half, value & mask(half), cx);
            self.write(
                devices,
                port.wrapping_add(bytes),
                half,
                value >> (8 * u32::from(bytes)),
                cx,
            );
        }
    }
}

/// The next narrower width with its size in bytes.
const fn narrower(width: Width) -> Option<(Width, u16)> {
    match width {
        Width::Byte => None,
        Width::Word => Some((Width::Byte, 1)),
        Width::Dword => Some((Width::Word, 2)),
    }
}

/// All ones in a width.
const fn mask(width: Width) -> u32 {
    match width {
        Width::Byte => 0xFF,
        Width::Word => 0xFFFF,
        Width::Dword => 0xFFFF_FFFF,
    }
}

/// The width of an access of so many bytes.
#[must_use]
pub const fn width_of(bytes: u8) -> Width {
    match bytes {
        1 => Width::Byte,
        2 => Width::Word,
        _ => Width::Dword,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use devices::{Time, Wires};

    /// Answers bytes at two ports with their number, and swallows the last write.
    struct Bytes {
        written: std::vec::Vec<(u16, u32)>,
    }

    const RANGES: &[PortRange] = &[PortRange {
        name: "bytes",
        first: 0x60,
        count: 2,
    }];

    impl PortDevice for Bytes {
        fn ports(&self) -> &'static [PortRange] {
            RANGES
        }

        fn read(&mut self, port: u16, width: Width, _cx: &mut Context<'_>) -> Result<u32, AccessError> {
            if width == Width::Byte {
                Ok(u32::from(port))
            } else {
                Err(AccessError::BadWidth)
            }
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
            self.written.push((port, value));
            Ok(())
        }

        fn reset(&mut self, _cx: &mut Context<'_>) {}
    }

    impl DeviceSet for Bytes {
        fn device(&mut self, index: DeviceIndex) -> Option<&mut dyn PortDevice> {
            (index == 7).then_some(self as &mut dyn PortDevice)
        }
    }

    #[test]
    fn dispatch_splitting_and_open_bus() {
        let mut bus = PortBus::new().unwrap();
        let mut set = Bytes {
            written: std::vec::Vec::new(),
        };
        bus.attach(7, RANGES).unwrap();
        let mut wires = Wires::default();
        let mut cx = Context {
            now: Time::ZERO,
            wires: &mut wires,
        };
        assert_eq!(bus.read(&mut set, 0x60, Width::Byte, &mut cx), 0x60);
        assert_eq!(bus.read(&mut set, 0x60, Width::Word, &mut cx), 0x6160);
        assert_eq!(bus.read(&mut set, 0x60, Width::Dword, &mut cx), 0xFFFF_6160);
        assert_eq!(bus.read(&mut set, 0x5F, Width::Word, &mut cx), 0x60FF);
        assert_eq!(bus.read(&mut set, 0x1000, Width::Dword, &mut cx), 0xFFFF_FFFF);
        assert_eq!(bus.read(&mut set, 0xFFFF, Width::Dword, &mut cx), 0xFFFF_FFFF);
        bus.write(&mut set, 0x5F, Width::Dword, 0x4433_2211, &mut cx);
        assert_eq!(set.written, [(0x60, 0x22), (0x61, 0x33)]);
    }

    #[test]
    fn overlap_attaches_nothing() {
        let mut bus = PortBus::new().unwrap();
        bus.attach(1, RANGES).unwrap();
        let second = [
            PortRange {
                name: "x",
                first: 0x10,
                count: 1,
            },
            PortRange {
                name: "y",
                first: 0x61,
                count: 4,
            },
        ];
        assert_eq!(
            bus.attach(2, &second),
            Err(AttachError::Overlap(Overlap {
                port: 0x61,
                name: "y"
            }))
        );
        assert_eq!(bus.owner(0x10), None);
    }
}
