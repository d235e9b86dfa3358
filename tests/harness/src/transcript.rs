//! What came out of the serial line, as plain text.

/// Removes terminal control sequences from a stream of bytes that arrives in pieces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transcript {
    text: String,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Escape,
    Sequence,
    /// A title, or something else that is not shown.
    String,
}

impl Transcript {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.state = match (self.state, byte) {
                (State::String, 0x20..) => State::String,
                (_, 0x1B) => State::Escape,
                (State::Escape, b'[') => State::Sequence,
                (State::Escape, b']' | b'P' | b'X' | b'^' | b'_') => State::String,
                (State::Sequence, 0x20..=0x3F) => State::Sequence,
                (State::Text, b'\n' | 0x20..=0x7E) => {
                    self.text.push(char::from(byte));
                    State::Text
                }
                _ => State::Text,
            };
            // A shell erases what was typed by going back and writing a blank.
            if self.state == State::Text && byte == 8 {
                self.text.pop();
            }
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::Transcript;

    #[test]
    fn control_sequences_vanish_even_when_split() {
        let mut transcript = Transcript::default();
        for piece in [&b"\x1b[1;3"[..], b"2mSWEB\x1b", b"[0m: ", b"ab\x08 \x08\x08c\r\n"] {
            transcript.push(piece);
        }
        assert_eq!(transcript.text(), "SWEB: c\n");
    }
}
