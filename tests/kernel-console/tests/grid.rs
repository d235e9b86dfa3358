//! The terminal's grid and its picture on a serial terminal, measured against another terminal emulator.

use kernel_console::ffi::{new_grid, without_control_strings};
use proptest::prelude::*;

const COLUMNS: u16 = 80;
const ROWS: u16 = 25;
const BLANK: u16 = 0x0720;

fn emulator() -> vt100::Parser {
    vt100::Parser::new(ROWS, COLUMNS, 0)
}

/// One line of the other emulator, without blanks at its end.
fn line(parser: &vt100::Parser, row: u16) -> String {
    let text = parser.screen().rows(0, COLUMNS).nth(row.into()).expect("a row");
    text.trim_end().to_owned()
}

#[test]
fn text_starts_in_the_bottom_row_and_scrolls() {
    let mut grid = new_grid();
    grid.pin_mut().write(b"first\nsecond\r\nthird");
    assert_eq!(
        (grid.row(22), grid.row(23), grid.row(24)),
        ("first".into(), "second".into(), "third".into())
    );
    assert_eq!((grid.column(), grid.cursor_row()), (5, 24));
}

#[test]
fn row_0_belongs_to_the_status_line() {
    let mut grid = new_grid();
    for number in 0..100 {
        grid.pin_mut().write(format!("{number}\n\x1b[H\x1b[A").as_bytes());
    }
    assert_eq!(grid.row(0), "");
}

#[test]
fn backspace_goes_back_over_the_end_of_a_row() {
    let mut grid = new_grid();
    grid.pin_mut().write(&[b'x'; 85]);
    for _ in 0..10 {
        grid.pin_mut().write(b"\x08 \x08");
    }
    assert_eq!(grid.row(23), "x".repeat(75));
    assert_eq!(
        (grid.row(24), grid.column(), grid.cursor_row()),
        (String::new(), 75, 23)
    );
}

#[test]
fn clearing_leads_to_the_first_row() {
    let mut grid = new_grid();
    grid.pin_mut().write(b"old\x1b[2J\x1b[Hnew");
    assert_eq!((grid.row(1), grid.row(24)), ("new".into(), String::new()));
}

#[test]
fn colours() {
    let mut grid = new_grid();
    grid.pin_mut()
        .write(b"\x1b[31ma\x1b[1mb\x1b[44mc\x1b[0md\x1b[93me\x1b[7mf\x1b[0;30;100mg");
    let cells: Vec<u16> = (0..7).map(|column| grid.cell(column, 24)).collect();
    assert_eq!(cells, [0x0461, 0x0C62, 0x1C63, 0x0764, 0x0E65, 0x6066, 0x8067]);

    // One of 256 or of all colours is not shown, and its numbers are no other colours.
    grid.pin_mut()
        .write(b"\r\x1b[0;38;5;7;48;2;1;31;44ma\x1b[38;5;31;1mb");
    assert_eq!((grid.cell(0, 24), grid.cell(1, 24)), (0x0761, 0x0F62));
}

/// The public SWEB writes the names of keys in its top line so.
#[test]
fn black_on_a_bright_background_is_seen() {
    let mut grid = new_grid();
    let mut cells = vec![BLANK; 2000];
    cells[0] = 0x8046; // black on dark grey
    cells[1] = 0xF439; // red on white
    cells[2] = 0x8020;
    grid.pin_mut().present(&cells, 0, 0);
    let _ = grid.pin_mut().repaint();
    let picture = String::from_utf8(grid.pin_mut().repaint()).expect("UTF-8");
    assert!(
        picture.contains("\x1b[0;30;100mF\x1b[0;31;107m9\x1b[0;37;100m "),
        "{picture:?}"
    );
}

#[test]
fn a_title_is_no_text() {
    let mut grid = new_grid();
    grid.pin_mut()
        .write(b"a\x1b]0;title\x07b\x1b]2;title\x1b\\c\x1bPq\x1b\\d\x1b]broken\ne");
    assert_eq!(grid.row(23), "abcd");
    assert_eq!(grid.row(24), "e");
}

/// ECMA-48 8.3: OSC, DCS, SOS, PM and APC begin control strings, which ST ends; terminals take BEL for it.
#[test]
fn no_stream_gives_the_terminal_a_title() {
    let text = b"\x1b[31mred\x1b[0m\x1b[K\xE2\x82\xAC";
    assert_eq!(without_control_strings(text), text);
    for string in [
        "\x1b]2;SWEB\x07",
        "\x1bP$q\"p\x1b\\",
        "\x1bX1\x1b\\",
        "\x1b^2\x1b\\",
        "\x1b_3\x1b\\",
    ] {
        let mut shown = emulator();
        let passed = without_control_strings(format!("a{string}b").as_bytes());
        assert!(!passed.iter().any(|byte| b"]PX^_".contains(byte)), "{string:?}");
        shown.process(&passed);
        assert_eq!(shown.screen().contents().trim(), "ab", "{string:?}");
    }
    // What no string contains ends it, and is not lost.
    assert_eq!(without_control_strings(b"\x1b]2;a\nb"), b"\nb");
    assert_eq!(without_control_strings(b"\x1b\x1b]2;a\x07b"), b"\x1bb");
}

#[test]
fn an_unchanged_picture_costs_nothing() {
    let mut grid = new_grid();
    let cells = vec![0x1F41; 2000];
    grid.pin_mut().present(&cells, 3, 4);
    let _ = grid.pin_mut().repaint();
    grid.pin_mut().present(&cells, 3, 4);
    assert_eq!(grid.pin_mut().changed_rows(), 0);
    assert!(grid.pin_mut().update().is_empty());
}

#[test]
fn a_changed_cell_costs_few_bytes() {
    let mut grid = new_grid();
    let mut cells = vec![BLANK; 2000];
    grid.pin_mut().present(&cells, 0, 0);
    let _ = grid.pin_mut().repaint();
    cells[81] = 0x0741;
    grid.pin_mut().present(&cells, 0, 0);
    assert_eq!(grid.pin_mut().update(), b"\x1b[2;2HA\x1b[1;1H");
}

#[test]
fn the_colour_of_characters_that_are_not_there_costs_nothing() {
    let mut grid = new_grid();
    grid.pin_mut().present(&[0x0200; 2000], 0, 0);
    assert_eq!(
        grid.pin_mut().repaint(),
        b"\x1b[?2026h\x1b[?1049l\x1b[r\x1b[?7h\x1b[?1l\x1b>\x1b(B\x1b[?25h\x1b[0;37;40m\x1b[2J\x1b[H\x1b[?2026l",
        "a black screen is black"
    );
}

#[test]
fn a_scrolled_screen_costs_few_bytes() {
    let mut grid = new_grid();
    let mut cells: Vec<u16> = (0..2000).map(|index| 0x0741 + (index / 80) % 26).collect();
    grid.pin_mut().present(&cells, 0, 24);
    let _ = grid.pin_mut().repaint();
    cells[80..].rotate_left(80); // all but the status line
    cells[1920..].fill(BLANK);
    grid.pin_mut().present(&cells, 0, 24);
    let update = grid.pin_mut().update();
    assert_eq!(update, b"\x1b[2;25r\x1b[25;1H\n\x1b[r\x1b[25;1H\x1b[J");
}

#[test]
fn every_character_of_the_pc_arrives() {
    let mut grid = new_grid();
    let cells: Vec<u16> = (0..2000_u16).map(|index| 0x0700 | (index & 0xFF)).collect();
    grid.pin_mut().present(&cells, 0, 0);
    let mut parser = emulator();
    parser.process(&grid.pin_mut().repaint());
    let shown = |row, column| {
        parser
            .screen()
            .cell(row, column)
            .expect("a cell")
            .contents()
            .to_owned()
    };
    assert_eq!(
        (
            shown(0, 1),
            shown(0xE1 / 80, 0xE1 % 80),
            shown(0xB0 / 80, 0xB0 % 80)
        ),
        ("☺".into(), "ß".into(), "░".into())
    );
}

/// Pieces of text that this terminal and others understand in the same way. Behind a full row they disagree about where the
/// cursor is; so what depends on that comes after a position.
fn piece() -> impl Strategy<Value = String> {
    let position = || (1..30_u16, 1..100_u16).prop_map(|(row, column)| format!("\x1b[{row};{column}H"));
    prop_oneof![
        "[ -~]{1,30}",
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        position(),
        (position(), "\x1b\\[[012]K").prop_map(|(position, erase)| position + &erase),
        (position(), "\x1b\\[[012]J").prop_map(|(position, erase)| position + &erase),
        (position(), "\x1b\\[[1-9][0-9]?[ABCDG]").prop_map(|(position, movement)| position + &movement),
        (position(), "\x1b\\[[1-9][0-9]?[LMP@XSTd]").prop_map(|(position, edit)| position + &edit + "\r"),
        (1..12_u16, 12..30_u16, "(\x1bM|\x1b\\[[1-9][LM])\r").prop_map(|(top, bottom, edit)| {
            format!("\x1b[{top};{bottom}r\x1b[{top};9H{edit}\x1b[{bottom};1H\r\n\x1b[r\x1b[5;5H")
        }),
        (position(), "\x1b7[ -~]{1,9}").prop_map(|(position, saved)| position + &saved + "\x1b8"),
        "\x1b\\][02];[a-z]{0,9}\x07|\x1bP[a-z]{0,9}\x1b\\\\|\x1b\\(B",
        "[äß─✓…]{1,9}",
        "\x1b\\[\\?(25|2004)[hl]",
        (30..38_u16).prop_map(|colour| format!("\x1b[{colour}m")),
    ]
}

/// VT510 manual, DECSTBM, IL and DL: outside the margins nothing scrolls, and nothing is inserted. The other emulator differs.
#[test]
fn beyond_the_margins_nothing_moves() {
    let mut grid = new_grid();
    grid.pin_mut().write(b"\x1b[1;1Hfirst\x1b[24;1Hlast\x1b[3;9r");
    assert_eq!(
        (grid.column(), grid.cursor_row()),
        (0, 1),
        "setting them leads to the first place"
    );
    grid.pin_mut().write(b"\x1bM\x1b[L\x1b[M\x1b[24;1H\n\x1b[L\x1b[M");
    assert_eq!((grid.row(1), grid.row(24)), ("first".into(), "last".into()));
}

/// What a terminal shows of text that a serial guest sent, and what of the grid's picture of it.
fn picture_of(text: &[u8]) -> (vt100::Parser, vt100::Parser) {
    let mut grid = new_grid();
    let mut live = emulator();
    live.process(text);
    for part in text.chunks(3) {
        grid.pin_mut().write(part);
    }
    let mut repainted = emulator();
    repainted.process(&grid.pin_mut().print_lines());
    (live, repainted)
}

/// A menu: the cursor stands in its middle, and rows follow.
#[test]
fn a_serial_picture_comes_back_whole() {
    let (live, repainted) = picture_of(
        "\x1b[2J\x1b[3;5H┌─ Menü ─┐\x1b[5;5H> ✓ eins\x1b[6;5H  日本 zwei\x1b[24;1Hunten\x1b[5;7H".as_bytes(),
    );
    for row in 0..ROWS {
        assert_eq!(line(&repainted, row), line(&live, row), "row {row}");
    }
    assert_eq!(
        repainted.screen().cursor_position(),
        live.screen().cursor_position()
    );
}

#[test]
fn text_of_any_language_is_kept_and_the_vga_shows_what_it_can() {
    let mut grid = new_grid();
    grid.pin_mut().write("grün ✓ 日!".as_bytes());
    assert_eq!(grid.row(24), "grün ✓ 日!");
    let codes: Vec<u8> = (0..10).map(|column| grid.cell(column, 24) as u8).collect();
    assert_eq!(codes, b"gr\x81n \xFE \xFE !");
}

#[test]
fn malformed_text_is_seen_as_such() {
    let mut grid = new_grid();
    grid.pin_mut().write(b"a\xC3(\xFF\xE2\x82z\xED\xA0\x80");
    assert_eq!(grid.row(24), "a\u{FFFD}(\u{FFFD}\u{FFFD}z\u{FFFD}");
}

/// What a guest left in the terminal (an unfinished sequence, margins, a hidden cursor) does not hurt the host's text.
#[test]
fn a_left_guest_leaves_nothing_behind() {
    let mut grid = new_grid();
    grid.pin_mut().write(b"$ ");
    let mut terminal = emulator();
    terminal.process(b"\x1b[?1049h\x1b[5;9r\x1b[?25l\x1b[31mx\x1b[4");
    terminal.process(&grid.pin_mut().print_lines());
    terminal.process(b"1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n10");
    assert_eq!(
        (line(&terminal, 0), line(&terminal, 9)),
        ("$ 1".into(), "10".into())
    );
    assert!(!terminal.screen().hide_cursor() && !terminal.screen().alternate_screen());
}

/// The usual size of a terminal hides one row of a guest's 25: the first, when the cursor is in the last.
#[test]
fn a_terminal_of_24_rows_shows_24() {
    let mut grid = new_grid();
    let cells: Vec<u16> = (0..2000_u16).map(|index| 0x0741 + index / 80).collect();
    let mut parser = vt100::Parser::new(24, COLUMNS, 0);
    grid.pin_mut().resize(80, 24);
    grid.pin_mut().present(&cells, 0, 24);
    parser.process(&grid.pin_mut().repaint());
    assert_eq!(
        (line(&parser, 0), line(&parser, 23)),
        ("B".repeat(80), "Y".repeat(80))
    );
    grid.pin_mut().present(&cells, 0, 0);
    parser.process(&grid.pin_mut().update());
    assert_eq!(
        (line(&parser, 0), line(&parser, 23)),
        ("A".repeat(80), "X".repeat(80))
    );
}

proptest! {
    /// The text rows are a terminal of 24 rows.
    #[test]
    fn text_is_shown_as_on_other_terminals(pieces in prop::collection::vec(piece(), 0..60)) {
        let mut grid = new_grid();
        let mut parser = vt100::Parser::new(ROWS - 1, COLUMNS, 0);
        parser.process(b"\x1b[24;1H");
        for piece in &pieces {
            grid.pin_mut().write(piece.as_bytes());
            parser.process(piece.as_bytes());
        }
        for row in 1..ROWS {
            prop_assert_eq!(grid.row(row.into()), line(&parser, row - 1));
        }
        let (row, column) = parser.screen().cursor_position();
        // Behind a full row, the other emulator counts the cursor as outside.
        prop_assert_eq!((grid.cursor_row(), grid.column()), (u32::from(row) + 1, u32::from(column.min(COLUMNS - 1))));
    }

    /// Any bytes leave the grid in a state in which it shows text.
    #[test]
    fn no_input_breaks_it(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let mut grid = new_grid();
        grid.pin_mut().write(&bytes);
        grid.pin_mut().write(b"\x18@\x1b[0m\x1b[2J\x1b[Hok");
        prop_assert_eq!(grid.row(1), "ok");
    }

    /// A terminal of any size shows the part of the screen with the cursor: nothing wraps, nothing scrolls away.
    #[test]
    fn the_part_with_the_cursor_is_shown(
        columns in 1..100_u16, rows in 1..40_u16,
        changes in prop::collection::vec(
            (prop::collection::vec((0..2000_usize, 0x21..0x7F_u16), 0..300), 0..3_usize, 0..80_u32, 0..25_u32), 1..9))
    {
        let mut grid = new_grid();
        let mut parser = vt100::Parser::new(rows, columns, 0);
        let mut cells = vec![BLANK; 2000];
        grid.pin_mut().resize(columns.into(), rows.into());
        parser.process(&grid.pin_mut().repaint());
        for (change, lines, column, row) in &changes {
            cells[80..].rotate_left(lines * 80);
            for &(at, character) in change {
                cells[at] = 0x0700 | character;
            }
            grid.pin_mut().present(&cells, *column, *row);
            parser.process(&grid.pin_mut().update());

            let (shown_row, shown_column) = parser.screen().cursor_position();
            let top = *row as usize - usize::from(shown_row);
            let left = *column as usize - usize::from(shown_column);
            let (height, width) = (rows.min(ROWS), columns.min(COLUMNS));
            prop_assert!(top + usize::from(height) <= 25 && left + usize::from(width) <= 80);
            for y in 0..rows {
                let first = (top + usize::from(y)) * 80 + left;
                let wanted = cells.get(first..first + usize::from(width)).filter(|_| y < height);
                let wanted: String = wanted.unwrap_or_default().iter().map(|&cell| char::from(cell as u8)).collect();
                let shown = parser.screen().rows(0, columns).nth(y.into()).expect("a row");
                prop_assert_eq!(shown.trim_end(), wanted.trim_end(), "row {}", y);
            }
        }
    }

    /// A guest's screen, changed again and again, looks the same on a serial terminal.
    #[test]
    fn screens_arrive(changes in prop::collection::vec(
        (prop::collection::vec((0..2000_usize, any::<u8>(), 0x20..0x7F_u8), 0..30), 0..3_usize, 0..80_u32, 0..26_u32), 1..12))
    {
        let mut grid = new_grid();
        let mut parser = emulator();
        let mut cells = vec![BLANK; 2000];
        parser.process(&grid.pin_mut().repaint());
        for (change, lines, column, row) in &changes {
            cells[80..].rotate_left(lines * 80);
            for &(at, attribute, character) in change {
                cells[at] = u16::from(attribute) << 8 | u16::from(character);
            }
            grid.pin_mut().present(&cells, *column, *row);
            parser.process(&grid.pin_mut().update());
        }
        for (index, &cell) in cells.iter().enumerate() {
            let (row, column) = ((index / 80) as u16, (index % 80) as u16);
            let shown = parser.screen().cell(row, column).expect("a cell");
            let contents = if shown.has_contents() { shown.contents() } else { " " };
            prop_assert_eq!(contents, char::from(cell as u8).to_string());
            let swap = |colour: u16| (colour & 0b1010) | (colour & 1) << 2 | (colour & 4) >> 2;
            if contents != " " {
                prop_assert_eq!(shown.fgcolor(), vt100::Color::Idx(swap(cell >> 8 & 0xF) as u8));
            }
            prop_assert_eq!(shown.bgcolor(), vt100::Color::Idx(swap(cell >> 12) as u8));
        }
        let &(_, _, column, row) = changes.last().expect("one at least");
        prop_assert_eq!(parser.screen().hide_cursor(), row >= 25);
        if row < 25 {
            prop_assert_eq!(parser.screen().cursor_position(), (row as u16, column as u16));
        }
    }

    /// Turning back to a terminal shows its lines from the top, and the cursor where it was in its line.
    #[test]
    fn lines_are_printed_anew(lines in prop::collection::vec("[!-~]{1,70}", 1..20), prompt in "[!-~]{0,20} ?") {
        let mut grid = new_grid();
        grid.pin_mut().write(lines.join("\n").as_bytes());
        grid.pin_mut().write(format!("\n{prompt}").as_bytes());
        let mut parser = emulator();
        parser.process(&grid.pin_mut().print_lines());
        for (row, text) in lines.iter().enumerate() {
            prop_assert_eq!(&line(&parser, row as u16), text);
        }
        prop_assert_eq!(parser.screen().cursor_position(), (lines.len() as u16, prompt.len() as u16));
    }
}
