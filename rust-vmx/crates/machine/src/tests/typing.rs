//! Text that arrives all at once, and guests that take their time with it.

use crate::board::{Board, BoardConfig};
use crate::control::{Input, Mailbox};
use crate::typist::Typist;
use devices::{Time, Width};
use std::collections::VecDeque;
use std::string::String;
use std::vec::Vec;

const MILLISECOND: u64 = 1_000_000;
const SHIFT: u8 = 0x2A;
const RELEASED: u8 = 0x80;

/// The characters of the keys 02h to 39h, without and with Shift.
const PLAIN: &[u8] = b"1234567890-=\0\0qwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0\0\0 ";
const SHIFTED: &[u8] = b"!@#$%^&*()_+\0\0QWERTYUIOP{}\0\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0\0\0 ";

/// What a serial terminal's text becomes: each key pressed and released at once, with Shift around it.
fn scancodes(text: &str) -> VecDeque<u8> {
    let mut codes = VecDeque::new();
    for character in text.bytes() {
        let place = |row: &[u8]| row.iter().position(|&other| other == character);
        let (place, shift) = match place(PLAIN) {
            Some(place) => (place, false),
            None => (place(SHIFTED).unwrap(), true),
        };
        let key = place as u8 + 2;
        codes.extend(shift.then_some(SHIFT));
        codes.extend([key, key | RELEASED]);
        codes.extend(shift.then_some(SHIFT | RELEASED));
    }
    codes
}

/// A guest whose interrupt handler puts scancodes into a buffer.
struct Desk {
    board: Board,
    typist: Typist,
    mailbox: Mailbox,
    now: Time,
    /// Scancodes for which the mailbox has no room yet.
    waiting: VecDeque<u8>,
    /// What the handler has read, and when.
    heard: Vec<(u8, Time)>,
    shift: bool,
}

impl Desk {
    fn new() -> Self {
        let config = BoardConfig {
            wall_clock: 0,
            memory: 2 << 20,
            drives: [const { None }; 4],
        };
        Self {
            board: Board::new(config).unwrap(),
            typist: Typist::default(),
            mailbox: Mailbox::default(),
            now: Time(5 * MILLISECOND),
            waiting: VecDeque::new(),
            heard: Vec::new(),
            shift: false,
        }
    }

    fn with(text: &str) -> Self {
        let mut desk = Self::new();
        desk.waiting = scancodes(text);
        desk
    }

    /// What the machine does when it attends to its input.
    fn attend(&mut self) {
        while let Some(&code) = self.waiting.front()
            && self.mailbox.send(Input::Key(code))
        {
            self.waiting.pop_front();
        }
        self.typist.watch(&self.board, self.now);
        while self.mailbox.peek().is_some() && self.typist.press(&self.mailbox, &mut self.board, self.now) {}
    }

    /// The keyboard's interrupt.
    fn interrupt(&mut self) {
        if self.board.read(0x64, Width::Byte, self.now) & 1 == 0 {
            return;
        }
        let code = self.board.read(0x60, Width::Byte, self.now) as u8;
        if code & !RELEASED == SHIFT {
            self.shift = code & RELEASED == 0;
        }
        self.heard.push((code, self.now));
    }

    /// A millisecond of a guest that listens.
    fn listen(&mut self) {
        self.attend();
        self.interrupt();
        self.now = self.now + MILLISECOND;
    }

    /// Runs until nothing has come for a while; the guest looks at what it heard, and at Shift, only so often.
    fn read_every(&mut self, milliseconds: u64) -> String {
        let mut text = String::new();
        let mut read = 0;
        let mut quiet = 0;
        while quiet < 1000 {
            let before = self.heard.len();
            self.listen();
            quiet = if self.heard.len() == before { quiet + 1 } else { 0 };
            if (self.now.0 / MILLISECOND).is_multiple_of(milliseconds) {
                text.extend(self.heard[read..].iter().filter_map(|&(code, _)| {
                    let row = if self.shift { SHIFTED } else { PLAIN };
                    let place = usize::from(code).checked_sub(2)?;
                    (code & RELEASED == 0).then(|| row.get(place).copied().map(char::from))?
                }));
                read = self.heard.len();
            }
        }
        text.replace('\0', "")
    }

    fn codes(&self) -> Vec<u8> {
        self.heard.iter().map(|&(code, _)| code).collect()
    }
}

#[test]
fn shift_is_down_when_a_guest_comes_late_to_its_buffer() {
    for milliseconds in [1, 10, 55, 110] {
        assert_eq!(
            Desk::with("AbC!").read_every(milliseconds),
            "AbC!",
            "{milliseconds}"
        );
    }
}

#[test]
fn a_long_paste_arrives_whole() {
    let text: String = "if (Argc < 2) { puts(\"Usage: X_y\"); return 1; }\n"
        .chars()
        .cycle()
        .take(1000)
        .collect();
    let mut desk = Desk::with(&text);
    assert_eq!(desk.read_every(110), text);
    let seconds = desk.now.0 / (1000 * MILLISECOND);
    assert!(seconds < 90, "{seconds} s");
    let mut lower = Desk::with(&"abcdefghi ".repeat(30));
    assert_eq!(lower.read_every(55).len(), 300);
    let seconds = lower.now.0 / (1000 * MILLISECOND);
    assert!(seconds < 9, "{seconds} s");
}

#[test]
fn whoever_does_not_listen_loses_nothing() {
    let text = "Nothing is lost while nobody listens: 0123456789.";
    let mut desk = Desk::with(text);
    for _ in 0..20_000 {
        desk.attend();
        desk.now = desk.now + MILLISECOND;
    }
    assert_eq!(
        desk.typist.deadline(),
        Time::NEVER,
        "nothing to do before the guest reads"
    );
    assert_eq!(desk.read_every(110), text);
}

#[test]
fn a_key_is_down_for_a_while() {
    let mut desk = Desk::with("ab");
    desk.read_every(1);
    assert_eq!(desk.codes(), [0x1E, 0x9E, 0x30, 0xB0]);
    for stroke in desk.heard.chunks(2) {
        assert!(stroke[1].1.since(stroke[0].1) >= 20 * MILLISECOND, "{stroke:?}");
    }
}

#[test]
fn capitals_in_a_row_are_typed_with_shift_held() {
    let mut desk = Desk::with("xABC");
    desk.read_every(1);
    assert_eq!(
        desk.codes(),
        [
            0x2D,
            0xAD,
            SHIFT,
            0x1E,
            0x9E,
            0x30,
            0xB0,
            0x2E,
            0xAE,
            SHIFT | RELEASED
        ]
    );
}

#[test]
fn who_types_at_a_persons_pace_is_not_held_up() {
    let mut desk = Desk::new();
    let strokes = [
        (0, SHIFT),
        (130, 0x1E),
        (260, 0x9E),
        (390, SHIFT | RELEASED),
        (500, 0x30),
        (600, 0xB0),
    ];
    for millisecond in 0..700 {
        if let Some(&(_, code)) = strokes.iter().find(|(time, _)| *time == millisecond) {
            desk.waiting.push_back(code);
        }
        desk.listen();
    }
    let heard: Vec<_> = desk
        .heard
        .iter()
        .map(|&(code, time)| (time.0 / MILLISECOND - 5, code))
        .collect();
    assert_eq!(heard, strokes);
}

#[test]
fn a_code_of_several_bytes_stays_together() {
    let mut desk = Desk::new();
    desk.waiting.extend([0x1E, 0xE0]);
    for _ in 0..10 {
        desk.listen();
    }
    assert_eq!(desk.codes(), [0x1E], "the rest is to come");
    // Cursor up, released; Pause.
    desk.waiting
        .extend([0x48, 0xE0, 0xC8, 0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5]);
    desk.read_every(1);
    assert_eq!(
        desk.codes(),
        [0x1E, 0xE0, 0x48, 0xE0, 0xC8, 0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5]
    );
}

#[test]
fn what_a_reset_takes_out_of_the_keyboard_holds_nobody_up() {
    let mut desk = Desk::with("a");
    desk.attend();
    assert!(desk.board.key_unread());
    desk.board.reset(desk.now);
    assert_eq!(desk.read_every(1), "", "the press was in the controller");
    assert_eq!(desk.codes(), [0x9E]);
}
