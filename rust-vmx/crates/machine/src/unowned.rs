//! Accesses of places where nobody answers. A guest that waits for a device that is not there looks busy from outside; what it waits
//! for stands here.
//!
//! A table of fixed size counts the busiest places, after Metwally, Agrawal and El Abbadi ("Efficient Computation of Frequent and
//! Top-k Elements in Data Streams"): a place that is not in it takes over the least busy row, and begins with that row's count. So a
//! place with more than its share of the accesses is in the table, however many others there are.

mod known;

use crate::statistics::Counter;
use alloc::string::String;
use bounds::Cyclic;
use core::fmt::{self, Write};
use devices::Time;
use vmx::addr::{Gpa, PAGE_SIZE};

/// Rows of the table.
const ROWS: usize = 16;
/// The span of the guest's time over which it is judged.
const WINDOW: u64 = 1_000_000_000;
/// It waits for a place that it accessed so often in that time.
const OFTEN: u64 = 100;
/// Of its exits, this many in ten were such accesses. The others may be its timer's.
const TENTHS: u64 = 9;
/// Rows that are shown.
const SHOWN: usize = 5;

/// Where nobody answers, and whether it was read: a port, or a page of guest-physical memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// A port, not memory.
    port: bool,
    write: bool,
    /// The port, or the first address of the page.
    at: u64,
}

impl Place {
    /// A port.
    #[must_use]
    pub const fn port(number: u16, write: bool) -> Self {
        Self {
            port: true,
            write,
            at: number as u64,
        }
    }

    /// The page around an address.
    #[must_use]
    pub const fn page(address: Gpa, write: bool) -> Self {
        Self {
            port: false,
            write,
            at: address.0 & !(PAGE_SIZE - 1),
        }
    }

    /// One word for another thread, never 0.
    const fn to_word(self) -> u64 {
        1 | (self.port as u64) << 1 | (self.write as u64) << 2 | self.at << 3
    }

    const fn from_word(word: u64) -> Option<Self> {
        if word & 1 == 0 {
            return None;
        }
        Some(Self {
            port: word & 2 != 0,
            write: word & 4 != 0,
            at: word >> 3,
        })
    }
}

impl fmt::Display for Place {
    /// As in "177,727 reads of *FEE00000: no local APIC*".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.port { "port " } else { "" };
        let what = known::what_is_missing(self.port, self.at);
        write!(f, "{kind}{:X}: {what}", self.at)
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    /// A place's word, or 0.
    place: u64,
    /// Accesses, and what the row had counted for its last place.
    count: u64,
    inherited: u64,
    /// What it had counted when the window began.
    before: u64,
}

impl Row {
    /// Accesses since the window began.
    const fn recent(&self) -> u64 {
        self.count - self.before
    }
}

/// The busiest places.
#[derive(Clone, Debug, Default)]
pub struct Unowned {
    rows: Cyclic<Row, ROWS>,
    /// The row of the last access: a guest that waits accesses one place again and again.
    last: usize,
    /// When the window began, and the guest's exits until then; none while there is nothing to judge.
    window: Option<(Time, u64)>,
    /// An access was noted since the last look.
    touched: bool,
    waiting: bool,
}

impl Unowned {
    /// Nobody answered.
    #[inline]
    pub fn note(&mut self, place: Place) {
        let place = place.to_word();
        if self.rows[self.last].place != place {
            self.last = self.row_of(place);
        }
        self.rows[self.last].count += 1;
        self.touched = true;
    }

    /// The row of a place, which the place may have to take over.
    #[inline(never)]
    fn row_of(&mut self, place: u64) -> usize {
        if let Some(row) = self.rows.iter().position(|row| row.place == place) {
            return row;
        }
        let least = (0..ROWS).min_by_key(|row| self.rows[*row].count).unwrap_or(0);
        let count = self.rows[least].count;
        self.rows[least] = Row {
            place,
            inherited: count,
            count,
            before: count,
        };
        least
    }

    /// Whether nothing has to be looked at.
    #[inline]
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        !self.touched && self.window.is_none()
    }

    /// Judges what the guest did, and tells other threads. `exits` are those that its own instructions caused.
    pub fn look(&mut self, now: Time, exits: u64, published: &Published) {
        let (since, exits_then) = *self.window.get_or_insert((now, exits));
        if now.since(since) >= WINDOW {
            let place = self.awaited(exits.wrapping_sub(exits_then));
            self.waiting = place.is_some();
            published.waits_for.set(place.map_or(0, Place::to_word));
            for row in self.rows.iter_mut() {
                row.before = row.count;
            }
            // While it does other things than this there is nothing to judge.
            self.window = (self.touched || self.waiting).then_some((now, exits));
        }
        if core::mem::take(&mut self.touched) {
            self.publish(published);
        }
    }

    /// The place that was read in the last window where there were hardly any exits but those, of so many. Who only writes expects no
    /// answer: kernels make short delays so.
    fn awaited(&self, exits: u64) -> Option<Place> {
        let busiest = self.rows.iter().max_by_key(|row| row.recent())?;
        let alone = busiest.recent().saturating_mul(10) >= exits.saturating_mul(TENTHS);
        Place::from_word(busiest.place).filter(|place| !place.write && alone && busiest.recent() >= OFTEN)
    }

    fn publish(&self, published: &Published) {
        for (row, (place, count)) in self.rows.iter().zip(&published.rows) {
            place.set(row.place);
            count.set(row.count - row.inherited);
        }
    }
}

/// What other threads see of it: written by the vCPU's thread. A row that is just being replaced may show one place with the
/// number of another.
#[derive(Debug, Default)]
pub struct Published {
    rows: [(Counter, Counter); ROWS],
    waits_for: Counter,
}

impl Published {
    /// The place for which the guest waits: in the last second it did nothing else.
    #[must_use]
    pub fn waits_for(&self) -> Option<Place> {
        Place::from_word(self.waits_for.get())
    }

    /// The busiest places, a line each.
    pub fn write(&self, out: &mut impl Write) -> fmt::Result {
        let mut rows = self
            .rows
            .each_ref()
            .map(|(place, count)| (count.get(), Place::from_word(place.get())));
        rows.sort_unstable_by_key(|(count, _)| core::cmp::Reverse(*count));
        let mut heading = "accesses where nothing is, the most frequent first:\n";
        for (count, place) in rows.iter().take(SHOWN) {
            if let Some(place) = place {
                let heading = core::mem::take(&mut heading);
                let access = match (place.write, *count) {
                    (false, 1) => "read of",
                    (false, _) => "reads of",
                    (true, 1) => "write to",
                    (true, _) => "writes to",
                };
                writeln!(out, "{heading}  {} {access} {place}", Grouped(*count))?;
            }
        }
        if let Some(place) = self.waits_for() {
            writeln!(out, "For a second the guest has done nothing but read {place}.")?;
        }
        Ok(())
    }

    /// The same as a text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut text);
        text
    }
}

/// A number with its thousands apart.
struct Grouped(u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1000 {
            return write!(f, "{}", self.0);
        }
        write!(f, "{},{:03}", Self(self.0 / 1000), self.0 % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APIC: Place = Place::page(Gpa(0xFEE0_0300), false);

    fn look(unowned: &mut Unowned, published: &Published, milliseconds: u64, exits: u64) {
        unowned.look(Time(milliseconds * 1_000_000), exits, published);
    }

    #[test]
    fn the_busiest_are_named_in_words() {
        let (mut unowned, published) = (Unowned::default(), Published::default());
        assert_eq!(published.text(), "");
        for _ in 0..177_727 {
            unowned.note(APIC);
        }
        unowned.note(Place::port(0x3F4, false));
        unowned.note(Place::port(0x1234, true));
        look(&mut unowned, &published, 0, 0);
        assert_eq!(
            published.text(),
            "accesses where nothing is, the most frequent first:\n  \
             177,727 reads of FEE00000: no local APIC\n  \
             1 read of port 3F4: no floppy disk controller\n  \
             1 write to port 1234: no device\n"
        );
    }

    #[test]
    fn a_busy_place_is_found_among_any_number_of_others() {
        let (mut unowned, published) = (Unowned::default(), Published::default());
        for number in 0..20_000u16 {
            unowned.note(Place::port(number, false));
            if number % 4 == 0 {
                unowned.note(APIC);
            }
        }
        look(&mut unowned, &published, 0, 0);
        let text = published.text();
        let first = text.lines().nth(1).unwrap();
        assert!(first.ends_with("reads of FEE00000: no local APIC"), "{text}");
    }

    #[test]
    fn who_does_nothing_else_for_a_second_waits() {
        let (mut unowned, published) = (Unowned::default(), Published::default());
        let mut exits = 0;
        let mut poll = |unowned: &mut Unowned, from: u64, to: u64, others: u64| {
            for millisecond in from..to {
                unowned.note(APIC);
                exits += 1 + others;
                look(unowned, &published, millisecond, exits);
            }
        };
        poll(&mut unowned, 0, 999, 0);
        assert_eq!(published.waits_for(), None, "not for a second yet");
        poll(&mut unowned, 999, 1002, 0);
        assert_eq!(published.waits_for(), Some(APIC));
        assert!(published.text().contains("nothing but read FEE00000"));
        // Among other things it does so.
        poll(&mut unowned, 1002, 2200, 1);
        assert_eq!(published.waits_for(), None);
    }

    #[test]
    fn delays_are_no_waiting() {
        let (mut unowned, published) = (Unowned::default(), Published::default());
        for millisecond in 0..3000 {
            unowned.note(Place::port(0xED, true));
            look(&mut unowned, &published, millisecond, millisecond);
        }
        assert_eq!(published.waits_for(), None);
    }

    #[test]
    fn who_stops_does_not_wait_any_more() {
        let (mut unowned, published) = (Unowned::default(), Published::default());
        for millisecond in 0..1100 {
            unowned.note(APIC);
            look(&mut unowned, &published, millisecond, millisecond);
        }
        assert_eq!(published.waits_for(), Some(APIC));
        assert!(!unowned.is_quiet());
        look(&mut unowned, &published, 2150, 1100);
        assert_eq!(published.waits_for(), None);
        assert!(unowned.is_quiet(), "there is nothing more to judge");
    }

    #[test]
    fn a_look_now_and_then_is_no_waiting() {
        let (mut unowned, published) = (Unowned::default(), Published::default());
        for tick in 0..50 {
            unowned.note(APIC);
            look(&mut unowned, &published, tick * 100, tick);
        }
        assert_eq!(published.waits_for(), None);
    }
}
