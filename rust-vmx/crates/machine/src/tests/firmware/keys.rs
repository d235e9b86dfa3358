//! INT 09h and 16h: the state of the keyboard, the ring, and the keys that are more than a word.

use super::program::{
    CARRY, End, Handler, ZERO, byte, flags, hook, int, int_with, memory, return_carry, run, word,
};
use crate::control::Input;
use crate::testing::{Bench, bench};
use std::vec::Vec;
use vmx::state::gpr::{RAX, RCX};

const FLAGS: u64 = 0x417;
const DOWN: u64 = 0x418;
const MODE: u64 = 0x496;
const LIGHTS: u64 = 0x497;

/// Somebody types codes; each is an interrupt.
pub fn type_codes(bench: &mut Bench, codes: &[u8]) {
    type_with(bench, codes, &mut |_, vector| panic!("call of {vector:02X}h"));
}

/// The same for a program that has hooked interrupts.
fn type_with(bench: &mut Bench, codes: &[u8], handler: Handler<'_>) {
    for code in codes {
        bench.machine.control().input.send(Input::Key(*code));
    }
    while next_code(bench) {
        int_with(bench, 0x09, &[(RAX, 0x1234)], handler);
    }
}

/// Lets the time of a slow typist pass; whether there is a code then.
fn next_code(bench: &mut Bench) -> bool {
    for _ in 0..3 {
        bench.host.pass(150_000_000);
        bench.run();
        if code_has_come(bench) {
            return true;
        }
    }
    false
}

/// Whether the controller has a code; the program stays where it is.
fn code_has_come(bench: &mut Bench) -> bool {
    let (rip, registers) = (bench.rip(), bench.cpu().registers);
    let status = bench.input(0x64);
    bench.set_rip(rip);
    bench.cpu().registers = registers;
    status & 1 != 0
}

/// Reads a key as AH=00h or 10h do, if there is one that the function knows; it asks with AH=01h or 11h before.
pub fn read(bench: &mut Bench, function: u64) -> Option<u16> {
    let there = int(bench, 0x16, &[(RAX, (function + 1) << 8)]) & ZERO == 0;
    let peeked = word(bench, RAX);
    there.then(|| {
        int(bench, 0x16, &[(RAX, function << 8)]);
        assert_eq!(word(bench, RAX), peeked);
        peeked
    })
}

/// Empties the ring.
pub fn drain(bench: &mut Bench) {
    while read(bench, 0x10).is_some() {}
}

#[test]
fn keys_go_through_the_buffer() {
    let mut bench = bench();
    assert_eq!(int(&mut bench, 0x16, &[(RAX, 0x0100)]) & ZERO, ZERO);
    assert_eq!(word(&mut bench, RAX), 0x0100, "AX stays without a key");
    // Without a key the program waits in the ROM, and is given the next.
    int(&mut bench, 0x16, &[(RAX, 0)]);
    let waiting = bench.cpu().system.clone();
    let segments = bench.cpu().segments.clone();
    assert_eq!(run(&mut bench), End::Waits);
    // Its stack lies below the interrupt's.
    bench
        .machine
        .guest_mut()
        .memory
        .write_at(0x41A, &[0x1E, 0, 0x20, 0, 0x41, 0x1E]);
    bench.cpu().system = waiting;
    bench.cpu().segments = segments;
    bench.cpu().registers.gpr[RAX] = 0;
    assert_eq!(run(&mut bench), End::Returned);
    assert_eq!(word(&mut bench, RAX), 0x1E41);
    assert_eq!(int(&mut bench, 0x16, &[(RAX, 0x1100)]) & ZERO, ZERO);
}

#[test]
fn the_interrupt_keeps_registers_and_ends_at_the_controller() {
    let mut bench = bench();
    // The keyboard's line is open: the interrupt is in service until the BIOS ends it.
    bench.out(0x21, 0xFD).run();
    bench.set_interrupts(true);
    bench.machine.control().input.send(Input::Key(0x1E));
    bench.run();
    bench.out(0x20, 0x0B).run();
    assert_eq!(bench.input(0x20), 2, "in service");
    bench.set_interrupts(false);
    int(&mut bench, 0x09, &[(RAX, 0x1234)]);
    assert_eq!(word(&mut bench, RAX), 0x1234);
    assert_eq!(bench.input(0x20), 0);
    assert_eq!(read(&mut bench, 0), Some(0x1E61));
}

#[test]
fn programs_stuff_the_buffer_until_it_is_full() {
    let mut bench = bench();
    for number in 0..15 {
        int(&mut bench, 0x16, &[(RAX, 0x05FF), (RCX, 0x3000 + number)]);
        assert_eq!(word(&mut bench, RAX), 0x0500);
    }
    int(&mut bench, 0x16, &[(RAX, 0x0500), (RCX, 0x4000)]);
    assert_eq!(word(&mut bench, RAX), 0x0501);
    for number in 0..15 {
        assert_eq!(read(&mut bench, 0x10), Some(0x3000 + number));
    }
    assert_eq!(read(&mut bench, 0x10), None);
}

/// AX of AH=12h, and AL of AH=02h, which is a part of it.
fn state(bench: &mut Bench) -> u16 {
    int(bench, 0x16, &[(RAX, 0x02AA)]);
    let first = word(bench, RAX);
    int(bench, 0x16, &[(RAX, 0x1200)]);
    let all = word(bench, RAX);
    assert_eq!(first, 0x0200 | all & 0xFF);
    all
}

#[test]
fn modifiers_have_their_bits() {
    // Codes, then AX of AH=12h while it is held; the bytes at 40:17, 40:18 and 40:96 are what it is made of.
    for (codes, held, down, mode) in [
        (&[0x36][..], 0x0001, 0x00, 0x10),
        (&[0x2A], 0x0002, 0x00, 0x10),
        (&[0x1D], 0x0104, 0x01, 0x10),
        (&[0xE0, 0x1D], 0x0404, 0x00, 0x14),
        (&[0x38], 0x0208, 0x02, 0x10),
        (&[0xE0, 0x38], 0x0808, 0x00, 0x18),
        (&[0x46], 0x1010, 0x10, 0x10),
        (&[0x45], 0x2020, 0x20, 0x10),
        (&[0x3A], 0x4040, 0x40, 0x10),
        (&[0xE0, 0x52], 0x0080, 0x80, 0x10),
        (&[0x54], 0x8000, 0x04, 0x10),
    ] {
        let mut bench = bench();
        type_codes(&mut bench, codes);
        assert_eq!(state(&mut bench), held, "{codes:02x?}");
        let bytes = [FLAGS, DOWN, MODE].map(|at| byte(&mut bench, at));
        assert_eq!(bytes, [held as u8, down, mode], "{codes:02x?}");
        let mut released = codes.to_vec();
        *released.last_mut().unwrap() |= 0x80;
        type_codes(&mut bench, &released);
        let toggled = held & 0xF0;
        assert_eq!(state(&mut bench), toggled, "{codes:02x?} released");
        assert_eq!(byte(&mut bench, DOWN), 0);
        // Of the toggles three have lights.
        assert_eq!(u16::from(byte(&mut bench, LIGHTS)), toggled >> 4 & 7);
        // Held, a key repeats itself, and toggles nothing the second time.
        type_codes(&mut bench, codes);
        type_codes(&mut bench, codes);
        assert_eq!(state(&mut bench) & 0xF0, 0, "{codes:02x?} twice");
    }
}

#[test]
fn either_of_two_control_keys_is_enough() {
    let mut bench = bench();
    type_codes(&mut bench, &[0x1D, 0xE0, 0x1D, 0x9D]);
    assert_eq!(state(&mut bench), 0x0404);
    type_codes(&mut bench, &[0xE0, 0x9D]);
    assert_eq!(state(&mut bench), 0);
}

#[test]
fn locks_turn_shift_round() {
    let mut bench = bench();
    // CapsLock: letters alone.
    type_codes(
        &mut bench,
        &[0x3A, 0xBA, 0x1E, 0x02, 0x2A, 0x1E, 0x02, 0xAA, 0x3A, 0xBA],
    );
    for expected in [0x1E41, 0x0231, 0x1E61, 0x0221] {
        assert_eq!(read(&mut bench, 0), Some(expected));
    }
    // NumLock: the keypad's digits, but not its signs and not the grey keys, around which the keyboard sends a Shift of its own.
    type_codes(&mut bench, &[0x45, 0xC5, 0x47, 0x53, 0x4A, 0x2A, 0x47, 0xAA]);
    type_codes(&mut bench, &[0xE0, 0x2A, 0xE0, 0x47, 0xE0, 0xC7, 0xE0, 0xAA]);
    for expected in [0x4737, 0x532E, 0x4A2D, 0x4700, 0x47E0] {
        assert_eq!(read(&mut bench, 0x10), Some(expected));
    }
    assert_eq!(state(&mut bench), 0x0020);
    // With Shift and a grey key the keyboard takes the Shift back for a moment: nobody let it go.
    type_codes(&mut bench, &[0x2A, 0xE0, 0xAA, 0xE0, 0x4B]);
    assert_eq!(state(&mut bench), 0x0022);
    // The 0 is no Insert then.
    type_codes(&mut bench, &[0xAA, 0x52, 0xD2]);
    assert_eq!(state(&mut bench), 0x0020);
}

#[test]
fn a_character_by_its_number() {
    let mut bench = bench();
    type_codes(&mut bench, &[0x38, 0x50, 0xD0, 0x50, 0xD0, 0x4C, 0xCC]);
    assert_eq!(read(&mut bench, 0x10), None, "not before Alt is released");
    type_codes(&mut bench, &[0xB8]);
    assert_eq!(read(&mut bench, 0x00), Some(0x00E1), "225");
    // F0h and E0h are characters here, and no marks.
    for (codes, character) in [([0x50, 0x4B, 0x52], 0x00F0), ([0x50, 0x50, 0x4B], 0x00E0)] {
        for function in [0x00, 0x10] {
            type_codes(&mut bench, &[0x38]);
            type_codes(&mut bench, &codes);
            type_codes(&mut bench, &[0xB8]);
            assert_eq!(read(&mut bench, function), Some(character));
        }
    }
    // Another key in between begins anew; Alt alone is nothing.
    type_codes(&mut bench, &[0x38, 0x50, 0x10, 0x4F, 0xB8, 0x38, 0xB8]);
    assert_eq!(read(&mut bench, 0x10), Some(0x1000));
    assert_eq!(read(&mut bench, 0x10), Some(0x0001));
    assert_eq!(read(&mut bench, 0x10), None);
}

/// Types codes, of which the last one's interrupt calls this vector: AX at the call.
fn called(bench: &mut Bench, codes: &[u8], vector: u8) -> u16 {
    hook(bench, vector);
    let mut calls = Vec::new();
    type_with(bench, codes, &mut |bench, vector| {
        calls.push((vector, word(bench, RAX)));
        // Scan codes are keys.
        return_carry(bench, true);
    });
    assert_eq!(word(bench, RAX), 0x1234);
    let (called, ax) = *calls.last().expect("no call");
    assert_eq!(called, vector);
    ax
}

#[test]
fn keys_that_call_interrupts() {
    let mut bench = bench();
    called(&mut bench, &[0xE0, 0x2A, 0xE0, 0x37], 0x05);
    assert_eq!(read(&mut bench, 0x10), None);
    type_codes(&mut bench, &[0x38]);
    assert_eq!(called(&mut bench, &[0x54], 0x15), 0x8500);
    assert_eq!(called(&mut bench, &[0xD4], 0x15), 0x8501);
}

#[test]
fn without_a_printer_print_screen_fails() {
    let mut bench = bench();
    type_codes(&mut bench, &[0xE0, 0x2A, 0xE0, 0x37, 0xE0, 0xB7, 0xE0, 0xAA]);
    assert_eq!(byte(&mut bench, 0x500), 0xFF);
}

#[test]
fn control_break() {
    let mut bench = bench();
    type_codes(&mut bench, &[0x1E, 0x1F]);
    called(&mut bench, &[0x1D, 0xE0, 0x46], 0x1B);
    assert_eq!(byte(&mut bench, 0x471), 0x80);
    type_codes(&mut bench, &[0xE0, 0xC6, 0x9D]);
    assert_eq!(read(&mut bench, 0x00), Some(0), "what was typed ahead is gone");
    assert_eq!(read(&mut bench, 0x00), None);
    assert_eq!(byte(&mut bench, FLAGS), 0);
}

#[test]
fn pause_holds_the_program_until_a_key_is_pressed() {
    let mut bench = bench();
    type_codes(&mut bench, &[0xE1, 0x1D, 0x45]);
    let held = (
        bench.cpu().system.clone(),
        bench.cpu().segments.clone(),
        bench.cpu().registers,
    );
    assert_eq!(run(&mut bench), End::Waits, "at HLT, again and again");
    assert_eq!((byte(&mut bench, DOWN), byte(&mut bench, FLAGS)), (8, 0));
    let stack = memory(&mut bench, 0x6F00, 0x100);
    type_codes(&mut bench, &[0xE1, 0x9D, 0xC5, 0x2A, 0xAA]);
    assert_eq!(byte(&mut bench, DOWN), 8, "released keys and Shift do not end it");
    type_codes(&mut bench, &[0x1E, 0x9E]);
    assert_eq!(byte(&mut bench, DOWN), 0);
    assert_eq!(read(&mut bench, 0x10), None, "the key that ends it is lost");
    bench.machine.guest_mut().memory.write_at(0x6F00, &stack);
    (bench.cpu().system, bench.cpu().segments, bench.cpu().registers) = held;
    assert_eq!(run(&mut bench), End::Returned);
    assert_eq!(word(&mut bench, RAX), 0x1234);
}

#[test]
fn an_intercept_takes_keys_and_changes_them() {
    let mut bench = bench();
    hook(&mut bench, 0x15);
    for (is_key, expected) in [(true, Some(0x1F73)), (false, None)] {
        type_with(&mut bench, &[0x1E], &mut |bench, _| {
            assert_eq!((word(bench, RAX), flags(bench) & CARRY), (0x4F1E, 0));
            bench.cpu().registers.gpr[RAX] = 0x4F1F;
            return_carry(bench, is_key);
        });
        assert_eq!(read(&mut bench, 0), expected);
    }
    // The BIOS' own says: a key.
    let mut bench = crate::testing::bench();
    assert_eq!(int(&mut bench, 0x15, &[(RAX, 0x4F1E)]) & CARRY, CARRY);
    assert_eq!(word(&mut bench, RAX), 0x4F1E);
}

#[test]
fn control_alt_delete_resets() {
    let mut bench = bench();
    type_codes(&mut bench, &[0x1D, 0x38]);
    assert_eq!(bench.cpu().resets, 0);
    type_codes(&mut bench, &[0x53]);
    assert_eq!(bench.cpu().resets, 1);
}

/// Types letters, pressed and released at once; their words.
fn letters(bench: &mut Bench, count: usize) -> Vec<u16> {
    const KEYS: [u8; 26] = [
        0x1E, 0x30, 0x2E, 0x20, 0x12, 0x21, 0x22, 0x23, 0x17, 0x24, 0x25, 0x26, 0x32, 0x31, 0x18, 0x19, 0x10,
        0x13, 0x1F, 0x14, 0x16, 0x2F, 0x11, 0x2D, 0x15, 0x2C,
    ];
    let letters = KEYS.iter().zip(b'a'..).cycle().take(count);
    letters
        .map(|(&key, letter)| {
            for code in [key, key | 0x80] {
                assert!(bench.machine.control().input.send(Input::Key(code)));
            }
            u16::from(key) << 8 | u16::from(letter)
        })
        .collect()
}

/// Serves the keyboard's interrupts, as long as new codes come.
fn serve(bench: &mut Bench) {
    // A code that has to wait has one interrupt.
    while next_code(bench) && !bench.machine.guest_mut().firmware.key_waits {
        int(bench, 0x09, &[]);
    }
}

#[test]
fn what_is_typed_ahead_waits_until_the_buffer_has_room() {
    let mut bench = bench();
    let typed = letters(&mut bench, 36);
    let taken: Vec<u16> = (0..36)
        .map(|_| {
            serve(&mut bench);
            int(&mut bench, 0x16, &[(RAX, 0)]);
            word(&mut bench, RAX)
        })
        .collect();
    assert_eq!(taken, typed);
    assert_eq!(read(&mut bench, 0), None);
}

#[test]
fn a_program_that_takes_keys_itself_gets_those_that_waited() {
    const HEAD: u64 = 0x41A;
    let mut bench = bench();
    let typed = letters(&mut bench, 20);
    serve(&mut bench);
    // It empties the ring: head to tail.
    let tail = memory(&mut bench, HEAD + 2, 2);
    bench.machine.guest_mut().memory.write_at(HEAD, &tail);
    assert_eq!(read(&mut bench, 0), None);
    let mut ticks = 0;
    hook(&mut bench, 0x1C);
    int_with(&mut bench, 0x08, &[], &mut |_, _| ticks += 1);
    assert_eq!(ticks, 1);
    serve(&mut bench);
    for key in &typed[15..] {
        assert_eq!(read(&mut bench, 0), Some(*key));
    }
}

#[test]
fn a_handler_may_read_the_code_before_the_bios() {
    let mut bench = bench();
    bench.machine.control().input.send(Input::Key(0x1E));
    assert!(next_code(&mut bench));
    assert_eq!(bench.input(0x60), 0x1E);
    int(&mut bench, 0x09, &[]);
    assert_eq!(read(&mut bench, 0), Some(0x1E61));
}
