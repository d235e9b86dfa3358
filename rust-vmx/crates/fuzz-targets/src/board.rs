//! The mainboard: all devices on their bus, wired to each other, at any port in any width.

use crate::devices::later;
use crate::input::Input;
use devices::{DiskError, DriveConfig, Time, Width};
use machine::board::{Board, BoardConfig};

const WIDTHS: [Width; 3] = [Width::Byte, Width::Word, Width::Dword];
/// The longest block transfer.
const BLOCK: usize = 1024;
/// What a step can put out at most: every byte of a block, and some.
const OUTPUT: usize = BLOCK + 64;
/// First ports of the devices: most other ports are nobody's.
const PORTS: [u16; 32] = [
    0x00, 0x08, 0x20, 0x21, 0x40, 0x42, 0x43, 0x60, 0x61, 0x64, 0x70, 0x71, 0x80, 0x87, 0x92, 0xA0, 0xA1,
    0xC0, 0xD0, 0xE9, 0x170, 0x177, 0x1F0, 0x1F6, 0x1F7, 0x376, 0x3C0, 0x3D4, 0x3DA, 0x3F6, 0x3F8, 0x3FB,
];

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let config = BoardConfig {
        wall_clock: 1_700_000_000,
        memory: 64 << 20,
        drives: std::array::from_fn(|place| {
            (place < 2).then(|| DriveConfig {
                sectors: 100,
                read_only: place == 1,
                serial: "1".into(),
            })
        }),
    };
    let mut board = Board::new(config).expect("no two devices claim one port");
    let mut now = Time::ZERO;
    while !input.is_empty() {
        step(&mut board, &mut now, &mut input);
        let output = board.take_output();
        assert!(output.len() <= OUTPUT, "too much output");
        board.return_output(output);
        assert!(!board.has_output());
        board.advance(now);
        let deadline = board.deadline();
        assert!(deadline > now, "late: {deadline:?} at {now:?}");
    }
}

/// A port of a device in most cases.
fn port(choice: u8, input: &mut Input<'_>) -> u16 {
    if choice & 0x80 == 0 {
        let place = input.byte();
        PORTS[usize::from(place & 0x1F)] + u16::from(place >> 5)
    } else {
        input.word()
    }
}

fn step(board: &mut Board, now: &mut Time, input: &mut Input<'_>) {
    let choice = input.byte();
    let width = WIDTHS[usize::from(choice >> 4 & 7) / 3];
    match choice & 0xF {
        0..=4 => {
            let port = port(choice, input);
            board.write(port, width, input.long(), *now);
        }
        5..=7 => {
            let port = port(choice, input);
            let value = board.read(port, width, *now);
            assert!(u64::from(value) < 1 << (8 * width.bytes()), "{value:#x}");
        }
        8 => {
            let port = port(choice, input);
            let length = usize::from(input.word()) % BLOCK;
            let readable = board.readable(port, width).min(length);
            let mut read = 0;
            board.read_block(port, readable, &mut |data| read += data.len(), *now);
            let writable = board.writable(port, width).min(length);
            let mut written = 0;
            let mut fill = |place: &mut [u8]| {
                place.fill(0xA5);
                written += place.len();
            };
            board.write_block(port, writable, &mut fill, *now);
            assert_eq!((read, written), (readable, writable));
        }
        9 | 10 => *now = later(*now, input.magnitude()),
        11 => disk(board, choice, *now),
        12 => board.key(input.byte(), *now),
        13 => {
            let _room = board.serial(input.byte(), *now);
        }
        14 if board.interrupt_pending() => {
            let _vector = board.acknowledge(*now);
        }
        15 => {
            board.reset(*now);
            assert_eq!(board.take_power_event(), None);
        }
        _ => {
            let _picture = (board.cursor(), board.text_window(), board.text_visible());
            let _event = board.take_power_event();
        }
    }
}

/// The machine does what the disk controller asks for, or cannot.
fn disk(board: &mut Board, choice: u8, now: Time) {
    while let Some(request) = board.take_disk_request() {
        let sectors = u64::from(request.sectors);
        assert!(
            request.lba + sectors <= 100,
            "{request:?} is beyond the disk's end"
        );
        assert_eq!(board.disk_buffer(request.drive).len() as u64, sectors * 512);
        let result = match choice & 0x30 {
            0 => Err(DiskError::Unrecoverable),
            _ => Ok(()),
        };
        board.complete_disk(request.drive, result, now);
    }
}
