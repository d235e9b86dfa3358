//! A device model alone, against a guest and a host that do anything.
//!
//! Whatever the sequence: no panic; after [`PortDevice::advance`] nothing is due that is not in the future; advancing twice is
//! advancing once; and a device that is saved and loaded again is the same.

mod outside;

use crate::input::Input;
use devices::{
    ComPort, Context, DebugPort, Dma, DriveConfig, Ide, Kbc, Pic, Pit, PortDevice, Power, Rtc, RtcConfig,
    Time, Uart, Vga, Width, Wires,
};
use outside::Outside;

/// The bytes of a block transfer at most.
const BLOCK: u16 = 2048;
/// What a single access may put out at most: every byte of a block, and some.
const OUTPUT: usize = BLOCK as usize + 64;

/// The interrupt controllers.
pub fn pic(data: &[u8]) {
    exercise(Pic::new(), data);
}

/// The timer.
pub fn pit(data: &[u8]) {
    exercise(Pit::new(), data);
}

/// The clock.
pub fn rtc(data: &[u8]) {
    let mut input = Input::new(data);
    let config = RtcConfig {
        wall_clock: input.quad() as i64,
        memory_bytes: input.magnitude(),
        disks: input.byte(),
    };
    exercise(Rtc::new(config), input.rest());
}

/// Keyboard controller, keyboard and mouse.
pub fn kbc(data: &[u8]) {
    exercise(Kbc::new(), data);
}

/// The serial port.
pub fn uart(data: &[u8]) {
    exercise(Uart::new(ComPort::Com1), data);
}

/// The disk controller with up to four disks of any size.
pub fn ide(data: &[u8]) {
    let mut input = Input::new(data);
    let plugged = input.byte();
    let drives = std::array::from_fn(|place| {
        (plugged >> place & 1 != 0).then(|| DriveConfig {
            sectors: input.magnitude(),
            read_only: plugged >> (place + 4) & 1 != 0,
            serial: "1".into(),
        })
    });
    exercise(Ide::new(drives), input.rest());
}

/// The text screen's registers.
pub fn vga(data: &[u8]) {
    exercise(Vga::new(), data);
}

/// The DMA controllers.
pub fn dma(data: &[u8]) {
    exercise(Dma::new(), data);
}

/// Power management.
pub fn power(data: &[u8]) {
    exercise(Power::new(), data);
}

/// The debug port.
pub fn debug_port(data: &[u8]) {
    exercise(DebugPort::new(), data);
}

/// No machine runs longer than 146 years: behind that, time stands still.
const LATEST: u64 = 1 << 62;

/// So much time passes.
pub(crate) fn later(now: Time, nanoseconds: u64) -> Time {
    Time((now + nanoseconds).0.min(LATEST))
}

fn exercise<D: Outside>(mut device: D, data: &[u8]) {
    let mut input = Input::new(data);
    let mut wires = Wires::default();
    let mut now = Time::ZERO;
    while !input.is_empty() {
        let mut cx = Context {
            now,
            wires: &mut wires,
        };
        let choice = input.byte();
        match choice & 0xF {
            0..=5 => write(&mut device, choice, &mut input, &mut cx),
            6..=9 => read(&mut device, choice, &mut input, &mut cx),
            10 => block(&mut device, choice, &mut input, &mut cx),
            11 => now = later(now, input.magnitude()),
            12 | 13 => device.outside(&mut input, &mut cx),
            14 => device = saved_and_loaded(&device),
            _ => device.reset(&mut cx),
        }
        assert!(wires.output.len() <= OUTPUT, "too much output");
        wires.output.clear();
        wires.power = None;
        // Devices are also touched while something of them is overdue: the guest ran, and nobody looked.
        if choice & 0x80 == 0 {
            advance(&mut device, now, &mut wires);
        }
    }
}

/// One of the device's ports, and a width.
fn place(device: &impl PortDevice, choice: u8, input: &mut Input<'_>) -> (u16, Width) {
    let ranges = device.ports();
    let number = input.byte();
    let range = ranges[usize::from(number >> 5) % ranges.len()];
    let width = match choice >> 4 & 7 {
        0..=4 => Width::Byte,
        5 | 6 => Width::Word,
        _ => Width::Dword,
    };
    (range.first + u16::from(number & 0x1F) % range.count, width)
}

fn write(device: &mut impl PortDevice, choice: u8, input: &mut Input<'_>, cx: &mut Context<'_>) {
    let (port, width) = place(device, choice, input);
    let value = match width {
        Width::Byte => input.byte().into(),
        Width::Word => input.word().into(),
        Width::Dword => input.long(),
    };
    let _refused = device.write(port, width, value, cx);
}

fn read(device: &mut impl PortDevice, choice: u8, input: &mut Input<'_>, cx: &mut Context<'_>) {
    let (port, width) = place(device, choice, input);
    let _refused = device.read(port, width, cx);
}

/// The fast paths, with a buffer of any length.
fn block(device: &mut impl PortDevice, choice: u8, input: &mut Input<'_>, cx: &mut Context<'_>) {
    let (port, width) = place(device, choice, input);
    let length = input.word();
    let limit = usize::from(length % BLOCK);
    let mut moved = 0;
    let offered = if length & 0x8000 == 0 {
        let readable = device.readable(port, width);
        device.read_block(port, readable.min(limit), &mut |data| moved = data.len(), cx);
        readable
    } else {
        let writable = device.writable(port, width);
        let mut fill = |place: &mut [u8]| {
            place.fill(0xA5);
            moved = place.len();
        };
        device.write_block(port, writable.min(limit), &mut fill, cx);
        writable
    };
    assert!(offered % width.bytes() == 0, "{offered}");
    assert_eq!(moved, offered.min(limit));
}

fn advance(device: &mut impl Outside, now: Time, wires: &mut Wires) {
    device.advance(&mut Context { now, wires });
    let deadline = device.deadline();
    assert!(
        deadline.is_none_or(|deadline| deadline > now),
        "late: {deadline:?} at {now:?}"
    );
    let (once, levels) = (device.clone(), wires.irq_levels());
    device.advance(&mut Context { now, wires });
    assert!(
        *device == once && wires.irq_levels() == levels,
        "time passed twice"
    );
}

fn saved_and_loaded<D: Outside>(device: &D) -> D {
    let bytes = postcard::to_allocvec(device).expect("a device can be saved");
    let copy: D = postcard::from_bytes(&bytes).expect("what was saved can be loaded");
    assert!(copy == *device, "loading gives another device");
    copy
}
