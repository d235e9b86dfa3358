//! The hands at a guest's keyboard: they press the keys whose scancodes wait in the mailbox as a person would.
//!
//! Text that is typed on a serial terminal, or pasted, arrives as a burst of presses and releases. A guest that notes scancodes
//! in its interrupt and looks at the state of Shift only when it takes them from its buffer would find Shift released again. So
//! a code is handed over when the guest has read the one before, a key stays down for a while, and Shift and its like change
//! only when the guest has had the time to see which keys came before. Time counts from when the guest read the code: one that
//! is slow to read is typed at slowly, and one that does not read loses nothing, for the rest waits.

use crate::board::Board;
use crate::control::Mailbox;
use devices::Time;

/// From one code to the next, in nanoseconds: what a byte takes on a keyboard's line.
const NEXT: u64 = 1_000_000;
/// How long a key is down. Text goes at up to 45 characters a second.
const HELD: u64 = 20_000_000;
/// From a key to a change of a modifier. More than two ticks of a PC's timer at 18.2 Hz: a kernel that shares the CPU out by them
/// comes to its buffer in that time although another thread computes.
const SETTLED: u64 = 120_000_000;

/// Bit of a scancode: the key was released.
const RELEASED: u8 = 0x80;
/// Prefix of a code of two bytes, and of one of three.
const EXTENDED: u8 = 0xE0;
const EXTENDED_TWICE: u8 = 0xE1;
/// Control, both Shifts, Alt, CapsLock: what decides what other keys mean.
const MODIFIERS: [u8; 5] = [0x1D, 0x2A, 0x36, 0x38, 0x3A];

/// A key's press or release: one to three bytes of set 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Code {
    bytes: [u8; 3],
    length: usize,
}

impl Code {
    /// The code that begins at a place of the mailbox, once all of it has arrived.
    fn at(input: &Mailbox, place: usize) -> Option<Self> {
        let first = input.key(place)?;
        let (bytes, length) = match first {
            EXTENDED => ([first, input.key(place + 1)?, 0], 2),
            EXTENDED_TWICE => ([first, input.key(place + 1)?, input.key(place + 2)?], 3),
            _ => ([first, 0, 0], 1),
        };
        Some(Self { bytes, length })
    }

    fn bytes(&self) -> impl Iterator<Item = u8> {
        self.bytes.into_iter().take(self.length)
    }

    /// The byte that says which key, and whether it was released.
    fn last(&self) -> u8 {
        self.bytes().last().unwrap_or(0)
    }

    fn is_release(&self) -> bool {
        self.last() & RELEASED != 0
    }

    fn is_modifier(&self) -> bool {
        MODIFIERS.contains(&(self.last() & !RELEASED))
    }

    /// Whether this releases the key that `next` presses.
    fn is_undone_by(&self, next: &Self) -> bool {
        self.is_release()
            && self.last() == next.last() | RELEASED
            && self.length == next.length
            && !next.is_release()
    }
}

/// Somebody who types.
#[derive(Debug, Default)]
pub struct Typist {
    /// What was typed last, while the guest has not read it.
    unread: Option<Code>,
    /// From when on the guest can have another code, a release, another modifier.
    next: Time,
    release: Time,
    modifier: Time,
    /// When the code at the mailbox's head is due, if that is all it waits for.
    due: Option<Time>,
}

impl Typist {
    /// When there is something to do, unless somebody says so earlier.
    #[must_use]
    pub fn deadline(&self) -> Time {
        self.due.unwrap_or(Time::NEVER)
    }

    /// Sees whether the guest has read what was typed last.
    #[inline]
    pub fn watch(&mut self, board: &Board, now: Time) {
        if self.unread.is_some() && !board.key_unread() {
            self.has_been_read(now);
        }
    }

    #[inline(never)]
    fn has_been_read(&mut self, now: Time) {
        let Some(code) = self.unread.take() else { return };
        self.next = now + NEXT;
        if !code.is_modifier() && !code.is_release() {
            self.release = now + HELD;
            self.modifier = now + SETTLED;
        }
    }

    /// Types the code at the head of the mailbox; false if it is not time yet.
    pub fn press(&mut self, input: &Mailbox, board: &mut Board, now: Time) -> bool {
        self.due = None;
        if self.unread.is_some() {
            return false;
        }
        let Some(code) = Code::at(input, 0) else {
            return false;
        };
        let due = self.earliest(&code);
        if now < due {
            self.due = Some(due);
            return self.keeps_down(&code, input);
        }
        for byte in code.bytes() {
            board.key(byte, now);
            input.remove();
        }
        self.unread = Some(code);
        self.watch(board, now);
        true
    }

    /// The first moment at which a person would be ready to type a code.
    fn earliest(&self, code: &Code) -> Time {
        let ready = if code.is_modifier() {
            self.modifier
        } else if code.is_release() {
            self.release
        } else {
            self.next
        };
        ready.max(self.next)
    }

    /// A modifier that is to go up, and down again at once, stays where it is: so somebody types capitals in a row.
    fn keeps_down(&self, code: &Code, input: &Mailbox) -> bool {
        let Some(next) = Code::at(input, code.length) else {
            return false;
        };
        let stays = code.is_modifier() && code.is_undone_by(&next);
        if stays {
            (0..code.length + next.length).for_each(|_| input.remove());
        }
        stays
    }
}
