//! What the kernel believes of a program file's headers.

use kernel_core::ffi::{Program, parse_program};
use proptest::prelude::*;

/// First address of the stack, as the loader passes it.
const LIMIT: u64 = 0x0000_7FFF_FFFC_0000;
const PAGE: u64 = 4096;

const HEADER_SIZE: usize = 64;
const PROGRAM_HEADER_SIZE: usize = 56;
const FILE_SIZE: usize = 0x3000;

/// Fields of a program header, by offset; all are 64 bits wide.
const P_OFFSET: usize = 8;
const P_VADDR: usize = 16;
const P_FILESZ: usize = 32;
const P_MEMSZ: usize = 40;

/// A sound program: code, constants and variables at 0x8000000 and the pages behind.
fn sound_program() -> Vec<u8> {
    let mut file = vec![0; FILE_SIZE];
    file[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    file[16..20].copy_from_slice(&[2, 0, 62, 0]);
    put(&mut file, 24, 0x800_0010); // e_entry
    put(&mut file, 32, HEADER_SIZE as u64); // e_phoff
    file[54] = PROGRAM_HEADER_SIZE as u8;
    file[56] = 3; // e_phnum
    for (index, (flags, address, in_file, in_memory)) in [
        (5, 0x800_0000, 0x800, 0x800),
        (4, 0x800_1000, 0x100, 0x100),
        (6, 0x800_2000, 0x80, 0x5000),
    ]
    .into_iter()
    .enumerate()
    {
        let at = program_header(index);
        file[at] = 1; // PT_LOAD
        file[at + 4] = flags;
        put(&mut file, at + P_OFFSET, 0x1000);
        put(&mut file, at + P_VADDR, address);
        put(&mut file, at + P_FILESZ, in_file);
        put(&mut file, at + P_MEMSZ, in_memory);
    }
    file
}

fn program_header(index: usize) -> usize {
    HEADER_SIZE + index * PROGRAM_HEADER_SIZE
}

fn put(file: &mut [u8], at: usize, value: u64) {
    file[at..at + 8].copy_from_slice(&value.to_le_bytes());
}

/// What parse_program promises about everything it accepts.
fn is_harmless(program: &Program) -> bool {
    let page = |address: u64| address / PAGE;
    let segments = &program.segments;
    segments.iter().all(|segment| {
        segment.start >= PAGE
            && segment.start < segment.end
            && segment.end <= LIMIT
            && segment.file_size <= segment.end - segment.start
            && segment
                .file_offset
                .checked_add(segment.file_size)
                .is_some_and(|end| end <= FILE_SIZE as u64)
    }) && segments.iter().enumerate().all(|(index, one)| {
        segments[index + 1..]
            .iter()
            .all(|other| page(one.end - 1) < page(other.start) || page(other.end - 1) < page(one.start))
    }) && segments
        .iter()
        .any(|segment| segment.executable && (segment.start..segment.end).contains(&program.entry))
}

#[test]
fn a_sound_program_is_taken_as_it_is() {
    let program = parse_program(&sound_program(), LIMIT).expect("sound");
    assert_eq!(program.entry, 0x800_0010);
    let rights: Vec<_> = program
        .segments
        .iter()
        .map(|segment| (segment.start, segment.end, segment.writable, segment.executable))
        .collect();
    assert_eq!(
        rights,
        [
            (0x800_0000, 0x800_0800, false, true),
            (0x800_1000, 0x800_1100, false, false),
            (0x800_2000, 0x800_7000, true, false)
        ]
    );
    assert!(is_harmless(&program));
}

#[test]
fn a_cut_off_file_is_refused() {
    let file = sound_program();
    for length in [0, 63, 64, 100, 0x1000, 0x17FF] {
        assert!(parse_program(&file[..length], LIMIT).is_err(), "{length} bytes");
    }
}

#[test]
fn segments_may_touch_but_not_share_a_page() {
    let mut file = sound_program();
    put(&mut file, program_header(0) + P_MEMSZ, PAGE);
    assert!(parse_program(&file, LIMIT).is_ok());
    put(&mut file, program_header(0) + P_MEMSZ, PAGE + 1);
    assert!(parse_program(&file, LIMIT).is_err());
}

#[test]
fn a_segment_may_end_at_the_limit_but_not_behind() {
    let mut file = sound_program();
    put(&mut file, program_header(2) + P_VADDR, LIMIT - 0x5000);
    assert!(parse_program(&file, LIMIT).is_ok());
    put(&mut file, program_header(2) + P_VADDR, LIMIT - 0x4FFF);
    assert!(parse_program(&file, LIMIT).is_err());
}

/// Numbers that are likely to overflow something.
fn nasty() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        0..0x1_0000u64,
        0x800_0000..0x801_0000u64,
        (0..0x1_0000u64).prop_map(|distance| u64::MAX - distance),
        (0..0x1_0000u64).prop_map(|distance| LIMIT.wrapping_sub(0x8000).wrapping_add(distance)),
    ]
}

proptest! {
    /// Whatever the fields say: refused, or harmless.
    #[test]
    fn what_is_accepted_is_harmless(
        fields in prop::collection::vec((0..3usize, prop::sample::select(vec![P_OFFSET, P_VADDR, P_FILESZ, P_MEMSZ]), nasty()), 1..6),
        entry in prop::option::of(nasty()),
    ) {
        let mut file = sound_program();
        for (index, field, value) in fields {
            put(&mut file, program_header(index) + field, value);
        }
        if let Some(entry) = entry {
            put(&mut file, 24, entry);
        }
        if let Ok(program) = parse_program(&file, LIMIT) {
            prop_assert!(is_harmless(&program));
        }
    }

    /// Whatever the bytes of the headers are.
    #[test]
    fn any_header_bytes_are_survived(changes in prop::collection::vec((0..HEADER_SIZE + 3 * PROGRAM_HEADER_SIZE, any::<u8>()), 1..12)) {
        let mut file = sound_program();
        for (at, byte) in changes {
            file[at] = byte;
        }
        if let Ok(program) = parse_program(&file, LIMIT) {
            prop_assert!(is_harmless(&program));
        }
    }
}
