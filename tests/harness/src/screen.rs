//! A text screen as a person sees it.

use std::fmt;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};

use crate::font;

/// Columns of the screen.
pub const COLUMNS: usize = 80;
/// Rows of the screen.
pub const ROWS: usize = 25;

/// The 16 colours of a PC's text screen.
const VGA_COLOURS: [[u8; 3]; 16] = [
    [0x00, 0x00, 0x00],
    [0x00, 0x00, 0xAA],
    [0x00, 0xAA, 0x00],
    [0x00, 0xAA, 0xAA],
    [0xAA, 0x00, 0x00],
    [0xAA, 0x00, 0xAA],
    [0xAA, 0x55, 0x00],
    [0xAA, 0xAA, 0xAA],
    [0x55, 0x55, 0x55],
    [0x55, 0x55, 0xFF],
    [0x55, 0xFF, 0x55],
    [0x55, 0xFF, 0xFF],
    [0xFF, 0x55, 0x55],
    [0xFF, 0x55, 0xFF],
    [0xFF, 0xFF, 0x55],
    [0xFF, 0xFF, 0xFF],
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    code: u8,
    foreground: [u8; 3],
    background: [u8; 3],
}

/// 80 columns and 25 rows of text with their colours, and the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    cells: Vec<Cell>,
    cursor: Option<(usize, usize)>,
}

impl Screen {
    /// From text memory: a character in the low byte, its colours in the high one.
    pub(crate) fn from_text_memory(memory: &[u16]) -> Screen {
        let cell = |&value: &u16| {
            let [code, attribute] = value.to_le_bytes();
            Cell {
                code,
                foreground: VGA_COLOURS[usize::from(attribute & 15)],
                background: VGA_COLOURS[usize::from(attribute >> 4)],
            }
        };
        Screen {
            cells: memory.iter().take(COLUMNS * ROWS).map(cell).collect(),
            cursor: None,
        }
    }

    /// From a terminal emulator that has read the serial line.
    pub(crate) fn from_terminal(terminal: &vt100::Screen) -> Screen {
        let mut cells = Vec::with_capacity(COLUMNS * ROWS);
        for row in 0..ROWS {
            cells.extend((0..COLUMNS).map(|column| terminal_cell(terminal, row, column)));
        }
        let (row, column) = terminal.cursor_position();
        Screen {
            cells,
            cursor: Some((usize::from(row), usize::from(column))),
        }
    }

    /// One row, without the blanks at its end.
    pub fn row(&self, row: usize) -> String {
        let cells = &self.cells[row * COLUMNS..(row + 1) * COLUMNS];
        let text: String = cells.iter().map(|cell| font::character(cell.code)).collect();
        text.trim_end().to_owned()
    }

    /// All rows, without the blanks at their ends.
    pub fn text(&self) -> String {
        let rows: Vec<String> = (0..ROWS).map(|row| self.row(row)).collect();
        rows.join("\n").trim_end().to_owned()
    }

    /// Whether the text stands somewhere on the screen.
    pub fn contains(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// The text left of the cursor in its row; on a screen whose cursor is unknown, the last row that has text.
    pub fn before_cursor(&self) -> String {
        match self.cursor {
            Some((row, column)) => {
                let cells = &self.cells[row * COLUMNS..row * COLUMNS + column.min(COLUMNS)];
                cells.iter().map(|cell| font::character(cell.code)).collect()
            }
            None => self.text().lines().last().unwrap_or_default().to_owned(),
        }
    }

    /// Writes a picture of it, drawn as a VGA card would.
    pub fn save_png(&self, path: &Path) -> Result<()> {
        let (width, height) = (COLUMNS * font::WIDTH, ROWS * font::HEIGHT);
        let mut pixels = vec![0; width * height * 3];
        for (index, cell) in self.cells.iter().enumerate() {
            let (left, top) = (index % COLUMNS * font::WIDTH, index / COLUMNS * font::HEIGHT);
            for (y, bits) in font::glyph(cell.code).into_iter().enumerate() {
                for x in 0..font::WIDTH {
                    let colour = if bits & 0x80 >> x != 0 {
                        cell.foreground
                    } else {
                        cell.background
                    };
                    let at = ((top + y) * width + left + x) * 3;
                    pixels[at..at + 3].copy_from_slice(&colour);
                }
            }
        }
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut encoder = png::Encoder::new(BufWriter::new(file), width as u32, height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&pixels)?;
        Ok(())
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = "-".repeat(COLUMNS);
        writeln!(f, "+{line}+")?;
        for row in 0..ROWS {
            writeln!(f, "|{:COLUMNS$}|", self.row(row))?;
        }
        write!(f, "+{line}+")
    }
}

fn terminal_cell(terminal: &vt100::Screen, row: usize, column: usize) -> Cell {
    let Some(cell) = terminal.cell(row as u16, column as u16) else {
        return Cell {
            code: b' ',
            foreground: VGA_COLOURS[7],
            background: VGA_COLOURS[0],
        };
    };
    let code = cell.contents().chars().next().map_or(b' ', font::code);
    let bright = if cell.bold() { 8 } else { 0 };
    let foreground = colour(cell.fgcolor(), 7, bright);
    let background = colour(cell.bgcolor(), 0, 0);
    if cell.inverse() {
        return Cell {
            code,
            foreground: background,
            background: foreground,
        };
    }
    Cell {
        code,
        foreground,
        background,
    }
}

/// ANSI numbers its colours red, green, blue from the lowest bit on; a VGA card blue, green, red.
fn colour(colour: vt100::Color, default: usize, bright: usize) -> [u8; 3] {
    match colour {
        vt100::Color::Default => VGA_COLOURS[default + bright],
        vt100::Color::Idx(index @ 0..=15) => {
            let index = usize::from(index);
            let swapped = index & 0b1010 | (index & 1) << 2 | (index & 4) >> 2;
            VGA_COLOURS[swapped | bright]
        }
        vt100::Color::Idx(_) => VGA_COLOURS[default],
        vt100::Color::Rgb(red, green, blue) => [red, green, blue],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_and_text_memory_agree() {
        let mut parser = vt100::Parser::new(ROWS as u16, COLUMNS as u16, 0);
        parser.process(b"\x1b[2;3H\x1b[31;44mSWEB: /> ");
        let terminal = Screen::from_terminal(parser.screen());
        assert_eq!(terminal.before_cursor(), "  SWEB: /> ");

        let mut memory = vec![0x0720; COLUMNS * ROWS];
        for (index, byte) in b"SWEB: /> ".iter().enumerate() {
            memory[COLUMNS + 2 + index] = 0x1400 | u16::from(*byte);
        }
        let vga = Screen::from_text_memory(&memory);
        assert_eq!(terminal.cells, vga.cells);
        assert_eq!(vga.row(1), "  SWEB: />");
    }
}
