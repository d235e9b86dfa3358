//! The BIOS: what a real-mode program finds when it calls it.

use crate::Stop;
use crate::control::Input;
use crate::memory::PhysicalMemory;
use crate::testing::{Bench, bench, bench_with, plain};
use std::vec::Vec;
use vmx::addr::Gpa;
use vmx::exit::reason;
use vmx::state::gpr::{RAX, RBX, RCX, RDI, RDX, RSI};
use vmx::state::{CpuMode, Segment, SegmentName, SystemRegister};

/// Where the program's stack is, with the interrupt frame of its INT on it.
const STACK: u64 = 0x7000;
const CARRY: u16 = 1;
const ZERO: u16 = 1 << 6;

/// Executes INT `vector` up to the VMCALL in its stub, with these registers; the flags the program gets back.
fn int(bench: &mut Bench, vector: u8, registers: &[(usize, u64)]) -> u16 {
    let entry = bench
        .machine
        .guest_mut()
        .memory
        .read_u32(Gpa(4 * u64::from(vector)))
        .unwrap();
    bench
        .machine
        .guest_mut()
        .memory
        .write_at(STACK + 4, &0x0202u16.to_le_bytes());
    let cpu = bench.cpu();
    cpu.mode = CpuMode::Real;
    cpu.segments
        .insert(SegmentName::Cs, segment(u64::from(entry >> 16)));
    for name in [SegmentName::Ss, SegmentName::Ds, SegmentName::Es] {
        cpu.segments.insert(name, segment(0));
    }
    cpu.system.insert(SystemRegister::Rsp, STACK);
    for (register, value) in registers {
        cpu.registers.gpr[*register] = *value;
    }
    bench.set_rip(u64::from(entry & 0xFFFF));
    let mut call = plain(reason::VMCALL);
    call.instruction_length = 3;
    assert_eq!(bench.exit(call), Stop::Preempted);
    flags(bench)
}

fn segment(selector: u64) -> Segment {
    Segment {
        selector: selector as u16,
        base: selector << 4,
        limit: 0xFFFF,
        access: 0x93,
    }
}

fn flags(bench: &mut Bench) -> u16 {
    let bytes = bench.machine.guest_mut().memory.bytes(STACK + 4, 2);
    u16::from_le_bytes([bytes[0], bytes[1]])
}

fn word(bench: &mut Bench, register: usize) -> u16 {
    bench.cpu().registers.gpr[register] as u16
}

fn text(bench: &mut Bench, row: u64, length: usize) -> std::string::String {
    let cells = bench
        .machine
        .guest_mut()
        .memory
        .bytes(0xB_8000 + row * 160, 2 * length);
    cells.chunks(2).map(|cell| char::from(cell[0])).collect()
}

#[test]
fn the_teletype_prints_wraps_and_scrolls() {
    let mut bench = bench();
    for character in b"one\r\ntwo" {
        int(&mut bench, 0x10, &[(RAX, 0x0E00 | u64::from(*character))]);
    }
    assert_eq!(
        (text(&mut bench, 0, 4), text(&mut bench, 1, 4)),
        ("one ".into(), "two ".into())
    );
    int(&mut bench, 0x10, &[(RAX, 0x0300), (RBX, 0)]);
    assert_eq!(word(&mut bench, RDX), 0x0103, "row and column");
    int(&mut bench, 0x10, &[(RAX, 0x0200), (RDX, 0x184F)]);
    for character in b"xy" {
        int(&mut bench, 0x10, &[(RAX, 0x0E00 | u64::from(*character))]);
    }
    assert_eq!(text(&mut bench, 0, 3), "two", "the first line is gone");
    assert_eq!(text(&mut bench, 23, 80).chars().last(), Some('x'));
    assert_eq!(text(&mut bench, 24, 2), "y ");
}

#[test]
fn windows_scroll_both_ways() {
    let mut bench = bench();
    for (row, character) in [(0, b'a'), (1, b'b'), (2, b'c')] {
        bench
            .machine
            .guest_mut()
            .memory
            .write_at(0xB_8000 + row * 160, &[character, 7]);
    }
    int(
        &mut bench,
        0x10,
        &[(RAX, 0x0701), (RBX, 0x1F00), (RCX, 0x0000), (RDX, 0x0200)],
    );
    let column: Vec<_> = (0..3).map(|row| text(&mut bench, row, 1)).collect();
    assert_eq!(column, [" ", "a", "b"]);
    int(
        &mut bench,
        0x10,
        &[(RAX, 0x0602), (RBX, 0x1F00), (RCX, 0x0000), (RDX, 0x0200)],
    );
    let column: Vec<_> = (0..3).map(|row| text(&mut bench, row, 1)).collect();
    assert_eq!(column, ["b", " ", " "]);
    int(&mut bench, 0x10, &[(RAX, 0x06FF), (RCX, 0xFFFF), (RDX, 0xFFFF)]);
}

#[test]
fn sectors_by_geometry_and_by_packet() {
    let image: Vec<u8> = (0..20_000 * 512).map(|index| (index / 512) as u8).collect();
    let mut bench = bench_with("disk = /disk", |host| host.put("/disk", &image));
    // Cylinder 1, head 2, sector 3 of 16 heads and 63 sectors.
    let lba = (16 + 2) * 63 + 2;
    let read = [(RAX, 0x0202), (RCX, 0x0103), (RDX, 0x0280), (RBX, 0x9000)];
    assert_eq!(int(&mut bench, 0x13, &read) & CARRY, 0);
    let got = bench.machine.guest_mut().memory.bytes(0x9000, 1024);
    assert_eq!((got[0], got[1023]), (lba as u8, (lba + 1) as u8));

    let mut packet = [16u8, 0, 100, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0];
    packet[8..12].copy_from_slice(&19_900u32.to_le_bytes());
    bench.machine.guest_mut().memory.write_at(0x600, &packet);
    assert_eq!(
        int(&mut bench, 0x13, &[(RAX, 0x4200), (RDX, 0x80), (RSI, 0x600)]) & CARRY,
        0
    );
    assert_eq!(
        bench.machine.guest_mut().memory.bytes(0x2_0000 + 99 * 512, 1),
        [19_999u32 as u8]
    );

    packet[8..12].copy_from_slice(&19_901u32.to_le_bytes());
    bench.machine.guest_mut().memory.write_at(0x600, &packet);
    assert_eq!(
        int(&mut bench, 0x13, &[(RAX, 0x4200), (RDX, 0x80), (RSI, 0x600)]) & CARRY,
        CARRY
    );
    assert_eq!(word(&mut bench, RAX) >> 8, 4, "one sector too far");
    int(&mut bench, 0x13, &[(RAX, 0x0100), (RDX, 0x80)]);
    assert_eq!(word(&mut bench, RAX) >> 8, 4, "the status stays");
}

#[test]
fn writes_and_disks_that_are_not_there() {
    let mut bench = bench_with("disk = /disk", |host| host.put("/disk", &[0; 8 * 512]));
    bench.machine.guest_mut().memory.write_at(0x9000, &[0x5A; 512]);
    let write = [(RAX, 0x0301), (RCX, 0x0002), (RDX, 0x0080), (RBX, 0x9000)];
    assert_eq!(int(&mut bench, 0x13, &write) & CARRY, 0);
    assert_eq!(bench.host.get("/disk")[512..1024], [0x5A; 512]);
    assert_eq!(
        int(&mut bench, 0x13, &[(RAX, 0x0201), (RDX, 0x81)]) & CARRY,
        CARRY
    );
    assert_eq!(
        int(&mut bench, 0x13, &[(RAX, 0x0000), (RDX, 0x00)]) & CARRY,
        0,
        "a diskette reset"
    );
    assert_eq!(
        int(&mut bench, 0x13, &[(RAX, 0x4100), (RBX, 0x55AA), (RDX, 0x80)]) & CARRY,
        0
    );
    assert_eq!(word(&mut bench, RBX), 0xAA55);
    bench.host.break_file("/disk");
    assert_eq!(
        int(
            &mut bench,
            0x13,
            &[(RAX, 0x0201), (RCX, 1), (RDX, 0x80), (RBX, 0x9000)]
        ) & CARRY,
        CARRY
    );
}

#[test]
fn the_memory_map_entry_by_entry() {
    let mut bench = bench();
    let (mut next, mut usable, mut entries) = (0, 0, 0);
    loop {
        let call = [
            (RAX, 0xE820),
            (RBX, next),
            (RCX, 24),
            (RDX, 0x534D_4150),
            (RDI, 0x600),
        ];
        assert_eq!(int(&mut bench, 0x15, &call) & CARRY, 0);
        assert_eq!(bench.cpu().registers.gpr[RAX], 0x534D_4150);
        let memory = &bench.machine.guest_mut().memory;
        if memory.read_u32(Gpa(0x610)).unwrap() == 1 {
            usable += memory.get64(0x608);
        }
        entries += 1;
        next = bench.cpu().registers.gpr[RBX];
        if next == 0 {
            break;
        }
    }
    assert_eq!((entries, usable), (4, 0x9_FC00 + (1 << 20)));
    assert_eq!(
        int(&mut bench, 0x15, &[(RAX, 0xE820), (RBX, 9), (RCX, 24)]) & CARRY,
        CARRY
    );
    int(&mut bench, 0x12, &[]);
    assert_eq!(word(&mut bench, RAX), 639);
    int(&mut bench, 0x15, &[(RAX, 0x8800)]);
    assert_eq!(word(&mut bench, RAX), 1024);
}

#[test]
fn blocks_move_above_one_megabyte() {
    let mut bench = bench();
    let memory = &mut bench.machine.guest_mut().memory;
    memory.write_at(0x5000, b"kernel");
    let mut table = [0; 0x30];
    table[0x12..0x15].copy_from_slice(&[0x00, 0x50, 0x00]);
    table[0x1A..0x1D].copy_from_slice(&[0x00, 0x00, 0x10]);
    memory.write_at(0x800, &table);
    assert_eq!(
        int(&mut bench, 0x15, &[(RAX, 0x8700), (RCX, 3), (RSI, 0x800)]) & CARRY,
        0
    );
    assert_eq!(bench.machine.guest_mut().memory.bytes(0x10_0000, 7), b"kernel\0");
    // Longer than the pieces it goes in.
    let long: Vec<u8> = (0..1502u32)
        .map(|index| index as u8 ^ (index >> 8) as u8)
        .collect();
    bench.machine.guest_mut().memory.write_at(0x5000, &long);
    int(&mut bench, 0x15, &[(RAX, 0x8700), (RCX, 751), (RSI, 0x800)]);
    assert_eq!(bench.machine.guest_mut().memory.bytes(0x10_0000, 1502), long);
    assert_eq!(bench.machine.guest_mut().memory.bytes(0x10_05DE, 1), [0]);
    table[0x1F] = 0x80;
    bench.machine.guest_mut().memory.write_at(0x800, &table);
    assert_eq!(
        int(&mut bench, 0x15, &[(RAX, 0x8700), (RCX, 3), (RSI, 0x800)]) & CARRY,
        CARRY
    );
}

#[test]
fn keys_go_through_the_buffer() {
    let mut bench = bench();
    assert_eq!(int(&mut bench, 0x16, &[(RAX, 0x0100)]) & ZERO, ZERO);
    // Without a key the program waits in the ROM, and calls again after an interrupt.
    int(&mut bench, 0x16, &[(RAX, 0)]);
    let rip = bench.rip();
    assert_eq!(
        bench.machine.guest_mut().memory.bytes(0xF_0000 + rip, 2),
        [0xFB, 0xF4],
        "sti; hlt"
    );
    // Shift down, A, A released.
    for scancode in [0x2A, 0x1E, 0x9E] {
        bench.machine.control().input.send(Input::Key(scancode));
        bench.host.pass(20_000_000);
        bench.run();
        int(&mut bench, 0x09, &[]);
    }
    assert_eq!(int(&mut bench, 0x16, &[(RAX, 0x0100)]) & ZERO, 0);
    int(&mut bench, 0x16, &[(RAX, 0x0200)]);
    assert_eq!(word(&mut bench, RAX) & 0xFF, 2, "left Shift");
    int(&mut bench, 0x16, &[(RAX, 0)]);
    assert_eq!(word(&mut bench, RAX), 0x1E41);
    assert_eq!(int(&mut bench, 0x16, &[(RAX, 0x0100)]) & ZERO, ZERO);
}

/// Lets what waits be typed and, interrupt by interrupt, be taken by the firmware.
fn type_all(bench: &mut Bench) {
    for _ in 0..100 {
        bench.host.pass(20_000_000);
        bench.run();
        int(bench, 0x09, &[]);
    }
}

/// Types lower-case letters, pressed and released at once.
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

#[test]
fn what_is_typed_ahead_waits_until_the_buffer_has_room() {
    let mut bench = bench();
    let typed = letters(&mut bench, 36);
    type_all(&mut bench);
    let taken: Vec<u16> = (0..36)
        .map(|_| {
            int(&mut bench, 0x16, &[(RAX, 0)]);
            let key = word(&mut bench, RAX);
            type_all(&mut bench);
            key
        })
        .collect();
    assert_eq!(taken, typed);
    assert_eq!(int(&mut bench, 0x16, &[(RAX, 0x0100)]) & ZERO, ZERO);
}

#[test]
fn a_program_that_takes_keys_itself_gets_those_that_waited() {
    const HEAD: u64 = 0x41A;
    let mut bench = bench();
    let typed = letters(&mut bench, 20);
    type_all(&mut bench);
    // It empties the buffer: head to tail.
    let tail = bench.machine.guest_mut().memory.bytes(HEAD + 2, 2);
    bench.machine.guest_mut().memory.write_at(HEAD, &tail);
    assert_eq!(int(&mut bench, 0x16, &[(RAX, 0x0100)]) & ZERO, ZERO);
    int(&mut bench, 0x08, &[]);
    type_all(&mut bench);
    for key in &typed[15..] {
        int(&mut bench, 0x16, &[(RAX, 0)]);
        assert_eq!(word(&mut bench, RAX), *key);
    }
}

#[test]
fn an_interrupt_without_a_key_is_not_the_last_key_again() {
    let mut bench = bench();
    letters(&mut bench, 1);
    type_all(&mut bench);
    int(&mut bench, 0x16, &[(RAX, 0)]);
    int(&mut bench, 0x09, &[]);
    assert_eq!(int(&mut bench, 0x16, &[(RAX, 0x0100)]) & ZERO, ZERO);
}

#[test]
fn time_passes() {
    let mut bench = bench();
    for _ in 0..3 {
        int(&mut bench, 0x08, &[]);
    }
    int(&mut bench, 0x1A, &[(RAX, 0)]);
    assert_eq!((word(&mut bench, RCX), word(&mut bench, RDX)), (0, 3));
    int(&mut bench, 0x1A, &[(RAX, 0x0400)]);
    assert_eq!(word(&mut bench, RCX), 0x2023, "the year in BCD");
    // Two milliseconds, of which the first call sees none.
    int(&mut bench, 0x15, &[(RAX, 0x8600), (RCX, 0), (RDX, 2000)]);
    let waiting = bench.rip();
    bench.host.pass(3_000_000);
    assert_eq!(
        int(&mut bench, 0x15, &[(RAX, 0x8600), (RCX, 0), (RDX, 2000)]) & CARRY,
        0
    );
    assert_ne!(bench.rip(), waiting);
}

#[test]
fn booting_again() {
    let mut sector = [0x90; 512];
    sector[510..].copy_from_slice(&[0x55, 0xAA]);
    let mut bench = bench_with("disk = /disk", |host| host.put("/disk", &sector));
    int(&mut bench, 0x19, &[]);
    assert_eq!((bench.rip(), word(&mut bench, RDX)), (0x7C00, 0x80));
    assert_eq!(bench.machine.guest_mut().memory.bytes(0x7C00, 1), [0x90]);
    let mut diskless = crate::testing::bench();
    int(&mut diskless, 0x19, &[]);
    assert_eq!(text(&mut diskless, 0, 17), "No bootable disk.");
}

#[test]
fn a_guests_own_vmcall_in_real_mode_is_a_hypercall() {
    let mut bench = bench();
    bench.cpu().mode = CpuMode::Real;
    bench.cpu().registers.gpr[RAX] = 0;
    bench.exit(plain(reason::VMCALL));
    assert_eq!(bench.cpu().registers.gpr[RAX], 1);
    assert_eq!(bench.cpu().system[&SystemRegister::Rip], 0x7C02);
}
