//! Whether the screen of the terminal is complete.

/// Follows synchronized output (DEC private mode 2026): from its begin to its end the terminal is being redrawn, and what
/// stands left of the cursor need not be the end of anything.
#[derive(Debug, Default)]
pub(crate) struct Redraw {
    under_way: bool,
}

impl Redraw {
    pub(crate) fn is_under_way(&self) -> bool {
        self.under_way
    }
}

impl vt100::Callbacks for Redraw {
    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        first: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        const SYNCHRONIZED_OUTPUT: &[u16] = &[2026];
        if first == Some(b'?') && parameters.contains(&SYNCHRONIZED_OUTPUT) {
            self.under_way = last == 'h';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Redraw;

    #[test]
    fn a_redraw_has_a_begin_and_an_end() {
        let mut parser = vt100::Parser::new_with_callbacks(25, 80, 0, Redraw::default());
        let mut after = |bytes: &[u8]| {
            parser.process(bytes);
            parser.callbacks().is_under_way()
        };
        assert!(!after(b"\x1b[2J\x1b[?25l"));
        assert!(after(b"\x1b[?2026h\x1b[2J"));
        assert!(after(b"SWEB: /> \x1b[?25h"));
        assert!(!after(b"ls\x1b[?2026l"));
    }
}
