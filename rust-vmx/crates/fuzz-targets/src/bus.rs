//! The port bus with devices at any ports, against a sentence: byte `n` of an access is the business of port + `n`.

use crate::input::Input;
use devices::{AccessError, Context, PortDevice, PortRange, Time, Width, Wires};
use machine::bus::{DeviceIndex, DeviceSet, PortBus};
use std::collections::BTreeMap;

/// The devices on the bus at most.
const DEVICES: usize = 6;

/// A device whose ports hold bytes. Wide accesses are its own only as far as all bytes are.
struct Bytes {
    range: PortRange,
    widest: Width,
    content: BTreeMap<u16, u8>,
}

impl Bytes {
    /// The ports of an access, if it takes one of this width there.
    fn ports_of(&self, port: u16, width: Width) -> Result<impl Iterator<Item = u16> + use<>, AccessError> {
        assert!(self.range.contains(port), "asked for another's port");
        let last = port.checked_add(width.bytes() as u16 - 1);
        if width.bytes() > self.widest.bytes() || !last.is_some_and(|last| self.range.contains(last)) {
            return Err(AccessError::BadWidth);
        }
        Ok((0..width.bytes() as u16).map(move |offset| port + offset))
    }
}

impl PortDevice for Bytes {
    fn ports(&self) -> &'static [PortRange] {
        // The bus learns the ranges when it attaches; nobody asks the devices again.
        &[]
    }

    fn read(&mut self, port: u16, width: Width, _cx: &mut Context<'_>) -> Result<u32, AccessError> {
        let mut bytes = [0; 4];
        for (place, port) in bytes.iter_mut().zip(self.ports_of(port, width)?) {
            *place = self.content.get(&port).copied().unwrap_or(port as u8);
        }
        Ok(u32::from_le_bytes(bytes))
    }

    fn write(
        &mut self,
        port: u16,
        width: Width,
        value: u32,
        _cx: &mut Context<'_>,
    ) -> Result<(), AccessError> {
        for (port, byte) in self.ports_of(port, width)?.zip(value.to_le_bytes()) {
            self.content.insert(port, byte);
        }
        Ok(())
    }

    fn reset(&mut self, _cx: &mut Context<'_>) {}
}

struct Set(Vec<Bytes>);

impl DeviceSet for Set {
    fn device(&mut self, index: DeviceIndex) -> Option<&mut dyn PortDevice> {
        self.0
            .get_mut(usize::from(index))
            .map(|device| device as &mut dyn PortDevice)
    }
}

const WIDTHS: [Width; 3] = [Width::Byte, Width::Word, Width::Dword];

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mut bus = PortBus::new().expect("the host has memory");
    let mut set = Set(Vec::new());
    // What each port holds; a port that is missing is nobody's.
    let mut model: BTreeMap<u16, u8> = BTreeMap::new();
    for index in 0..usize::from(input.byte()) % (DEVICES + 1) {
        attach(&mut bus, index, &mut set, &mut model, &mut input);
    }
    let mut wires = Wires::default();
    while !input.is_empty() {
        let cx = &mut Context {
            now: Time::ZERO,
            wires: &mut wires,
        };
        let (choice, port) = (input.byte(), input.word());
        let width = WIDTHS[usize::from(choice >> 1) % WIDTHS.len()];
        let ports = (0..width.bytes() as u16).map(|offset| port.wrapping_add(offset));
        if choice & 1 == 0 {
            let mut expected = [0; 4];
            for (place, port) in expected.iter_mut().zip(ports) {
                *place = model.get(&port).copied().unwrap_or(0xFF);
            }
            let value = bus.read(&mut set, port, width, cx);
            assert_eq!(value, u32::from_le_bytes(expected), "{width:?} at {port:#x}");
        } else {
            let value = input.long();
            bus.write(&mut set, port, width, value, cx);
            for (port, byte) in ports.zip(value.to_le_bytes()) {
                model.entry(port).and_modify(|held| *held = byte);
            }
        }
    }
}

/// Attaches a device of one or two ranges: all of it, or nothing when it overlaps with another.
fn attach(
    bus: &mut PortBus,
    index: usize,
    set: &mut Set,
    model: &mut BTreeMap<u16, u8>,
    input: &mut Input<'_>,
) {
    let range = PortRange::new("bytes", input.word(), u16::from(input.byte()));
    let ports = || (range.first..=u16::MAX).take(usize::from(range.count));
    let free = ports().all(|port| !model.contains_key(&port));
    let attached = bus.attach(index as DeviceIndex, &[range]);
    assert_eq!(attached.is_ok(), free, "{attached:?}");
    set.0.push(Bytes {
        range,
        widest: input.pick(&WIDTHS),
        content: BTreeMap::new(),
    });
    for port in ports() {
        assert_eq!(bus.owner(port) == Some(index as DeviceIndex), free);
        if free {
            model.insert(port, port as u8);
        }
    }
}
