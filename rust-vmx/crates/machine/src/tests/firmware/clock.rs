//! INT 08h, 1Ah, 70h, and INT 15h, AH=86h.

use super::program::{CARRY, End, byte, hook, int, int_with, memory_word, run, word};
use crate::testing::{Bench, bench};
use std::vec::Vec;
use vmx::state::gpr::{RAX, RCX, RDX};

/// A register of the clock.
fn cmos(bench: &mut Bench, register: u8) -> u8 {
    bench.out(0x70, register).run();
    bench.input(0x71)
}

#[test]
fn ticks() {
    let mut bench = bench();
    let mut calls = Vec::new();
    hook(&mut bench, 0x1C);
    for _ in 0..3 {
        int_with(&mut bench, 0x08, &[], &mut |_, vector| calls.push(vector));
    }
    assert_eq!(calls, [0x1C; 3]);
    let now = |bench: &mut Bench| {
        assert_eq!(int(bench, 0x1A, &[(RAX, 0x00FF)]) & CARRY, 0);
        [RAX, RCX, RDX].map(|register| word(bench, register))
    };
    assert_eq!(now(&mut bench), [0, 0, 3]);
    // The last tick of a day.
    assert_eq!(
        int(&mut bench, 0x1A, &[(RAX, 0x0100), (RCX, 0x18), (RDX, 0xAF)]) & CARRY,
        0
    );
    int_with(&mut bench, 0x08, &[], &mut |_, _| {});
    assert_eq!(now(&mut bench), [1, 0, 0], "midnight");
    assert_eq!(now(&mut bench), [0, 0, 0], "which is said once");
}

#[test]
fn the_clock_is_read_and_set() {
    let mut bench = bench();
    assert_eq!(int(&mut bench, 0x1A, &[(RAX, 0x0400)]) & CARRY, 0);
    assert_eq!(word(&mut bench, RCX), 0x2023, "the year in BCD");
    let set_time = [(RAX, 0x0300), (RCX, 0x2159), (RDX, 0x5801)];
    assert_eq!(int(&mut bench, 0x1A, &set_time) & CARRY, 0);
    let set_date = [(RAX, 0x0500), (RCX, 0x1999), (RDX, 0x1231)];
    assert_eq!(int(&mut bench, 0x1A, &set_date) & CARRY, 0);
    assert_eq!(int(&mut bench, 0x1A, &[(RAX, 0x0200)]) & CARRY, 0);
    assert_eq!((word(&mut bench, RCX), word(&mut bench, RDX)), (0x2159, 0x5801));
    int(&mut bench, 0x1A, &[(RAX, 0x0400)]);
    assert_eq!((word(&mut bench, RCX), word(&mut bench, RDX)), (0x1999, 0x1231));
    // And it goes on.
    bench.host.pass((2 * 3600 + 60) * 1_000_000_000);
    bench.run();
    int(&mut bench, 0x1A, &[(RAX, 0x0400)]);
    assert_eq!((word(&mut bench, RCX), word(&mut bench, RDX)), (0x2000, 0x0101));
    int(&mut bench, 0x1A, &[(RAX, 0x0200)]);
    assert_eq!(word(&mut bench, RCX), 0x0000);
    int(&mut bench, 0x1A, &[(RAX, 0x0300), (RCX, 0x1200), (RDX, 0)]);
    int(&mut bench, 0x1A, &[(RAX, 0x0200)]);
    assert_eq!(word(&mut bench, RDX) & 0xFF, 0, "no daylight saving");
}

#[test]
fn an_alarm_calls_int_4a() {
    let mut bench = bench();
    int(&mut bench, 0x1A, &[(RAX, 0x0300), (RCX, 0x0800), (RDX, 0)]);
    let alarm = [(RAX, 0x0600), (RCX, 0x0800), (RDX, 0x0300)];
    assert_eq!(int(&mut bench, 0x1A, &alarm) & CARRY, 0);
    assert_eq!(int(&mut bench, 0x1A, &alarm) & CARRY, CARRY, "it is set already");
    assert_eq!(bench.input(0xA1) & 1, 0, "its interrupt is let through");
    hook(&mut bench, 0x4A);
    let mut calls = Vec::new();
    bench.host.pass(1_000_000_000);
    int_with(&mut bench, 0x70, &[], &mut |_, vector| calls.push(vector));
    assert_eq!(calls, []);
    bench.host.pass(2_500_000_000);
    int_with(&mut bench, 0x70, &[], &mut |_, vector| calls.push(vector));
    assert_eq!(calls, [0x4A]);
    assert_eq!(int(&mut bench, 0x1A, &[(RAX, 0x0700)]) & CARRY, 0);
    assert_eq!(cmos(&mut bench, 0x0B) & 0x20, 0);
    assert_eq!(int(&mut bench, 0x1A, &alarm) & CARRY, 0);
}

#[test]
fn clock_services_that_are_not_there_say_so() {
    let mut bench = bench();
    for function in [0x0800, 0x0900, 0x0A00, 0x8000, 0xB101] {
        assert_eq!(int(&mut bench, 0x1A, &[(RAX, function)]) & CARRY, CARRY);
        assert_eq!(u64::from(word(&mut bench, RAX)), function);
    }
}

/// Nanoseconds in which the clock has certainly interrupted once.
const PERIOD: u64 = 1_000_000;

/// Begins to wait, up to HLT; whether it waits.
fn begin_wait(bench: &mut Bench, microseconds: u64) -> bool {
    let call = [
        (RAX, 0x8600),
        (RCX, microseconds >> 16),
        (RDX, microseconds & 0xFFFF),
    ];
    int(bench, 0x15, &call);
    byte(bench, 0x4A0) & 1 != 0
}

#[test]
fn waits_take_microseconds() {
    for microseconds in [1_000, 5_000, 200_000] {
        let mut bench = bench();
        assert!(begin_wait(&mut bench, microseconds));
        // The clock interrupts 1024 times a second meanwhile, which ends HLT.
        assert_eq!(cmos_while_waiting(&mut bench, 0x0B) & 0x40, 0x40);
        assert_eq!(cmos_while_waiting(&mut bench, 0x0A) & 0x7F, 0x26);
        let mut passed = 0;
        loop {
            bench.host.pass(PERIOD);
            passed += PERIOD;
            match run(&mut bench) {
                End::Waits => assert!(passed < microseconds * 1000),
                end => {
                    assert_eq!(end, End::Returned);
                    break;
                }
            }
        }
        assert!((microseconds * 1000..=microseconds * 1000 + PERIOD).contains(&passed));
        assert_eq!(super::program::flags(&mut bench) & CARRY, 0);
        assert_eq!(cmos(&mut bench, 0x0B) & 0x40, 0);
        assert_eq!(byte(&mut bench, 0x4A0), 0);
    }
}

/// A register of the clock, with the program where it is.
fn cmos_while_waiting(bench: &mut Bench, register: u8) -> u8 {
    let (rip, registers) = (bench.rip(), bench.cpu().registers);
    let value = cmos(bench, register);
    bench.set_rip(rip);
    bench.cpu().registers = registers;
    value
}

#[test]
fn a_wait_wakes_the_guest_in_a_millisecond() {
    let mut bench = bench();
    assert!(begin_wait(&mut bench, 10_000));
    assert_eq!(cmos_while_waiting(&mut bench, 0x0B) & 0x40, 0x40);
    assert_eq!(bench.input(0xA1) & 1, 0, "IRQ 8");
    let deadline = bench.machine.guest_mut().board.deadline();
    let ahead = deadline.since(bench.machine.guest_mut().now());
    assert!(ahead <= 976_563, "{ahead} ns");
}

#[test]
fn no_time_is_no_wait_and_a_second_wait_is_refused() {
    let mut bench = bench();
    assert!(!begin_wait(&mut bench, 0));
    assert_eq!(super::program::flags(&mut bench) & CARRY, 0);
    assert!(begin_wait(&mut bench, 1000));
    // From an interrupt's handler.
    assert_eq!(
        int(&mut bench, 0x15, &[(RAX, 0x8600), (RCX, 0), (RDX, 1)]) & CARRY,
        CARRY
    );
    assert_eq!(word(&mut bench, RAX) >> 8, 0x83);
    assert_eq!(memory_word(&mut bench, 0x4A0) & 1, 1, "the first goes on");
}
