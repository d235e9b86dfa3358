//! Port I/O, string instructions, output.

use crate::Stop;
use crate::cpu::Watched;
use crate::testing::{Bench, Exit, ScriptedExit, bench, exit};
use devices::Stream;
use std::vec::Vec;
use vmx::addr::Gva;
use vmx::event::Event;
use vmx::exit::{IoAccess, StringIo};
use vmx::state::gpr::{RAX, RCX, RDI, RSI};
use vmx::state::{CpuMode, Segment, SegmentName, SystemRegister};

fn string(port: u16, width: u8, input: bool, linear: u64, address_size: u8) -> ScriptedExit {
    let string = Some(StringIo {
        rep: true,
        linear: Gva(linear),
        segment: if input { SegmentName::Es } else { SegmentName::Ds },
        address_size,
    });
    exit(Exit::Io(IoAccess {
        port,
        width,
        input,
        string,
    }))
}

#[test]
fn an_open_bus_reads_ones_in_the_width_of_the_access() {
    let mut bench = bench();
    for (width, expected) in [
        (1, 0x1234_5678_9ABC_DEFF),
        (2, 0x1234_5678_9ABC_FFFF),
        (4, 0xFFFF_FFFF),
    ] {
        bench.cpu().registers.gpr[RAX] = 0x1234_5678_9ABC_DEF0;
        bench.exit(exit(Exit::Io(IoAccess {
            port: 0x300,
            width,
            input: true,
            string: None,
        })));
        assert_eq!(bench.cpu().registers.gpr[RAX], expected);
    }
}

#[test]
fn debug_output_reaches_the_host() {
    let mut bench = bench();
    for byte in b"hello" {
        bench.out(0xE9, *byte);
    }
    bench.run();
    assert_eq!(bench.host.output_of(Stream::Debug), "hello");
}

#[test]
fn a_host_without_room_for_output_has_its_turn_before_there_is_more() {
    let mut bench = bench();
    bench.host.set_full(true);
    for _ in 0..100 {
        bench.out(0xE9, b'x');
    }
    assert_eq!(bench.run(), Stop::Preempted);
    let first = bench.host.output_of(Stream::Debug).len();
    assert!((64..100).contains(&first), "{first} bytes");
    bench.host.set_full(false);
    bench.run();
    assert_eq!(bench.host.output_of(Stream::Debug).len(), 100, "nothing is lost");
}

#[test]
fn a_guest_with_breakpoints_gets_one_item_at_a_time() {
    let mut bench = bench();
    bench.machine.guest_mut().memory.write_at(0x5000, b"0123");
    bench.cpu().watched = Some(Vec::new());
    bench.cpu().registers.gpr[RCX] = 2;
    bench.cpu().registers.gpr[RSI] = 0x5000;
    bench.exit(string(0xE9, 2, false, 0x5000, 8));
    assert_eq!(bench.cpu().registers.gpr[RCX], 1);
    bench.exit(exit(Exit::Io(IoAccess {
        port: 0x300,
        width: 4,
        input: true,
        string: None,
    })));
    let seen = bench.cpu().watched.take();
    let expected = [
        (Watched::Port(0xE9), 2),
        (Watched::Read(Gva(0x5000)), 2),
        (Watched::Port(0x300), 4),
    ];
    assert_eq!(seen.as_deref(), Some(&expected[..]));
}

#[test]
fn a_string_goes_out_in_chunks() {
    let mut bench = bench();
    let text = "0123456789".repeat(100);
    bench.machine.guest_mut().memory.write_at(0x5000, text.as_bytes());
    let rip = bench.rip();
    bench.cpu().registers.gpr[RCX] = 1000;
    bench.cpu().registers.gpr[RSI] = 0x5000;
    bench.exit(string(0xE9, 1, false, 0x5000, 8));
    assert_eq!(
        (bench.cpu().registers.gpr[RCX], bench.cpu().registers.gpr[RSI]),
        (1000 - 512, 0x5200)
    );
    assert_eq!(bench.rip(), rip, "the instruction is not over");
    bench.exit(string(0xE9, 1, false, 0x5200, 8));
    assert_eq!((bench.cpu().registers.gpr[RCX], bench.rip()), (0, rip + 2));
    assert_eq!(bench.host.output_of(Stream::Debug), text);
}

#[test]
fn a_string_is_not_lost_when_the_host_has_no_memory_for_it() {
    let mut bench = bench();
    bench.machine.guest_mut().memory.frames = 0;
    bench.cpu().registers.gpr[RCX] = 4;
    bench.cpu().registers.gpr[RDI] = 0x5000;
    assert_eq!(bench.exit(string(0x300, 1, true, 0x5000, 8)), Stop::Failed);
}

#[test]
fn a_string_from_an_open_bus_is_ones() {
    let mut bench = bench();
    // RAM ends at 2 MiB, between the two bytes.
    bench.machine.guest_mut().memory.write_at(0x1F_FFFF, b"x");
    bench.cpu().registers.gpr[RCX] = 2;
    bench.cpu().registers.gpr[RSI] = 0x1F_FFFF;
    bench.exit(string(0xE9, 1, false, 0x1F_FFFF, 8));
    assert_eq!(bench.host.output_bytes(Stream::Debug), [b'x', 0xFF]);
}

#[test]
fn a_string_of_nothing_does_nothing() {
    let mut bench = bench();
    bench.cpu().registers.gpr[RCX] = 0xFFFF_0000;
    let rip = bench.rip();
    bench.exit(string(0xE9, 1, false, 0x5000, 2));
    assert_eq!(
        (bench.host.output_of(Stream::Debug).len(), bench.rip()),
        (0, rip + 2)
    );
}

#[test]
fn each_item_of_a_string_is_a_step() {
    let mut bench = bench();
    bench.machine.guest_mut().memory.write_at(0x5000, b"ab");
    bench.cpu().registers.gpr[RCX] = 2;
    bench.cpu().registers.gpr[RSI] = 0x5000;
    bench.cpu().system.insert(SystemRegister::Rflags, 1 << 8);
    let rip = bench.rip();
    for (left, length) in [(1, 0), (0, 2)] {
        bench.exit(string(0xE9, 1, false, 0x5001 - left, 8));
        assert_eq!(std::mem::take(&mut bench.cpu().delivered), [Event::fault(1)]);
        assert_eq!(
            (bench.cpu().registers.gpr[RCX], bench.rip()),
            (left, rip + length)
        );
    }
    assert_eq!(bench.host.output_of(Stream::Debug), "ab");
}

#[test]
fn strings_run_downwards_and_wrap_in_their_address_size() {
    let mut bench = bench();
    bench.machine.guest_mut().memory.write_at(0x1_FFFE, b"cdab");
    bench.cpu().registers.gpr[RCX] = 0xAAAA_0004;
    bench.cpu().registers.gpr[RSI] = 0xBBBB_FFFE;
    // Two items up to the wrap.
    bench.exit(string(0xE9, 1, false, 0x1_FFFE, 2));
    assert_eq!(bench.cpu().registers.gpr[RCX], 0xAAAA_0002);
    assert_eq!(bench.cpu().registers.gpr[RSI], 0xBBBB_0000);
    bench.cpu().system.insert(SystemRegister::Rflags, 1 << 10);
    bench.exit(string(0xE9, 1, false, 0x2_0001, 2));
    assert_eq!(bench.cpu().registers.gpr[RSI], 0xBBBB_FFFF);
    assert_eq!(bench.host.output_of(Stream::Debug), "cdb");
}

/// Runs INSB (or OUTSB) of 16 bytes at offset 0xFFC of a segment in 32-bit mode; what was delivered, and RCX.
fn segmented(input: bool, access: u32, limit: u32) -> (std::vec::Vec<Event>, u64) {
    let mut bench = bench();
    let cpu = bench.cpu();
    cpu.mode = CpuMode::Protected32;
    cpu.registers.gpr[RCX] = 16;
    (cpu.registers.gpr[RSI], cpu.registers.gpr[RDI]) = (0xFFC, 0xFFC);
    let name = if input { SegmentName::Es } else { SegmentName::Ds };
    let segment = Segment {
        selector: 0x10,
        base: 0x5000,
        limit,
        access,
    };
    cpu.segments.insert(name, segment);
    bench.exit(string(0x300, 1, input, 0x5FFC, 4));
    let cpu = bench.cpu();
    (cpu.delivered.clone(), cpu.registers.gpr[RCX])
}

#[test]
fn a_string_stays_inside_its_segment() {
    assert_eq!(segmented(true, 0xC093, 0xFFFF_FFFF), (std::vec![], 0));
    assert_eq!(
        segmented(true, 0x4093, 0xFFF),
        (std::vec![], 12),
        "up to the limit"
    );
    assert_eq!(segmented(true, 0x4093, 0xFFB), (std::vec![Event::GP], 16));
    assert_eq!(segmented(true, 0x4097, 0xFFB), (std::vec![], 0), "expand-down");
    assert_eq!(segmented(false, 0x4097, 0xFFC), (std::vec![Event::GP], 16));
}

#[test]
fn a_string_needs_a_segment_of_the_right_type() {
    assert_eq!(
        segmented(true, 0x1_0000, 0xFFFF),
        (std::vec![Event::GP], 16),
        "null"
    );
    assert_eq!(
        segmented(true, 0x4091, 0xFFFF),
        (std::vec![Event::GP], 16),
        "read-only"
    );
    assert_eq!(segmented(false, 0x4091, 0xFFFF), (std::vec![], 0));
    assert_eq!(
        segmented(true, 0x409B, 0xFFFF),
        (std::vec![Event::GP], 16),
        "code"
    );
    assert_eq!(
        segmented(false, 0x409B, 0xFFFF),
        (std::vec![], 0),
        "readable code"
    );
    assert_eq!(
        segmented(false, 0x4099, 0xFFFF),
        (std::vec![Event::GP], 16),
        "execute-only"
    );
}

#[test]
fn a_string_beyond_the_stack_segment_is_a_stack_fault() {
    let mut bench = bench();
    let cpu = bench.cpu();
    cpu.mode = CpuMode::Real;
    cpu.registers.gpr[RSI] = 0xFFFF;
    let stack = Segment {
        limit: 0xFFFF,
        access: 0x93,
        ..Segment::default()
    };
    cpu.segments.insert(SegmentName::Ss, stack);
    let string = Some(StringIo {
        rep: false,
        linear: Gva(0xFFFF),
        segment: SegmentName::Ss,
        address_size: 2,
    });
    bench.exit(exit(Exit::Io(IoAccess {
        port: 0xE9,
        width: 2,
        input: false,
        string,
    })));
    assert_eq!(bench.cpu().delivered, [Event::fault_with_code(12, 0)]);
}

/// 32-bit paging that maps linear page 5 to physical 7 and not page 6.
fn page_five(bench: &mut Bench) {
    let memory = &mut bench.machine.guest_mut().memory;
    memory.set32(0x1000, 0x2003);
    memory.set32(0x2000 + 5 * 4, 0x7003);
    let cpu = bench.cpu();
    cpu.system.insert(SystemRegister::Cr0, 0x8001_0001);
    cpu.system.insert(SystemRegister::Cr3, 0x1000);
}

#[test]
fn a_page_fault_comes_where_the_string_leaves_its_page() {
    let mut bench = bench();
    page_five(&mut bench);
    bench.cpu().registers.gpr[RCX] = 16;
    bench.cpu().registers.gpr[RDI] = 0x5FFC;
    bench.exit(string(0x300, 1, true, 0x5FFC, 4));
    assert_eq!(bench.machine.guest_mut().memory.bytes(0x7FFC, 4), [0xFF; 4]);
    assert_eq!(
        (bench.cpu().registers.gpr[RCX], bench.cpu().registers.gpr[RDI]),
        (12, 0x6000)
    );
    bench.exit(string(0x300, 1, true, 0x6000, 4));
    assert_eq!(bench.cpu().delivered, [Event::fault_with_code(14, 2)]);
    assert_eq!(bench.cpu().system[&SystemRegister::Cr2], 0x6000);
    assert_eq!(bench.cpu().registers.gpr[RCX], 12);
}

#[test]
fn an_item_across_pages_faults_as_a_whole() {
    let mut bench = bench();
    page_five(&mut bench);
    bench.cpu().registers.gpr[RCX] = 1;
    bench.cpu().registers.gpr[RDI] = 0x5FFE;
    bench.exit(string(0x300, 4, true, 0x5FFE, 4));
    assert_eq!(bench.cpu().delivered, [Event::fault_with_code(14, 2)]);
    assert_eq!(bench.machine.guest_mut().memory.bytes(0x7FFE, 2), [0, 0]);
}
