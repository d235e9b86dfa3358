//! All 65,536 ports, in all widths. Where no device answers an IN yields ones and an OUT does nothing.

use hostile::{Family, Guest, guest};

/// A scan of IN: each port is read, and those without a device yield ones in the width of the access while the rest of EAX
/// stays. Says the ports that do not, and how many do.
macro_rules! reads {
    ($name:ident, $mode:ident, $instruction:literal, $width:literal, $value:literal, $count:literal) => {
        guest!(
            $name,
            $mode,
            values[[$count]],
            concat!("EACH_PORT ", $width, ", DEVICE_PORTS"),
            "movl $0x12345678, %eax",
            "jnz 1f",
            $instruction,
            concat!("cmpl $", $value, ", %eax"),
            "je 2f",
            "SAY NUMBER",
            "jmp 3f",
            "1:",
            $instruction,
            "jmp 3f",
            "2: incl LEFT",
            "3: NEXT_PORT",
            "call *DONE"
        )
    };
}

/// A scan of OUT: the value is written to all ports but those of a list. Says how many.
macro_rules! writes {
    ($name:ident, $mode:ident, $instruction:literal, $width:literal, $value:literal, $but:literal, $count:literal) => {
        guest!(
            $name,
            $mode,
            values[[$count]],
            concat!("EACH_PORT ", $width, ", ", $but),
            "jnz 1f",
            concat!("movl $", $value, ", %eax"),
            $instruction,
            "incl LEFT",
            "1: NEXT_PORT",
            "call *DONE"
        )
    };
}

/// A scan of REP INS: two items from each `step`th port, at 3004, and the bytes around them stay. Says the ports where it is not
/// so, and at how many without a device it is.
macro_rules! string_reads {
    ($name:ident, $mode:ident, $instruction:literal, $width:literal, $direction:literal,
     $before:literal, $at:literal, $behind:literal, $index:literal, $step:literal, $count:literal) => {
        guest!(
            $name,
            $mode,
            values[[$count]],
            concat!("EACH_PORT ", $width, ", DEVICE_PORTS"),
            "setz KEPT",
            "movl $0x5A5A5A5A, %eax",
            "movl %eax, 0x3000",
            "movl %eax, 0x3004",
            "movl %eax, 0x3008",
            "movl $0x3004, %edi",
            "movl $2, %ecx",
            $direction,
            concat!("rep ", $instruction),
            "cld",
            "testb $1, KEPT",
            "jz 2f",
            "testl %ecx, %ecx",
            "jnz 1f",
            concat!("cmpl $", $index, ", %edi"),
            "jne 1f",
            concat!("cmpl $", $before, ", 0x3000"),
            "jne 1f",
            concat!("cmpl $", $at, ", 0x3004"),
            "jne 1f",
            concat!("cmpl $", $behind, ", 0x3008"),
            "jne 1f",
            "incl LEFT",
            "jmp 2f",
            "1: SAY NUMBER",
            concat!("2: NEXT_PORT ", $step),
            "call *DONE"
        )
    };
}

/// A scan of REP OUTS: two items of zeros to each `step`th port but the loud ones. Says the ports where the registers do not say
/// that they were sent, and at how many they do.
macro_rules! string_writes {
    ($name:ident, $mode:ident, $instruction:literal, $width:literal, $direction:literal,
     $index:literal, $step:literal, $count:literal) => {
        guest!(
            $name,
            $mode,
            values[[$count]],
            concat!("EACH_PORT ", $width, ", LOUD_PORTS"),
            "jnz 2f",
            "movl $0x3004, %esi",
            "movl $2, %ecx",
            $direction,
            concat!("rep ", $instruction),
            "cld",
            "testl %ecx, %ecx",
            "jnz 1f",
            concat!("cmpl $", $index, ", %esi"),
            "jne 1f",
            "incl LEFT",
            "jmp 2f",
            "1: SAY NUMBER",
            concat!("2: NEXT_PORT ", $step),
            "call *DONE"
        )
    };
}

/// The guests. A scan of all ports by string instructions takes a while: usually they take every 61st.
pub fn family() -> &'static Family {
    let mut guests = all_ports();
    guests.extend(string_scans());
    if counts::scale() > 1 {
        guests.extend(long_scans());
    }
    Family::new("ports", guests)
}

fn all_ports() -> Vec<Guest> {
    vec![
        reads!(bytes_in, Real, "inb %dx, %al", 1, 0x1234_56FF, 0xFF65),
        reads!(words_in, Protected, "inw %dx, %ax", 2, 0x1234_FFFF, 0xFF49),
        reads!(doublewords_in, Long, "inl %dx, %eax", 4, 0xFFFF_FFFF, 0xFF16),
        writes!(bytes_out, Real, "outb %al, %dx", 1, 0, "LOUD_PORTS", 0xFFF9),
        writes!(words_out, Protected, "outw %ax, %dx", 2, 0, "LOUD_PORTS", 0xFFF4),
        writes!(
            doublewords_out,
            Long,
            "outl %eax, %dx",
            4,
            0,
            "LOUD_PORTS",
            0xFFEA
        ),
    ]
}

#[rustfmt::skip]
fn string_scans() -> Vec<Guest> {
    vec![
        string_reads!(byte_strings_in, Real, "insb", 1, "cld", 0x5A5A_5A5A, 0x5A5A_FFFF, 0x5A5A_5A5A, 0x3006, 61, 0x431),
        string_reads!(word_strings_in, Protected, "insw", 2, "cld", 0x5A5A_5A5A, 0xFFFF_FFFF, 0x5A5A_5A5A, 0x3008, 61, 0x431),
        string_reads!(doubleword_strings_in, Long, "insl", 4, "cld", 0x5A5A_5A5A, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x300C, 61, 0x42F),
        string_reads!(byte_strings_in_backwards, Long, "insb", 1, "std", 0xFF5A_5A5A, 0x5A5A_5AFF, 0x5A5A_5A5A, 0x3002, 61, 0x431),
        string_reads!(word_strings_in_backwards, Real, "insw", 2, "std", 0xFFFF_5A5A, 0x5A5A_FFFF, 0x5A5A_5A5A, 0x3000, 61, 0x431),
        string_reads!(doubleword_strings_in_backwards, Protected, "insl", 4, "std", 0xFFFF_FFFF, 0xFFFF_FFFF, 0x5A5A_5A5A, 0x2FFC, 61, 0x42F),
        string_writes!(byte_strings_out, Protected, "outsb", 1, "cld", 0x3006, 61, 0x432),
        string_writes!(word_strings_out, Long, "outsw", 2, "cld", 0x3008, 61, 0x432),
        string_writes!(doubleword_strings_out, Real, "outsl", 4, "cld", 0x300C, 61, 0x432),
        string_writes!(byte_strings_out_backwards, Real, "outsb", 1, "std", 0x3002, 61, 0x432),
        string_writes!(word_strings_out_backwards, Protected, "outsw", 2, "std", 0x3000, 61, 0x432),
        string_writes!(doubleword_strings_out_backwards, Long, "outsl", 4, "std", 0x2FFC, 61, 0x432),
    ]
}

#[rustfmt::skip]
fn long_scans() -> Vec<Guest> {
    vec![
        writes!(other_bytes_out, Long, "outb %al, %dx", 1, 0x5A5A_5A5A, "SWITCH_PORTS", 0xFFE4),
        writes!(other_words_out, Real, "outw %ax, %dx", 2, 0xA5A5_A5A5, "SWITCH_PORTS", 0xFFD9),
        writes!(other_doublewords_out, Protected, "outl %eax, %dx", 4, 0xFFFF_FFFF, "SWITCH_PORTS", 0xFFC3),
        string_reads!(all_byte_strings_in, Protected, "insb", 1, "cld", 0x5A5A_5A5A, 0x5A5A_FFFF, 0x5A5A_5A5A, 0x3006, 1, 0xFF65),
        string_reads!(all_word_strings_in, Long, "insw", 2, "cld", 0x5A5A_5A5A, 0xFFFF_FFFF, 0x5A5A_5A5A, 0x3008, 1, 0xFF49),
        string_reads!(all_doubleword_strings_in, Real, "insl", 4, "cld", 0x5A5A_5A5A, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x300C, 1, 0xFF16),
        string_reads!(all_byte_strings_in_backwards, Real, "insb", 1, "std", 0xFF5A_5A5A, 0x5A5A_5AFF, 0x5A5A_5A5A, 0x3002, 1, 0xFF65),
        string_reads!(all_word_strings_in_backwards, Protected, "insw", 2, "std", 0xFFFF_5A5A, 0x5A5A_FFFF, 0x5A5A_5A5A, 0x3000, 1, 0xFF49),
        string_reads!(all_doubleword_strings_in_backwards, Long, "insl", 4, "std", 0xFFFF_FFFF, 0xFFFF_FFFF, 0x5A5A_5A5A, 0x2FFC, 1, 0xFF16),
        string_writes!(all_byte_strings_out, Real, "outsb", 1, "cld", 0x3006, 1, 0xFFF9),
        string_writes!(all_word_strings_out, Protected, "outsw", 2, "cld", 0x3008, 1, 0xFFF4),
        string_writes!(all_doubleword_strings_out, Long, "outsl", 4, "cld", 0x300C, 1, 0xFFEA),
        string_writes!(all_byte_strings_out_backwards, Long, "outsb", 1, "std", 0x3002, 1, 0xFFF9),
        string_writes!(all_word_strings_out_backwards, Real, "outsw", 2, "std", 0x3000, 1, 0xFFF4),
        string_writes!(all_doubleword_strings_out_backwards, Protected, "outsl", 4, "std", 0x2FFC, 1, 0xFFEA),
    ]
}
