//! Images of a diskette's size are drive 0.

use super::program::{CARRY, byte, int, memory, memory_word, word};
use crate::testing::{Bench, bench_with};
use std::vec::Vec;
use vmx::state::SegmentName;
use vmx::state::gpr::{RAX, RBX, RCX, RDI, RDX};

/// Bytes of a diskette with 1.44 MB.
const SIZE: usize = 1_474_560;

/// A bootable diskette whose sectors are full of their numbers, and a hard disk.
fn with_diskette() -> Bench {
    let mut image: Vec<u8> = (0..SIZE).map(|index| (index / 512) as u8).collect();
    image[510..512].copy_from_slice(&[0x55, 0xAA]);
    bench_with("disk = /floppy\ndisk = /disk", |host| {
        host.put("/floppy", &image);
        host.put("/disk", &[0xDD; 100 * 512]);
    })
}

fn call(bench: &mut Bench, registers: &[(usize, u64)]) -> (bool, u8) {
    let failed = int(bench, 0x13, registers) & CARRY != 0;
    (failed, (word(bench, RAX) >> 8) as u8)
}

#[test]
fn each_format_has_its_parameters() {
    // Size, type, last cylinder and sector as CX has them, last head, sectors a track.
    for (size, drive_type, cx, head, sectors) in [
        (368_640, 1, 0x2709, 1, 9),
        (1_228_800, 2, 0x4F0F, 1, 15),
        (737_280, 3, 0x4F09, 1, 9),
        (1_474_560, 4, 0x4F12, 1, 18),
        (2_949_120, 6, 0x4F24, 1, 36),
    ] {
        let mut bench = bench_with("disk = /floppy", |host| host.put("/floppy", &std::vec![0; size]));
        assert_eq!(
            call(&mut bench, &[(RAX, 0x08FF), (RBX, 0xFFFF), (RDX, 0)]),
            (false, 0)
        );
        let registers = [RAX, RBX, RCX, RDX].map(|register| word(&mut bench, register));
        assert_eq!(registers, [0, drive_type, cx, head << 8 | 1], "{size} bytes");
        // ES:DI, which INT 1Eh is for drive 0.
        let segment = bench.cpu().segments[&SegmentName::Es];
        assert_eq!((segment.selector, segment.base), (0xF000, 0xF_0000));
        let offset = word(&mut bench, RDI);
        assert_eq!(
            [memory_word(&mut bench, 0x78), memory_word(&mut bench, 0x7A)],
            [offset, 0xF000]
        );
        let table = memory(&mut bench, 0xF_0000 + u64::from(offset), 11);
        assert_eq!((table[3], table[4], table[6], table[8]), (2, sectors, 0xFF, 0xF6));
    }
    // The PC/AT's table for 1.44 MB.
    let mut bench = with_diskette();
    let table = memory(&mut bench, 0xF_EFC7, 11);
    assert_eq!(
        table,
        [0xAF, 0x02, 0x25, 0x02, 0x12, 0x1B, 0xFF, 0x6C, 0xF6, 0x0F, 0x08]
    );
}

#[test]
fn a_diskette_is_no_hard_disk() {
    let mut bench = with_diskette();
    // Cylinder 2, head 1, sector 18: (2 * 2 + 1) * 18 + 17.
    let read = [(RAX, 0x0201), (RCX, 0x0212), (RDX, 0x0100), (RBX, 0x9000)];
    assert_eq!(call(&mut bench, &read), (false, 0));
    assert_eq!(word(&mut bench, RAX), 1);
    assert_eq!(memory(&mut bench, 0x9000, 512), [107; 512]);
    let read = [(RAX, 0x0201), (RCX, 0x0001), (RDX, 0x0080), (RBX, 0x9000)];
    assert_eq!(call(&mut bench, &read), (false, 0));
    assert_eq!(memory(&mut bench, 0x9000, 512), [0xDD; 512]);
    assert_eq!(
        call(&mut bench, &[(RAX, 0x0201), (RCX, 1), (RDX, 0x81)]),
        (true, 1)
    );
    assert_eq!(byte(&mut bench, 0x475), 1, "one hard disk");
    int(&mut bench, 0x11, &[]);
    assert_eq!(word(&mut bench, RAX) & 0xC1, 0x01, "one diskette drive");
    assert_eq!(call(&mut bench, &[(RAX, 0x0800), (RDX, 0x80)]), (false, 0));
    assert_eq!(word(&mut bench, RDX) & 0xFF, 1);
}

#[test]
fn errors_and_the_status_are_the_diskettes() {
    let mut bench = with_diskette();
    let read = [(RAX, 0x0201), (RCX, 0x0013), (RDX, 0x0000)];
    assert_eq!(call(&mut bench, &read), (true, 4), "sector 19");
    assert_eq!((byte(&mut bench, 0x441), byte(&mut bench, 0x474)), (4, 0));
    assert_eq!(call(&mut bench, &[(RAX, 0x0100), (RDX, 0x80)]), (false, 0));
    assert_eq!(call(&mut bench, &[(RAX, 0x0100), (RDX, 0x00)]), (true, 4));
    // A drive that tells when its medium was changed, and it was not.
    assert_eq!(call(&mut bench, &[(RAX, 0x1500), (RDX, 0)]), (false, 2));
    assert_eq!(call(&mut bench, &[(RAX, 0x1600), (RDX, 0)]), (false, 0));
    for function in [0x0500, 0x0900, 0x1700, 0x1800, 0x4100, 0x4200, 0x4800] {
        assert_eq!(
            call(&mut bench, &[(RAX, function), (RBX, 0x55AA), (RDX, 0)]),
            (true, 1)
        );
    }
}

#[test]
fn writes_reach_the_image() {
    let mut bench = with_diskette();
    bench.machine.guest_mut().memory.write_at(0x9000, &[0x5A; 1024]);
    let write = [(RAX, 0x0302), (RCX, 0x0001), (RDX, 0x0100), (RBX, 0x9000)];
    assert_eq!(call(&mut bench, &write), (false, 0));
    assert_eq!(bench.host.get("/floppy")[18 * 512..][..1024], [0x5A; 1024]);
}

#[test]
fn the_first_disk_is_booted_from() {
    let mut bench = with_diskette();
    int(&mut bench, 0x19, &[(RDX, 0x80)]);
    assert_eq!((bench.rip(), word(&mut bench, RDX)), (0x7C00, 0x00));
    assert_eq!(memory(&mut bench, 0x7C00, 2), [0, 0]);
}

#[test]
fn an_ide_drive_is_there_all_the_same() {
    let mut bench = with_diskette();
    bench.out(0x1F6, 0xA0).out(0x1F7, 0xEC).run();
    assert_eq!(bench.input(0x1F7) & 0x89, 0x08, "IDENTIFY has data");
}
