//! All devices together against a guest that does anything: whatever is read and written, in whatever width and order, no
//! device panics, none wants to be woken in the past, and each can be saved, loaded and go on as if nothing had happened.

use devices::*;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

/// A board without a bus: the range decides which device answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Board {
    pic: Pic,
    pit: Pit,
    rtc: Rtc,
    kbc: Kbc,
    uart: Uart,
    ide: Ide,
    vga: Vga,
    dma: Dma,
    power: Power,
    debug: DebugPort,
    wires: Wires,
}

const DEVICES: usize = 10;

impl Board {
    fn new() -> Self {
        let drive = |sectors, read_only| {
            Some(DriveConfig {
                sectors,
                read_only,
                serial: "1".into(),
            })
        };
        Self {
            pic: Pic::new(),
            pit: Pit::new(),
            rtc: Rtc::new(RtcConfig {
                wall_clock: 1_700_000_000,
                memory_bytes: 1 << 33,
                disks: 2,
            }),
            kbc: Kbc::new(),
            uart: Uart::new(ComPort::Com1),
            ide: Ide::new([
                drive(1000, false),
                drive(u64::MAX, false),
                drive(0, false),
                drive(1 << 20, true),
            ]),
            vga: Vga::new(),
            dma: Dma::new(),
            power: Power::new(),
            debug: DebugPort::new(),
            wires: Wires::default(),
        }
    }

    fn with<R>(
        &mut self,
        index: usize,
        now: Time,
        action: impl FnOnce(&mut dyn PortDevice, &mut Context<'_>) -> R,
    ) -> R {
        let device: &mut dyn PortDevice = match index {
            0 => &mut self.pic,
            1 => &mut self.pit,
            2 => &mut self.rtc,
            3 => &mut self.kbc,
            4 => &mut self.uart,
            5 => &mut self.ide,
            6 => &mut self.vga,
            7 => &mut self.dma,
            8 => &mut self.power,
            _ => &mut self.debug,
        };
        action(
            device,
            &mut Context {
                now,
                wires: &mut self.wires,
            },
        )
    }

    fn apply(&mut self, action: &Action, now: Time) -> u64 {
        match *action {
            Action::Read(device, port, width) => self.with(device, now, |device, cx| {
                let port = pick(device, port);
                device.read(port, width, cx).map_or(1 << 32, u64::from)
            }),
            Action::Write(device, port, width, value) => self.with(device, now, |device, cx| {
                let port = pick(device, port);
                let mask = u32::MAX >> (32 - 8 * width.bytes());
                u64::from(device.write(port, width, value & mask, cx).is_ok())
            }),
            Action::Block(device, port, width, length) => self.with(device, now, |device, cx| {
                let port = pick(device, port);
                let mut moved = 0;
                let readable = device.readable(port, width).min(length);
                device.read_block(port, readable, &mut |data| moved += data.len(), cx);
                let writable = device.writable(port, width).min(length);
                let mut fill = |place: &mut [u8]| {
                    place.fill(0xA5);
                    moved += place.len();
                };
                device.write_block(port, writable, &mut fill, cx);
                moved as u64
            }),
            Action::Reset(device) => {
                self.with(device, now, |device, cx| device.reset(cx));
                0
            }
            Action::Host(what) => self.host(what, now),
        }
    }

    /// What happens from outside.
    fn host(&mut self, what: u8, now: Time) -> u64 {
        let mut cx = Context {
            now,
            wires: &mut self.wires,
        };
        match what & 7 {
            0 => self.kbc.key(what, &mut cx),
            1 => self.kbc.mouse(
                MouseEvent {
                    dx: i16::from(what) << 7,
                    dy: i16::MIN,
                    dz: i8::MIN,
                    buttons: what,
                },
                &mut cx,
            ),
            2 => return self.uart.receive(&[what; 20], &mut cx) as u64,
            3 => {
                let Some(request) = self.ide.take_request() else {
                    return 0;
                };
                assert_eq!(
                    self.ide.buffer(request.drive).len() as u64,
                    u64::from(request.sectors) * 512
                );
                let result = if what & 0x80 != 0 {
                    Err(DiskError::Unrecoverable)
                } else {
                    Ok(())
                };
                self.ide.complete(request.drive, result, &mut cx);
            }
            4 => self.ide.complete(what >> 3, Ok(()), &mut cx),
            5 => self.power.press_button(&mut cx),
            6 if self.pic.pending() => {
                let acknowledged = self.pic.acknowledge();
                if acknowledged.line == Some(0) {
                    self.pit.interrupt_taken(&mut cx);
                }
                return acknowledged.vector.into();
            }
            _ => {
                let visible = self.vga.cursor().map_or(0, |cursor| u64::from(cursor.row));
                return visible + u64::from(self.vga.rows()) + u64::from(self.pit.speaker().unwrap_or(0));
            }
        }
        0
    }

    fn advance(&mut self, now: Time) {
        for index in 0..DEVICES {
            self.with(index, now, |device, cx| device.advance(cx));
            let deadline = self.with(index, now, |device, _| device.deadline());
            assert!(
                deadline.is_none_or(|deadline| deadline > now),
                "device {index} is late: {deadline:?} at {now:?}"
            );
        }
        self.pic.sync(&mut self.wires);
    }
}

/// One of the device's ports.
fn pick(device: &dyn PortDevice, port: u16) -> u16 {
    let ranges = device.ports();
    let range = ranges[usize::from(port >> 8) % ranges.len()];
    range.first + (port & 0xFF) % range.count
}

#[derive(Clone, Debug)]
enum Action {
    Read(usize, u16, Width),
    Write(usize, u16, Width, u32),
    Block(usize, u16, Width, usize),
    Reset(usize),
    Host(u8),
}

fn action() -> impl Strategy<Value = Action> {
    let width = || {
        prop::sample::select(vec![
            Width::Byte,
            Width::Byte,
            Width::Byte,
            Width::Word,
            Width::Dword,
        ])
    };
    prop_oneof![
        10 => (0..DEVICES, any::<u16>(), width(), any::<u32>())
            .prop_map(|(device, port, width, value)| Action::Write(device, port, width, value)),
        6 => (0..DEVICES, any::<u16>(), width()).prop_map(|(device, port, width)| Action::Read(device, port, width)),
        1 => (0..DEVICES, any::<u16>(), width(), 0..2000_usize)
            .prop_map(|(device, port, width, length)| Action::Block(device, port, width, length)),
        8 => any::<u8>().prop_map(Action::Host),
        1 => (0..DEVICES).prop_map(Action::Reset),
    ]
}

fn step() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0..2_000_u64, 4 => 0..3_000_000_u64, 1 => 0..5_000_000_000_u64, 1 => Just(1 << 55)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300 * counts::scale() as u32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn is_survived_and_saved(
        actions in prop::collection::vec((action(), step()), 0..200),
        saved_at in 0..200_usize,
    ) {
        let mut board = Board::new();
        let mut copy: Option<Board> = None;
        let mut now = Time::ZERO;
        for (index, (action, step)) in actions.iter().enumerate() {
            if index == saved_at {
                let bytes = postcard::to_allocvec(&board).unwrap();
                copy = Some(postcard::from_bytes(&bytes).unwrap());
            }
            now = now + *step;
            board.advance(now);
            let answer = board.apply(action, now);
            board.pic.sync(&mut board.wires);
            if let Some(copy) = &mut copy {
                copy.advance(now);
                prop_assert_eq!(copy.apply(action, now), answer);
                copy.pic.sync(&mut copy.wires);
            }
        }
        if let Some(copy) = copy {
            prop_assert_eq!(copy, board);
        }
        counts::add("property cases", 1);
    }
}
