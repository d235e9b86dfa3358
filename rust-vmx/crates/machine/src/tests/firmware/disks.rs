//! INT 13h: hard disks. Fields as in Ralf Brown's Interrupt List, and in "BIOS Enhanced Disk Drive Specification" 1.1.

use super::program::{CARRY, byte, int, memory, memory_word, word};
use crate::testing::{Bench, bench_with};
use std::vec::Vec;
use vmx::state::SegmentName;
use vmx::state::gpr::{RAX, RBX, RCX, RDI, RDX, RSI};

/// A disk of 20,000 sectors, each full of its number.
fn with_disk() -> Bench {
    let image: Vec<u8> = (0..20_000 * 512).map(|index| (index / 512) as u8).collect();
    bench_with("disk = /disk", |host| host.put("/disk", &image))
}

/// Carry flag and AH.
fn call(bench: &mut Bench, registers: &[(usize, u64)]) -> (bool, u8) {
    let failed = int(bench, 0x13, registers) & CARRY != 0;
    (failed, (word(bench, RAX) >> 8) as u8)
}

/// A packet for `count` sectors from `lba` on, to 2000:0000.
fn packet(bench: &mut Bench, count: u8, lba: u32) {
    let mut packet = [16u8, 0, count, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0];
    packet[8..12].copy_from_slice(&lba.to_le_bytes());
    bench.machine.guest_mut().memory.write_at(0x600, &packet);
}

#[test]
fn sectors_by_geometry() {
    let mut bench = with_disk();
    // Cylinder 1, head 2, sector 3 of 16 heads and 63 sectors.
    let lba = (16 + 2) * 63 + 2;
    let read = [(RAX, 0x0202), (RCX, 0x0103), (RDX, 0x0280), (RBX, 0x9000)];
    assert_eq!(call(&mut bench, &read), (false, 0));
    assert_eq!(word(&mut bench, RAX), 0x0002, "AL: sectors moved");
    let got = memory(&mut bench, 0x9000, 1024);
    assert_eq!((got[0], got[1023]), (lba as u8, (lba + 1) as u8));
    for (name, registers, status) in [
        ("no sectors", [(RAX, 0x0200), (RCX, 0x0001), (RDX, 0x0080)], 0x01),
        ("sector 0", [(RAX, 0x0201), (RCX, 0x0000), (RDX, 0x0080)], 0x04),
        ("head 16", [(RAX, 0x0201), (RCX, 0x0001), (RDX, 0x1080)], 0x04),
        (
            "cylinder 1023",
            [(RAX, 0x0201), (RCX, 0xFFC1), (RDX, 0x0080)],
            0x04,
        ),
        (
            "verify there",
            [(RAX, 0x0401), (RCX, 0xFFC1), (RDX, 0x0080)],
            0x04,
        ),
    ] {
        assert_eq!(call(&mut bench, &registers), (true, status), "{name}");
        assert_eq!(byte(&mut bench, 0x474), status, "40:74");
        assert_eq!(
            call(&mut bench, &[(RAX, 0x0100), (RDX, 0x80)]),
            (true, status),
            "{name}"
        );
    }
    assert_eq!(
        call(&mut bench, &[(RAX, 0x0401), (RCX, 1), (RDX, 0x80)]),
        (false, 0)
    );
    assert_eq!(call(&mut bench, &[(RAX, 0x0100), (RDX, 0x80)]), (false, 0));
}

#[test]
fn parameters_of_the_disk() {
    let mut bench = with_disk();
    let ask = [(RAX, 0x08AA), (RDX, 0x80), (RDI, 0x1234)];
    assert_eq!(call(&mut bench, &ask), (false, 0));
    // 20,000 sectors are 19 whole cylinders of 16 heads and 63 sectors.
    assert_eq!(word(&mut bench, RCX), 18 << 8 | 63);
    assert_eq!(word(&mut bench, RDX), 0x0F01, "the last head, one drive");
    assert_eq!(word(&mut bench, RDI), 0x1234, "ES:DI is for diskettes");
    assert_eq!(bench.cpu().segments[&SegmentName::Es].selector, 0);
    assert_eq!(call(&mut bench, &[(RAX, 0x1500), (RDX, 0x80)]), (false, 3));
    assert_eq!((word(&mut bench, RCX), word(&mut bench, RDX)), (0, 20_000));
    assert_eq!(byte(&mut bench, 0x475), 1);
}

#[test]
fn sectors_by_packet() {
    let mut bench = with_disk();
    let installed = [(RAX, 0x4100), (RBX, 0x55AA), (RDX, 0x80)];
    assert_eq!(call(&mut bench, &installed), (false, 0x21), "EDD 1.1");
    assert_eq!((word(&mut bench, RBX), word(&mut bench, RCX)), (0xAA55, 1));
    assert_eq!(
        call(&mut bench, &[(RAX, 0x4100), (RBX, 0), (RDX, 0x80)]),
        (true, 1)
    );
    packet(&mut bench, 100, 19_900);
    assert_eq!(
        call(&mut bench, &[(RAX, 0x4200), (RDX, 0x80), (RSI, 0x600)]),
        (false, 0)
    );
    assert_eq!(memory(&mut bench, 0x2_0000 + 99 * 512, 1), [19_999u32 as u8]);
    assert_eq!(memory_word(&mut bench, 0x602), 100);
    for function in [0x4200, 0x4300, 0x4400] {
        packet(&mut bench, 100, 19_901);
        assert_eq!(
            call(&mut bench, &[(RAX, function), (RDX, 0x80), (RSI, 0x600)]),
            (true, 4)
        );
        assert_eq!(memory_word(&mut bench, 0x602), 0, "nothing was moved");
    }
    bench.machine.guest_mut().memory.write_at(0x600, &[15]);
    assert_eq!(
        call(&mut bench, &[(RAX, 0x4200), (RDX, 0x80), (RSI, 0x600)]),
        (true, 1)
    );
}

#[test]
fn a_failure_on_the_way_tells_how_far_it_came() {
    let mut bench = with_disk();
    // The medium fails behind 70 sectors.
    bench.host.put("/disk", &[7; 70 * 512]);
    packet(&mut bench, 100, 0);
    assert_eq!(
        call(&mut bench, &[(RAX, 0x4200), (RDX, 0x80), (RSI, 0x600)]),
        (true, 0x10)
    );
    assert_eq!(memory_word(&mut bench, 0x602), 70);
    let read = [(RAX, 0x0264), (RCX, 1), (RDX, 0x80), (RBX, 0x9000)];
    assert_eq!(call(&mut bench, &read), (true, 0x10));
    assert_eq!(word(&mut bench, RAX), 0x1000 | 70);
}

#[test]
fn parameters_fit_into_the_callers_buffer() {
    for (room, written) in [
        (0x00, 0),
        (0x12, 0),
        (0x19, 0),
        (0x1A, 0x1A),
        (0x1D, 0x1A),
        (0x1E, 0x1E),
        (0x42, 0x1E),
    ] {
        let mut bench = with_disk();
        let mut buffer = [0xEE; 0x48];
        buffer[..2].copy_from_slice(&(room as u16).to_le_bytes());
        bench.machine.guest_mut().memory.write_at(0x600, &buffer);
        let result = call(&mut bench, &[(RAX, 0x4800), (RDX, 0x80), (RSI, 0x600)]);
        if written == 0 {
            assert_eq!(result, (true, 1), "{room:x} bytes");
            assert_eq!(memory(&mut bench, 0x600, 0x48), buffer);
            continue;
        }
        assert_eq!(result, (false, 0), "{room:x} bytes");
        let table = memory(&mut bench, 0x600, 0x48);
        assert_eq!(table[..2], [written as u8, 0]);
        assert_eq!(table[2..4], [2, 0], "the geometry is valid");
        assert_eq!(table[4..16], [19, 0, 0, 0, 16, 0, 0, 0, 63, 0, 0, 0]);
        assert_eq!(table[16..24], 20_000u64.to_le_bytes());
        assert_eq!(table[24..26], [0, 2]);
        // No parameters of the controller.
        assert!(table[26..written].iter().all(|byte| *byte == 0xFF));
        assert!(table[written..].iter().all(|byte| *byte == 0xEE));
    }
}

#[test]
fn writes_reach_the_disk() {
    let mut bench = bench_with("disk = /disk\ndisk = /other,ro", |host| {
        host.put("/disk", &[0; 8 * 512]);
        host.put("/other", &[0; 8 * 512]);
    });
    bench.machine.guest_mut().memory.write_at(0x9000, &[0x5A; 512]);
    let write = |drive| [(RAX, 0x0301), (RCX, 0x0002), (RDX, drive), (RBX, 0x9000)];
    assert_eq!(call(&mut bench, &write(0x80)), (false, 0));
    assert_eq!(bench.host.get("/disk")[512..1024], [0x5A; 512]);
    assert_eq!(call(&mut bench, &write(0x81)), (true, 3), "write-protected");
    assert_eq!(word(&mut bench, RAX), 0x0300);
    bench.host.break_file("/disk");
    assert_eq!(call(&mut bench, &write(0x80)), (true, 0xCC));
    assert_eq!(
        call(&mut bench, &[(RAX, 0x0201), (RCX, 1), (RDX, 0x80), (RBX, 0x9000)]),
        (true, 0x10)
    );
}

#[test]
fn drives_and_functions_that_are_not_there() {
    let mut bench = with_disk();
    for (function, drive) in [
        (0x0201, 0x81),
        (0x0201, 0x00),
        (0x0800, 0x81),
        (0x0800, 0x00),
        (0x4100, 0x81),
    ] {
        let registers = [(RAX, function), (RBX, 0x55AA), (RCX, 1), (RDX, drive)];
        assert_eq!(
            call(&mut bench, &registers),
            (true, 1),
            "{function:x} of {drive:x}"
        );
    }
    for drive in [0x00, 0x81] {
        assert_eq!(
            call(&mut bench, &[(RAX, 0x1500), (RCX, 5), (RDX, drive)]),
            (false, 0),
            "no such drive"
        );
        assert_eq!((word(&mut bench, RCX), word(&mut bench, RDX)), (0, 0));
        assert_eq!(
            call(&mut bench, &[(RAX, 0x0000), (RDX, drive)]),
            (false, 0),
            "a reset"
        );
    }
    for function in [
        0x0500, 0x0600, 0x0700, 0x0A00, 0x0B00, 0x1600, 0x1800, 0x4500, 0x4600, 0x4900, 0x4E00,
    ] {
        assert_eq!(
            call(&mut bench, &[(RAX, function), (RDX, 0x80)]),
            (true, 1),
            "{function:x}"
        );
    }
    for function in [0x0000, 0x0900, 0x0C00, 0x0D00, 0x1000, 0x1100, 0x1400, 0x4700] {
        assert_eq!(
            call(&mut bench, &[(RAX, function), (RDX, 0x80)]),
            (false, 0),
            "{function:x}"
        );
    }
    let mut diskless = crate::testing::bench();
    assert_eq!(byte(&mut diskless, 0x475), 0);
}
