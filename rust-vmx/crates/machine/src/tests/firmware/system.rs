//! INT 11h, 12h, 15h, 18h, 19h, and what the data area and the ROM say.

use super::program::{CARRY, End, byte, int, memory, memory_word, run, text, word};
use crate::memory::PhysicalMemory;
use crate::testing::{bench, bench_with, plain};
use std::vec::Vec;
use vmx::addr::Gpa;
use vmx::exit::reason;
use vmx::state::gpr::{RAX, RBX, RCX, RDI, RDX, RSI};
use vmx::state::{CpuMode, SystemRegister};

#[test]
fn equipment_and_memory() {
    let mut bench = bench();
    int(&mut bench, 0x11, &[]);
    // Coprocessor, 80 by 25 in colour, one serial port, no diskette drive.
    assert_eq!(word(&mut bench, RAX), 0b0000_0010_0010_0010);
    int(&mut bench, 0x12, &[]);
    assert_eq!(word(&mut bench, RAX), 639);
    assert_eq!(int(&mut bench, 0x15, &[(RAX, 0x8800)]) & CARRY, 0);
    assert_eq!(word(&mut bench, RAX), 1024);
    assert_eq!(memory_word(&mut bench, 0x40E), 0x9FC0, "the extended data area");
    assert_eq!(byte(&mut bench, 0xF_FFFE), 0xFC, "an AT");
}

#[test]
fn extended_memory_in_two_parts() {
    let mut bench = bench_with("memory = 32M", |_| {});
    assert_eq!(int(&mut bench, 0x15, &[(RAX, 0xE801)]) & CARRY, 0);
    let sizes = [RAX, RBX, RCX, RDX].map(|register| word(&mut bench, register));
    assert_eq!(sizes, [15 * 1024, 16 * 16, 15 * 1024, 16 * 16]);
    int(&mut bench, 0x15, &[(RAX, 0x8800)]);
    assert_eq!(word(&mut bench, RAX), 31 * 1024);
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
        assert_eq!(bench.cpu().registers.gpr[RCX], 20);
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
    for wrong in [
        [(RAX, 0xE820), (RBX, 9), (RCX, 24), (RDX, 0x534D_4150)],
        [(RAX, 0xE820), (RBX, 0), (RCX, 19), (RDX, 0x534D_4150)],
        [(RAX, 0xE820), (RBX, 0), (RCX, 24), (RDX, 0x534D_4151)],
    ] {
        assert_eq!(int(&mut bench, 0x15, &wrong) & CARRY, CARRY);
        assert_eq!(word(&mut bench, RAX) >> 8, 0x86);
    }
}

#[test]
fn the_a20_gate() {
    let mut bench = bench();
    for (function, expected) in [(0x2401, 1), (0x2400, 0), (0x2401, 1)] {
        assert_eq!(int(&mut bench, 0x15, &[(RAX, function)]) & CARRY, 0);
        assert_eq!(int(&mut bench, 0x15, &[(RAX, 0x2402)]) & CARRY, 0);
        assert_eq!(word(&mut bench, RAX), expected);
    }
    assert_eq!(int(&mut bench, 0x15, &[(RAX, 0x2403)]) & CARRY, 0);
    assert_eq!((word(&mut bench, RAX) >> 8, word(&mut bench, RBX)), (0, 3));
}

#[test]
fn services_that_are_not_there_say_so() {
    let mut bench = bench();
    // Event wait, system configuration, EBDA, pointing device, APM, EISA, 32-bit E801h.
    for function in [
        0x8300, 0xC000, 0xC100, 0xC200, 0x5300, 0xD800, 0xE881, 0x2404, 0x0000,
    ] {
        assert_eq!(int(&mut bench, 0x15, &[(RAX, function)]) & CARRY, CARRY);
        assert_eq!(u64::from(word(&mut bench, RAX)), 0x8600 | function & 0xFF);
    }
    // Waiting for a device, its end, SysReq.
    for function in [0x9000, 0x9100, 0x8500, 0x8501] {
        assert_eq!(int(&mut bench, 0x15, &[(RAX, function)]) & CARRY, 0);
        assert_eq!(u64::from(word(&mut bench, RAX)), function & 0xFF);
    }
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
    let moved = [(RAX, 0x8700), (RCX, 3), (RSI, 0x800)];
    assert_eq!(int(&mut bench, 0x15, &moved) & CARRY, 0);
    assert_eq!(word(&mut bench, RAX) >> 8, 0);
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
    assert_eq!(int(&mut bench, 0x15, &moved) & CARRY, CARRY);
    assert_eq!(word(&mut bench, RAX) >> 8, 2, "an exception");
}

#[test]
fn booting_again() {
    let mut sector = [0x90; 512];
    sector[510..].copy_from_slice(&[0x55, 0xAA]);
    let mut bench = bench_with("disk = /disk", |host| host.put("/disk", &sector));
    int(&mut bench, 0x19, &[(RDX, 0)]);
    assert_eq!((bench.rip(), word(&mut bench, RDX)), (0x7C00, 0x80));
    assert_eq!(memory(&mut bench, 0x7C00, 1), [0x90]);
}

#[test]
fn nothing_to_boot_is_said_once() {
    let mut bench = bench();
    int(&mut bench, 0x19, &[]);
    for _ in 0..3 {
        assert_eq!(run(&mut bench), End::Waits, "and serves interrupts");
    }
    assert_eq!(text(&mut bench, 0, 0, 17), "No bootable disk.");
    assert_eq!(text(&mut bench, 0, 1, 2), "  ");
}

#[test]
fn a_guests_own_vmcall_is_a_hypercall() {
    for (mode, rip) in [
        (CpuMode::Real, 0x7C00),
        (CpuMode::Virtual8086, 0x7C00),
        // In other modes also at a stub's place.
        (CpuMode::Protected16, 0xF_E090),
        (CpuMode::Protected32, 0xF_E090),
        (CpuMode::Long, 0xF_E090),
    ] {
        let mut bench = bench();
        bench.cpu().mode = mode;
        bench.set_rip(rip);
        bench.cpu().registers.gpr[RAX] = 0;
        bench.exit(plain(reason::VMCALL));
        assert_eq!(bench.cpu().registers.gpr[RAX], 1, "{mode:?}");
        assert_eq!(bench.cpu().system[&SystemRegister::Rip], rip + 2);
    }
}
