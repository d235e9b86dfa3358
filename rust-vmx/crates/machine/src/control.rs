//! The part of a machine that other threads may touch while its vCPU runs.
//!
//! Nobody waits for a lock in it: a thread that is preempted in the middle of a call stops nobody, whatever the priority and
//! the interrupt flag of the others.

use crate::cpu::Drill;
use crate::statistics::Statistics;
use alloc::string::String;
use alloc::sync::Arc;
use bounds::{Clip, Cyclic};
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use spin::{Mutex, Once};

/// Columns of the text screen.
pub const COLUMNS: usize = 80;
/// Rows of the text screen.
pub const ROWS: usize = 25;
/// Character cells of the text screen.
pub const CELLS: usize = COLUMNS * ROWS;
/// Cells in one word of the published screen.
const PER_WORD: usize = 4;

/// Input for a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A byte of a set-1 scancode.
    Key(u8),
    /// A byte on the first serial port's line.
    Serial(u8),
}

bitflags::bitflags! {
    /// What other threads ask of a vCPU. One word, so that a vCPU that is asked for nothing finds out with one look.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Requests: u8 {
        /// Stop for good.
        const STOP = 1 << 0;
        /// Start again from the loader.
        const RESET = 1 << 1;
        /// Explain the VMCS: only the vCPU's own thread may read that.
        const CHECK = 1 << 2;
        /// Panic: a drill, so that what follows a mistake of the hypervisor can be tested and shown.
        const PANIC = 1 << 3;
        /// Enter with controls that the CPU refuses: a drill.
        const REFUSE_CONTROL = 1 << 4;
        /// The same with host state.
        const REFUSE_HOST = 1 << 5;
        /// The same with guest state.
        const REFUSE_GUEST = 1 << 6;
    }
}

impl From<Drill> for Requests {
    fn from(drill: Drill) -> Self {
        match drill {
            Drill::Control => Self::REFUSE_CONTROL,
            Drill::Host => Self::REFUSE_HOST,
            Drill::Guest => Self::REFUSE_GUEST,
        }
    }
}

/// What other threads share with a vCPU.
#[derive(Default)]
pub struct Control {
    requests: AtomicU8,
    /// Nobody ever waits for it: who does not get it comes back later.
    explanation: Mutex<Option<String>>,
    /// Input on its way to the guest.
    pub input: Mailbox,
    /// The guest's screen as of the vCPU's last return.
    pub screen: Screen,
    /// The vCPU's figures.
    pub statistics: Statistics,
    /// Why the machine failed, once it did.
    pub report: Once<String>,
}

impl Control {
    /// One to share, with the screen dark. It is as large as two pages, which are on the stack no longer than this runs.
    #[inline(never)]
    #[must_use]
    pub fn shared() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// Asks the vCPU for something. It sees it when it next looks beside its guest.
    pub fn request(&self, requests: Requests) {
        self.requests.fetch_or(requests.bits(), Ordering::Release);
    }

    /// What was asked for and has not been taken.
    #[inline]
    #[must_use]
    pub fn requests(&self) -> Requests {
        Requests::from_bits_truncate(self.requests.load(Ordering::Acquire))
    }

    /// Whether the vCPU was asked to stop, which nobody takes back.
    #[must_use]
    pub fn stop_requested(&self) -> bool {
        self.requests().contains(Requests::STOP)
    }

    /// Whether this was asked for since the last call.
    pub fn take(&self, request: Requests) -> bool {
        let before = self.requests.fetch_and(!request.bits(), Ordering::AcqRel);
        Requests::from_bits_truncate(before).intersects(request)
    }

    /// The drill that was asked for since the last call.
    pub fn take_refusal(&self) -> Option<Drill> {
        [Drill::Control, Drill::Host, Drill::Guest]
            .into_iter()
            .find(|drill| self.take((*drill).into()))
    }

    /// Hands over the explanation. For the vCPU's thread.
    pub fn answer_check(&self, text: String) {
        match self.explanation.try_lock() {
            Some(mut explanation) => *explanation = Some(text),
            // Somebody is just looking: once more at the next exit.
            None => self.request(Requests::CHECK),
        }
    }

    /// How long the explanation is; 0 until it is there.
    pub fn explanation_length(&self) -> usize {
        let explanation = self.explanation.try_lock();
        explanation.map_or(0, |text| text.as_deref().map_or(0, str::len))
    }

    /// The explanation, once it is there.
    pub fn take_explanation(&self) -> Option<String> {
        self.explanation.try_lock()?.take()
    }

    /// Panics if that was asked for. For the vCPU's thread.
    ///
    /// # Panics
    /// After a request for [`PANIC`](Requests::PANIC).
    pub fn drill(&self) {
        assert!(
            !self.requests().contains(Requests::PANIC),
            "a drill, asked for by vmpanic"
        );
    }
}

/// Slots of the mailbox, a power of two.
const SLOTS: usize = 256;
/// A slot that holds nothing.
const EMPTY: u16 = 0;
/// Marks in a slot which input it holds.
const KEY: u16 = 0x100;
const SERIAL: u16 = 0x200;

/// A bounded queue with any number of senders and one receiver.
pub struct Mailbox {
    slots: Cyclic<AtomicU16, SLOTS>,
    /// The next place to send to; counts up without end.
    tail: AtomicUsize,
    /// The next place to receive from.
    head: AtomicUsize,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self {
            slots: Cyclic(core::array::from_fn(|_| AtomicU16::new(EMPTY))),
            tail: AtomicUsize::new(0),
            head: AtomicUsize::new(0),
        }
    }
}

impl Mailbox {
    /// Puts input in; false when there is no room.
    pub fn send(&self, input: Input) -> bool {
        let value = match input {
            Input::Key(byte) => KEY | u16::from(byte),
            Input::Serial(byte) => SERIAL | u16::from(byte),
        };
        let place = self
            .tail
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |tail| {
                let used = tail.wrapping_sub(self.head.load(Ordering::Acquire));
                (used < SLOTS).then_some(tail.wrapping_add(1))
            });
        let Ok(place) = place else { return false };
        // The place is this sender's alone; the receiver waits for its content.
        self.slots[place].store(value, Ordering::Release);
        true
    }

    /// The oldest input, left in place. Only for the receiver.
    #[must_use]
    pub fn peek(&self) -> Option<Input> {
        let value = self.slots[self.head.load(Ordering::Relaxed)].load(Ordering::Acquire);
        match value & !0xFF {
            KEY => Some(Input::Key(value as u8)),
            SERIAL => Some(Input::Serial(value as u8)),
            _ => None,
        }
    }

    /// The scancode byte that comes so many places after the oldest input, if it has arrived. Only for the receiver.
    #[must_use]
    pub fn key(&self, place: usize) -> Option<u8> {
        let head = self.head.load(Ordering::Relaxed);
        let value = self.slots[head.wrapping_add(place)].load(Ordering::Acquire);
        (value & !0xFF == KEY).then_some(value as u8)
    }

    /// How much more input there is room for, as far as nobody else sends any.
    #[must_use]
    pub fn room(&self) -> usize {
        let head = self.head.load(Ordering::Acquire);
        let used = self.tail.load(Ordering::Acquire).wrapping_sub(head);
        SLOTS.saturating_sub(used)
    }

    /// Removes the oldest input. Only for the receiver, after [`peek`](Self::peek) found some.
    pub fn remove(&self) {
        let head = self.head.load(Ordering::Relaxed);
        self.slots[head].store(EMPTY, Ordering::Relaxed);
        self.head.store(head.wrapping_add(1), Ordering::Release);
    }
}

/// No cursor is shown.
pub const NO_CURSOR: u32 = u32::MAX;

/// A copy of the text screen. A reader may see parts of two pictures; the next look repairs that, as on a real screen.
pub struct Screen {
    words: [AtomicU64; CELLS / PER_WORD],
    cursor: AtomicU32,
    /// Counts the changes, so that who has the last picture need not look at it again.
    picture: AtomicU32,
    wanted: AtomicBool,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            words: core::array::from_fn(|_| AtomicU64::new(0)),
            cursor: AtomicU32::new(NO_CURSOR),
            // A reader that has seen none begins with 0.
            picture: AtomicU32::new(1),
            wanted: AtomicBool::new(true),
        }
    }
}

impl Screen {
    /// Whether somebody looked since the last call: else publishing is a waste.
    pub fn take_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) && self.wanted.swap(false, Ordering::Relaxed)
    }

    /// Publishes a row. Only for the vCPU's thread, as everything that publishes.
    pub fn set_row(&self, row: usize, bytes: &[u8; 2 * COLUMNS]) {
        let words = self.words.past(row * COLUMNS / PER_WORD);
        let (chunks, _) = bytes.as_chunks();
        let mut changed = false;
        for (word, chunk) in words.iter().zip(chunks) {
            let value = u64::from_le_bytes(*chunk);
            if word.load(Ordering::Relaxed) != value {
                word.store(value, Ordering::Relaxed);
                changed = true;
            }
        }
        if changed {
            self.turn_page();
        }
    }

    /// Publishes the cursor: column and row, or none.
    pub fn set_cursor(&self, cursor: Option<(u8, u8)>) {
        let value = cursor.map_or(NO_CURSOR, |(column, row)| u32::from(row) << 8 | u32::from(column));
        if self.cursor.swap(value, Ordering::Relaxed) != value {
            self.turn_page();
        }
    }

    /// After a change. A reader that saw half of it has an older number.
    fn turn_page(&self) {
        self.picture.fetch_add(1, Ordering::Release);
    }

    /// The cells, character in the low byte and attribute in the high one, if they or the cursor changed since the picture `seen`, whose
    /// number is brought up to date. Asks the vCPU for a new copy, too.
    pub fn copy_to(&self, seen: &mut u32, cells: &mut [u16; CELLS]) -> bool {
        self.wanted.store(true, Ordering::Relaxed);
        let newest = self.picture.load(Ordering::Acquire);
        if *seen == newest {
            return false;
        }
        *seen = newest;
        for (word, cells) in self.words.iter().zip(cells.chunks_exact_mut(PER_WORD)) {
            let value = word.load(Ordering::Relaxed);
            for (index, cell) in cells.iter_mut().enumerate() {
                *cell = (value >> (16 * index)) as u16;
            }
        }
        true
    }

    /// The cursor's column and row, or none.
    #[must_use]
    pub fn cursor(&self) -> Option<(u32, u32)> {
        let value = self.cursor.load(Ordering::Relaxed);
        (value != NO_CURSOR).then_some((value & 0xFF, value >> 8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_is_asked_for_once_and_taken_once() {
        let control = Control::default();
        assert!(!control.take(Requests::CHECK));
        control.request(Requests::CHECK);
        assert!(control.take(Requests::CHECK) && !control.take(Requests::CHECK));
        control.answer_check(String::from("all rules hold"));
        assert_eq!(control.explanation_length(), "all rules hold".len());
        assert_eq!(control.take_explanation().as_deref(), Some("all rules hold"));
        assert_eq!(
            (control.take_explanation(), control.explanation_length()),
            (None, 0)
        );
    }

    #[test]
    fn an_answer_that_meets_a_reader_is_asked_for_again() {
        let control = Control::default();
        let reader = control.explanation.lock();
        control.answer_check(String::from("now"));
        drop(reader);
        assert!(control.take(Requests::CHECK));
    }

    #[test]
    fn requests_are_taken_one_by_one() {
        let control = Control::default();
        assert!(control.requests().is_empty());
        control.request(Requests::RESET);
        control.request(Drill::Host.into());
        control.request(Requests::STOP);
        assert!(control.take(Requests::RESET) && !control.take(Requests::RESET));
        assert_eq!(control.take_refusal(), Some(Drill::Host));
        assert_eq!(control.take_refusal(), None);
        assert!(control.stop_requested());
    }

    #[test]
    fn the_mailbox_keeps_order_and_refuses_when_full() {
        let mailbox = Mailbox::default();
        assert_eq!(mailbox.peek(), None);
        for round in 0..3 {
            for byte in 0..=255 {
                assert!(mailbox.send(Input::Key(byte)), "round {round}");
            }
            assert!(!mailbox.send(Input::Serial(1)));
            for byte in 0..=255 {
                assert_eq!(mailbox.peek(), Some(Input::Key(byte)));
                mailbox.remove();
            }
        }
        assert!(mailbox.send(Input::Serial(0)));
        assert_eq!(mailbox.peek(), Some(Input::Serial(0)));
    }

    #[test]
    fn the_mailbox_shows_the_keys_behind_the_first_and_its_room() {
        let mailbox = Mailbox::default();
        assert_eq!((mailbox.key(0), mailbox.room()), (None, SLOTS));
        for input in [Input::Key(0xE0), Input::Key(0x48), Input::Serial(0x48)] {
            assert!(mailbox.send(input));
        }
        let keys: [_; 4] = core::array::from_fn(|place| mailbox.key(place));
        assert_eq!(
            keys,
            [Some(0xE0), Some(0x48), None, None],
            "no further than the keys"
        );
        assert_eq!(mailbox.room(), SLOTS - 3);
        mailbox.remove();
        assert_eq!((mailbox.key(0), mailbox.room()), (Some(0x48), SLOTS - 2));
        while mailbox.send(Input::Key(1)) {}
        assert_eq!(mailbox.room(), 0);
    }

    #[test]
    fn senders_do_not_lose_each_others_input() {
        let mailbox = Mailbox::default();
        let mut received = std::vec::Vec::new();
        std::thread::scope(|scope| {
            for sender in 0..4u8 {
                let mailbox = &mailbox;
                scope.spawn(move || {
                    for number in 0..50 {
                        while !mailbox.send(Input::Key(sender * 50 + number)) {
                            std::hint::spin_loop();
                        }
                    }
                });
            }
            while received.len() < 200 {
                if let Some(Input::Key(byte)) = mailbox.peek() {
                    mailbox.remove();
                    received.push(byte);
                }
            }
        });
        received.sort_unstable();
        assert_eq!(received, (0..200).collect::<std::vec::Vec<u8>>());
    }

    #[test]
    fn the_screen_comes_back_as_it_was_put() {
        let screen = Screen::default();
        let mut row = [0; 2 * COLUMNS];
        for (index, byte) in row.iter_mut().enumerate() {
            *byte = index as u8;
        }
        screen.set_row(24, &row);
        screen.set_cursor(Some((79, 24)));
        let (mut seen, mut cells) = (0, [0; CELLS]);
        assert!(screen.copy_to(&mut seen, &mut cells));
        assert_eq!(
            (cells[0], cells[24 * COLUMNS], cells[CELLS - 1]),
            (0, 0x0100, 0x9F9E)
        );
        assert_eq!(screen.cursor(), Some((79, 24)));
        screen.set_cursor(None);
        assert_eq!(screen.cursor(), None);
        assert!(screen.copy_to(&mut seen, &mut cells), "the cursor has gone");
    }

    #[test]
    fn a_picture_is_handed_out_once_to_each_reader() {
        let screen = Screen::default();
        let (mut one, mut other) = (0, 0);
        let mut cells = [0; CELLS];
        assert!(screen.copy_to(&mut one, &mut cells), "the dark screen is one");
        screen.set_row(3, &[0; 2 * COLUMNS]);
        assert!(!screen.copy_to(&mut one, &mut cells), "nothing has changed");
        screen.set_row(3, &[7; 2 * COLUMNS]);
        assert!(screen.copy_to(&mut one, &mut cells) && !screen.copy_to(&mut one, &mut cells));
        assert!(screen.copy_to(&mut other, &mut cells));
    }
}
