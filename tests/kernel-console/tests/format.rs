//! kprintf's formatting, measured against the C library's.

use kernel_console::ffi::{
    Formatted, format_cut, format_signed, format_starred, format_text, format_unsigned,
};
use proptest::prelude::*;

fn assert_same(formatted: &Formatted) {
    assert_eq!(formatted.kernel, formatted.library);
    assert_eq!(formatted.length, formatted.library.len());
}

#[test]
fn extreme_numbers() {
    for value in [i64::MIN, -1, 0, 1, i64::MAX] {
        for format in ["%ld", "%+ld", "% ld", "%.0ld", "%25ld|", "%-25ld|", "%025ld"] {
            assert_same(&format_signed(format, value));
        }
    }
    assert_same(&format_unsigned("%lu %%", u64::MAX));
}

#[test]
fn short_arguments_are_cut() {
    assert_same(&format_signed("%hhd", 0x1FF));
    assert_same(&format_signed("%hd", 0x1_8000));
    assert_same(&format_unsigned("%hhx", 0xABCD));
}

#[test]
fn pointers_and_characters() {
    assert_same(&format_unsigned("%p", 0xFFFF_8000_1234_5678));
    assert_same(&format_unsigned("%c|", 65));
    assert_same(&format_unsigned("%-5c|", 65));
    assert_same(&format_unsigned("%5c|", 65));
}

#[test]
fn what_is_no_conversion_is_printed_as_it_stands() {
    assert_eq!(format_signed("%y 100%", 1).kernel, "%y 100%");
}

proptest! {
    #[test]
    fn signed(format in "a?%[-0+ ]{0,3}([1-9][0-9]?)?(\\.[0-9]{0,2})?(l|ll|j|z|t)[di]b?", value: i64) {
        assert_same(&format_signed(&format, value));
    }

    #[test]
    fn unsigned(format in "%[-0#]{0,3}([1-9][0-9]?)?(\\.[1-9])?(l|ll|j|z|t)[uxX]", value: u64) {
        assert_same(&format_unsigned(&format, value));
    }

    #[test]
    fn starred(width in -30..30_i32, precision in -5..20_i32, value: i32) {
        assert_same(&format_starred("<%*.*d>", width, precision, value));
    }

    #[test]
    fn text(format in "%-?([1-9][0-9]?)?(\\.[0-9]{0,2})?s", value in "[ -~]{0,60}") {
        assert_same(&format_text(&format, &value));
    }

    #[test]
    fn where_there_is_no_room_for_a_mark_the_text_is_just_cut(value in "[ -~]{0,40}", size in 0..40_usize) {
        let formatted = format_cut(&value, size);
        prop_assert_eq!(&formatted.kernel, &formatted.library);
        prop_assert_eq!(formatted.length, value.len());
    }

    #[test]
    fn what_is_missing_is_said(value in "([a-zä]{0,30}\n?){40}", size in 60..400_usize) {
        let formatted = format_cut(&value, size);
        prop_assert_eq!(formatted.length, value.len());
        let text = &formatted.kernel[..formatted.kernel.find('\0').unwrap()];
        prop_assert!(text.len() < size);
        if value.len() < size {
            prop_assert_eq!(text, value);
            return Ok(());
        }
        let (kept, mark) = text.rsplit_once("[... ").unwrap();
        let (missing, end) = mark.split_once(" more bytes]").unwrap();
        // Behind a whole line it is one; within one a blank separates it.
        let kept = if end == "\n" { kept } else { kept.strip_suffix(' ').unwrap() };
        prop_assert!(value.starts_with(kept), "{kept}");
        prop_assert_eq!(kept.ends_with('\n'), end == "\n");
        prop_assert_eq!(kept.len() + missing.parse::<usize>().unwrap(), value.len());
        prop_assert!(kept.len() >= size / 4, "{} of {}", kept.len(), size);
    }
}
