//! Text for people in a buffer that may be too small: it says so itself.
//!
//! What is missing is named where the text ends, as "[... 812 more bytes]": behind the last whole line that fits, or in the middle
//! of a line that is as long as that. A buffer for a few words only is too small for it.

use bounds::Clip;
use core::fmt::{self, Write};

/// What a mark needs beside its number: a blank or a newline, and "[...  more bytes]".
const MARK: usize = 18;

/// Text under construction in a buffer. What does not fit is counted.
pub struct Cut<'a> {
    buffer: &'a mut [u8],
    kept: usize,
    length: usize,
}

impl<'a> Cut<'a> {
    /// No text.
    #[must_use]
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Self {
            buffer,
            kept: 0,
            length: 0,
        }
    }

    /// The length of the whole text, whatever there was room for.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// The text, with a mark at its end if something is missing.
    #[must_use]
    pub fn finish(mut self) -> &'a str {
        if self.kept < self.length {
            self.mark();
        }
        core::str::from_utf8(self.buffer.upto(self.kept)).unwrap_or_default()
    }

    /// Makes room for the mark, and writes it.
    fn mark(&mut self) {
        // As long as the mark can get: no more than the whole text is missing.
        let longest = MARK + digits(self.length);
        if self.buffer.len() < 2 * longest {
            return;
        }
        let room = self.buffer.len() - longest;
        let kept = core::str::from_utf8(self.buffer.upto(self.kept)).unwrap_or_default();
        let fitting = fitting(kept, room);
        // Unless that would throw away half of it.
        let lines = fitting
            .rfind('\n')
            .map(|end| end + 1)
            .filter(|end| *end > room / 2);
        self.kept = lines.unwrap_or(fitting.len());
        let (before, after) = if lines.is_some() { ("", "\n") } else { (" ", "") };
        let missing = self.length - self.kept;
        self.length = self.kept;
        // It fits, so that cannot fail.
        let _ = write!(self, "{before}[... {missing} more bytes]{after}");
    }
}

impl Write for Cut<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.kept == self.length {
            let room = self.buffer.past_mut(self.kept);
            let fitting = fitting(text, room.len());
            self.kept += bounds::copy(room, fitting.as_bytes());
        }
        self.length += text.len();
        Ok(())
    }
}

/// What of a text fits into `room` bytes without cutting a character.
fn fitting(text: &str, room: usize) -> &str {
    let mut end = text.len().min(room);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// How many digits a number has.
fn digits(number: usize) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(pieces: &[&str], room: usize) -> std::string::String {
        let mut buffer = std::vec![0; room];
        let mut text = Cut::new(&mut buffer);
        for piece in pieces {
            text.write_str(piece).unwrap();
        }
        assert_eq!(
            text.length(),
            pieces.iter().map(|piece| piece.len()).sum::<usize>()
        );
        text.finish().into()
    }

    #[test]
    fn what_fits_is_the_text() {
        assert_eq!(cut(&["all", " of ", "it"], 9), "all of it");
        assert_eq!(cut(&[], 0), "");
    }

    #[test]
    fn whole_lines_stay_and_the_rest_is_counted() {
        let lines = "0123456789\n".repeat(10);
        assert_eq!(
            cut(&[&lines], 60),
            "0123456789\n0123456789\n0123456789\n[... 77 more bytes]\n"
        );
    }

    #[test]
    fn a_long_line_is_cut_in_its_middle() {
        assert_eq!(
            cut(&[&"x".repeat(100)], 60),
            std::format!("{} [... 61 more bytes]", "x".repeat(39))
        );
    }

    #[test]
    fn a_buffer_for_a_few_words_has_no_room_for_a_mark() {
        assert_eq!(cut(&["0123456789", "0123456789"], 15), "012345678901234");
        assert_eq!(cut(&["12ä", "5"], 3), "12", "no character is cut");
    }

    proptest! {
        #[test]
        fn what_is_missing_is_said(lines in proptest::collection::vec("[a-zä]{0,50}\n?", 0..40), room in 60..500_usize) {
            let whole = lines.concat();
            let pieces: std::vec::Vec<&str> = lines.iter().map(|line| line.as_str()).collect();
            let text = cut(&pieces, room);
            prop_assert!(text.len() <= room);
            if whole.len() <= room {
                prop_assert_eq!(text, whole);
                return Ok(());
            }
            let (kept, mark) = text.rsplit_once("[... ").unwrap();
            let (missing, end) = mark.split_once(" more bytes]").unwrap();
            let kept = if end == "\n" { kept } else { kept.strip_suffix(' ').unwrap() };
            prop_assert!(whole.starts_with(kept));
            prop_assert_eq!(kept.ends_with('\n'), end == "\n");
            prop_assert_eq!(kept.len() + missing.parse::<usize>().unwrap(), whole.len());
        }
    }
}
