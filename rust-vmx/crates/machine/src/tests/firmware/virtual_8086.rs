//! A program in virtual-8086 mode: the same services, with its kernel's page tables between it and memory.

use super::program::{End, begin, enter, flags, memory, memory_word, run, word};
use crate::testing::{Bench, bench_with};
use std::vec::Vec;
use vmx::state::gpr::{RAX, RBX, RCX, RDX};
use vmx::state::{CpuMode, SegmentName, SystemRegister};

/// Page directory and table: the first MiB is mapped to itself.
const DIRECTORY: u64 = 0x18_0000;
const TABLE: u64 = 0x18_1000;
/// Present, writable, for users.
const PAGE: u32 = 7;

/// A machine with a diskette whose sectors are full of their numbers, and a program in virtual-8086 mode on it.
fn with_monitor() -> Bench {
    let image: Vec<u8> = (0..1_474_560).map(|index| (index / 512) as u8).collect();
    let mut bench = bench_with("disk = /floppy", |host| host.put("/floppy", &image));
    bench
        .machine
        .guest_mut()
        .memory
        .set32(DIRECTORY, TABLE as u32 | PAGE);
    for page in 0..256 {
        map(&mut bench, page, (page as u32 * 4096) | PAGE);
    }
    bench
}

/// Maps a page of the program.
fn map(bench: &mut Bench, page: u64, entry: u32) {
    bench.machine.guest_mut().memory.set32(TABLE + 4 * page, entry);
}

/// INT as a monitor passes it on: the frame is on the program's stack, and it goes on in the ROM.
fn int(bench: &mut Bench, vector: u8, registers: &[(usize, u64)]) -> End {
    begin(bench, registers);
    let cpu = bench.cpu();
    cpu.mode = CpuMode::Virtual8086;
    cpu.system.insert(SystemRegister::Cr0, 0x8000_0011);
    cpu.system.insert(SystemRegister::Cr3, DIRECTORY);
    cpu.system.insert(SystemRegister::Rsp, 0x6FFA);
    cpu.segments.get_mut(&SegmentName::Ss).unwrap().access = 0xF3;
    bench
        .machine
        .guest_mut()
        .memory
        .write_at(0x6FFA, &[0x00, 0x7C, 0, 0, 0x02, 0x32]);
    enter(bench, vector);
    run(bench)
}

#[test]
fn the_service_is_the_same() {
    let mut bench = with_monitor();
    assert_eq!(int(&mut bench, 0x12, &[(RAX, 0)]), End::Returned);
    assert_eq!(word(&mut bench, RAX), 639);
    assert_eq!(flags(&mut bench), 0x3202);
    assert_eq!(int(&mut bench, 0x15, &[(RAX, 0xC000)]), End::Returned);
    assert_eq!(
        (word(&mut bench, RAX), flags(&mut bench)),
        (0x8600, 0x3203),
        "CF in its image"
    );
    // The same stub from another segment.
    begin(&mut bench, &[]);
    assert_eq!(int(&mut bench, 0x16, &[(RAX, 0x0100)]), End::Returned);
    assert_eq!(flags(&mut bench), 0x3242, "ZF");
}

#[test]
fn memory_is_the_programs() {
    let mut bench = with_monitor();
    // The data area, somewhere else, of a machine with 512 KiB.
    map(&mut bench, 0, 0x10_0000 | PAGE);
    bench
        .machine
        .guest_mut()
        .memory
        .write_at(0x10_0413, &[0x00, 0x02]);
    let vectors = memory(&mut bench, 0, 0x400);
    bench.machine.guest_mut().memory.write_at(0x10_0000, &vectors);
    assert_eq!(int(&mut bench, 0x12, &[]), End::Returned);
    assert_eq!(word(&mut bench, RAX), 512);
    // A buffer in two pages that lie far apart.
    map(&mut bench, 9, 0x11_0000 | PAGE);
    map(&mut bench, 10, 0x10_8000 | PAGE);
    let read = [(RAX, 0x0202), (RCX, 0x0005), (RDX, 0), (RBX, 0x9E80)];
    assert_eq!(int(&mut bench, 0x13, &read), End::Returned);
    assert_eq!((word(&mut bench, RAX), flags(&mut bench) & 1), (2, 0));
    assert_eq!(memory(&mut bench, 0x11_0E80, 0x180), [4; 0x180]);
    assert_eq!(memory(&mut bench, 0x10_8000, 0x80), [4; 0x80]);
    assert_eq!(memory(&mut bench, 0x10_8080, 0x200), [5; 0x200]);
    assert_eq!(memory(&mut bench, 0x9E80, 0x180), [0; 0x180]);
}

#[test]
fn a_missing_page_is_a_page_fault_and_the_call_begins_anew() {
    let mut bench = with_monitor();
    map(&mut bench, 10, 0);
    let read = [(RAX, 0x0202), (RCX, 0x0005), (RDX, 0), (RBX, 0x9E80)];
    assert_eq!(int(&mut bench, 0x13, &read), End::Raised(14));
    assert_eq!(bench.cpu().system[&SystemRegister::Cr2], 0xA000);
    assert_eq!(
        bench.cpu().delivered.last().unwrap().error_code,
        Some(6),
        "user, write"
    );
    for (register, value) in read {
        assert_eq!(u64::from(word(&mut bench, register)), value);
    }
    map(&mut bench, 10, 0xA000 | PAGE);
    assert_eq!(run(&mut bench), End::Returned);
    assert_eq!((word(&mut bench, RAX), flags(&mut bench) & 1), (2, 0));
    assert_eq!(memory(&mut bench, 0xA080, 0x200), [5; 0x200]);
}

#[test]
fn what_lies_elsewhere_is_no_stub() {
    let mut bench = with_monitor();
    // A copy of the ROM's page: a hypercall, which user mode may not make.
    let rom = memory(&mut bench, 0xF_E000, 0x1000);
    bench.machine.guest_mut().memory.write_at(0x12_0000, &rom);
    map(&mut bench, 0xFE, 0x12_0000 | PAGE);
    assert_eq!(int(&mut bench, 0x12, &[(RAX, 0)]), End::Returned);
    assert_eq!(word(&mut bench, RAX), 0xFFFF);
    // The ROM's page at another address of the program is the ROM.
    map(&mut bench, 0x50, 0xF_E000 | PAGE);
    map(&mut bench, 0xFE, 0xF_E000 | PAGE);
    assert_eq!(memory_word(&mut bench, 0x413), 639);
    int(&mut bench, 0x12, &[]);
    let cpu = bench.cpu();
    cpu.segments
        .insert(SegmentName::Cs, super::program::segment(0x5000));
    cpu.registers.gpr[RAX] = 0;
    bench.set_rip(0x90);
    let mut call = crate::testing::plain(vmx::exit::reason::VMCALL);
    call.instruction_length = 3;
    bench.exit(call);
    assert_eq!(word(&mut bench, RAX), 639);
}
