//! What a person sees of the kernel, as a library for tests: text formatting, the terminal's grid and its way to a serial
//! terminal, keys and scancodes, and the table behind backtraces.

/// The benches (`cpp/`).
#[cxx::bridge]
pub mod ffi {
    /// A text formatted twice.
    struct Formatted {
        /// By the kernel.
        kernel: String,
        /// By the C library.
        library: String,
        /// The length the kernel reported.
        length: usize,
    }

    /// A key as the kernel has it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct KeyPress {
        /// A character, or one of the kernel's codes from 128 on.
        code: u8,
        /// Shift was held.
        shift: bool,
        /// Ctrl was held.
        ctrl: bool,
        /// Alt was held.
        alt: bool,
    }

    /// A place in the source, empty when there is none.
    #[derive(Clone, Debug, PartialEq, Eq)]
    struct SourcePlace {
        /// Function name.
        function: String,
        /// Source file.
        file: String,
        /// Line number.
        line: u32,
    }

    unsafe extern "C++" {
        include!("kernel-console/cpp/FormatBench.h");
        /// Formats a signed number with a conversion for `long`.
        fn format_signed(format: &str, value: i64) -> Formatted;
        /// Formats an unsigned number with a conversion for `unsigned long`.
        fn format_unsigned(format: &str, value: u64) -> Formatted;
        /// Formats an int with any conversion for int, width and precision from arguments (`%*.*d`).
        fn format_starred(format: &str, width: i32, precision: i32, value: i32) -> Formatted;
        /// Formats a string.
        fn format_text(format: &str, value: &str) -> Formatted;
        /// Formats a string into a buffer of `size` bytes.
        fn format_cut(value: &str, size: usize) -> Formatted;

        include!("kernel-console/cpp/GridBench.h");
        /// A terminal's grid, with a serial terminal that shows it.
        type GridBench;
        /// An empty one.
        fn new_grid() -> UniquePtr<GridBench>;
        /// What [`ControlStringFilter`] lets pass.
        fn without_control_strings(text: &[u8]) -> Vec<u8>;
        /// Writes text.
        fn write(self: Pin<&mut GridBench>, text: &[u8]);
        /// Shows a guest's screen.
        fn present(self: Pin<&mut GridBench>, cells: &[u16], column: u32, row: u32);
        /// The cell at a place.
        fn cell(self: &GridBench, column: u32, row: u32) -> u16;
        /// Text of a row, without blanks at its end.
        fn row(self: &GridBench, row: u32) -> String;
        /// Column of the cursor.
        fn column(self: &GridBench) -> u32;
        /// Row of the cursor, `u32::MAX` when there is none.
        fn cursor_row(self: &GridBench) -> u32;
        /// The rows that changed since the last call.
        fn changed_rows(self: Pin<&mut GridBench>) -> u32;
        /// The serial terminal has another size; `repaint` or `print_lines` must follow.
        fn resize(self: Pin<&mut GridBench>, columns: u32, rows: u32);
        /// What a serial terminal gets to show the grid anew.
        fn repaint(self: Pin<&mut GridBench>) -> Vec<u8>;
        /// What it gets to follow the changes since.
        fn update(self: Pin<&mut GridBench>) -> Vec<u8>;
        /// What it gets to show the text as lines.
        fn print_lines(self: Pin<&mut GridBench>) -> Vec<u8>;

        include!("kernel-console/cpp/KeyBench.h");
        /// The scancodes for a key.
        fn encode_scancodes(key: KeyPress) -> Vec<u8>;
        /// The keys in a stream of scancodes.
        fn decode_scancodes(scancodes: &[u8]) -> Vec<KeyPress>;
        /// What a serial terminal sends for a key.
        fn encode_ansi(key: KeyPress) -> Vec<u8>;
        /// The keys in what a serial terminal sent, with a time-out at the end.
        fn parse_ansi(bytes: &[u8]) -> Vec<KeyPress>;
        /// What a serial terminal sent besides reports of its size, with a time-out at the end.
        fn without_size_reports(bytes: &[u8]) -> Vec<u8>;
        /// The sizes it reported: columns and rows of each.
        fn size_reports(bytes: &[u8]) -> Vec<u32>;
        /// What a guest gets of a stream of scancodes, when its screen is left after it.
        fn pass_and_release(scancodes: &[u8]) -> Vec<u8>;

        include!("kernel-console/cpp/DebugInfoBench.h");
        /// The places of an address in a table, the innermost first.
        fn find_places(table: &[u8], address: u64) -> Vec<SourcePlace>;
    }
}
