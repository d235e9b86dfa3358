//! EPT violations.

use crate::Stop;
use crate::testing::{Bench, Exit, ScriptedExit, bench, exit};
use vmx::addr::{Gpa, Gva};
use vmx::event::Event;
use vmx::exit::EptViolation;
use vmx::state::gpr::{RAX, RBX, RCX, RDI};
use vmx::state::{CpuMode, Segment, SegmentName, SystemRegister};

fn violation(gpa: u64) -> ScriptedExit {
    let access = EptViolation {
        gpa: Gpa(gpa),
        gva: Some(Gva(0xFFFF_8000_0000_1000)),
        read: true,
        write: false,
        fetch: false,
        translated: true,
        allowed: 0,
    };
    exit(Exit::EptViolation(access))
}

#[test]
fn memory_appears_when_it_is_touched() {
    let mut bench = bench();
    let rip = bench.rip();
    assert_eq!(bench.exit(violation(0x10_0000)), Stop::Preempted);
    assert_eq!(bench.exit(violation(0x10_1000)), Stop::Preempted);
    assert_eq!(bench.rip(), rip, "the instruction runs again");
    assert_eq!(bench.machine.control().statistics.frame_bytes.get(), 2 * 4096);
}

#[test]
fn memory_that_takes_long_is_made_with_the_hosts_interrupts_enabled() {
    let mut bench = bench();
    bench.machine.guest_mut().memory.slow = true;
    let rip = bench.rip();
    let before = bench.cpu().unloads;
    assert_eq!(bench.exit(violation(0x10_0000)), Stop::Preempted);
    assert_eq!(bench.rip(), rip, "the instruction runs again");
    assert_eq!(bench.machine.control().statistics.frame_bytes.get(), 4096);
    assert_eq!(
        bench.cpu().unloads - before,
        2,
        "once for it, and at the end of the slice"
    );
    bench.machine.guest_mut().memory.frames = 1;
    assert_eq!(bench.exit(violation(0x10_2000)), Stop::Failed);
}

#[test]
fn the_host_may_run_out() {
    let mut bench = bench();
    bench.machine.guest_mut().memory.frames = 0;
    assert_eq!(bench.exit(violation(0x10_0000)), Stop::Failed);
    let report = bench.machine.control().report.get().unwrap().clone();
    assert!(report.contains("lower 'memory'"), "{report}");
}

#[test]
fn where_nothing_is_the_report_says_so() {
    let mut bench = bench();
    assert_eq!(bench.exit(violation(0x1000_0000)), Stop::Failed);
    let report = bench.machine.control().report.get().unwrap().clone();
    assert!(
        report.contains("read of 0x10000000 (linear 0xffff800000001000)"),
        "{report}"
    );
    assert!(
        report.contains("\n  1 read of 10000000: neither memory nor a device\n"),
        "{report}"
    );
}

#[test]
fn an_idt_that_is_nowhere_is_not_blamed_on_the_instruction() {
    let mut bench = bench();
    bench.set_rip(0x10_0000);
    // mov eax, [rbx], which would be carried out
    bench
        .machine
        .guest_mut()
        .memory
        .write_at(0x10_0000, &[0x8B, 0x03]);
    let exit = ScriptedExit {
        interrupted: Some(Event::interrupt(0x20)),
        ..violation(0x1000_0000)
    };
    assert_eq!(bench.exit(exit), Stop::Failed);
    assert_eq!(bench.rip(), 0x10_0000);
}

/// Executes `code` with RBX and RDI at `at`; the access to `exits_at` has no memory. RAM ends at 2 MiB.
fn beyond_memory(code: &[u8], at: u64, exits_at: u64, write: bool) -> (Bench, Stop) {
    let mut bench = bench();
    bench.set_rip(0x10_0000);
    bench.machine.guest_mut().memory.write_at(0x10_0000, code);
    bench
        .machine
        .guest_mut()
        .memory
        .write_at(0x1F_FFFC, &[0x11, 0x22, 0x33, 0x44]);
    let cpu = bench.cpu();
    cpu.registers.gpr[RAX] = 0x8877_6655_4433_2211;
    (cpu.registers.gpr[RBX], cpu.registers.gpr[RDI]) = (at, at);
    let access = EptViolation {
        gpa: Gpa(exits_at),
        gva: Some(Gva(exits_at)),
        read: !write,
        write,
        fetch: false,
        translated: true,
        allowed: 0,
    };
    let stop = bench.exit(exit(Exit::EptViolation(access)));
    (bench, stop)
}

#[test]
fn a_probe_of_nothing_reads_ones() {
    // mov eax, [rbx]
    let (mut bench, stop) = beyond_memory(&[0x8B, 0x03], 0x1000_0000, 0x1000_0000, false);
    assert_eq!(stop, Stop::Preempted);
    assert_eq!(bench.cpu().registers.gpr[RAX], 0xFFFF_FFFF);
    assert_eq!(bench.rip(), 0x10_0002);
}

#[test]
fn a_load_across_the_end_of_memory_has_bytes_of_both() {
    // mov eax, [rbx]
    let (mut bench, _) = beyond_memory(&[0x8B, 0x03], 0x1F_FFFE, 0x20_0000, false);
    assert_eq!(bench.cpu().registers.gpr[RAX], 0xFFFF_4433);
    // cmp byte [rbx + 2], 0xFF
    let (mut bench, _) = beyond_memory(&[0x80, 0x7B, 0x02, 0xFF], 0x1F_FFFE, 0x20_0000, false);
    assert_eq!(bench.cpu().system[&SystemRegister::Rflags] & 0x8D5, 0x44, "equal");
}

#[test]
fn a_store_across_the_end_of_memory_reaches_memory() {
    // mov [rbx], rax
    let (mut bench, stop) = beyond_memory(&[0x48, 0x89, 0x03], 0x1F_FFFD, 0x20_0000, true);
    assert_eq!(stop, Stop::Preempted);
    assert_eq!(
        bench.machine.guest_mut().memory.bytes(0x1F_FFFC, 4),
        [0x11, 0x11, 0x22, 0x33]
    );
    // stosd
    let (mut bench, _) = beyond_memory(&[0xAB], 0x1F_FFFE, 0x20_0000, true);
    assert_eq!(
        bench.machine.guest_mut().memory.bytes(0x1F_FFFC, 4),
        [0x11, 0x22, 0x11, 0x22]
    );
    assert_eq!(bench.cpu().registers.gpr[RDI], 0x20_0002);
}

#[test]
fn an_instruction_that_did_not_cause_the_exit_is_not_carried_out() {
    let load = [0x8B, 0x03];
    for (at, exits_at, write) in [
        (0x1000_0000, 0x1000_0004, false),
        (0x1000_0001, 0x1000_0000, false),
        (0x1000_0000, 0x1000_0000, true),
    ] {
        let (mut bench, stop) = beyond_memory(&load, at, exits_at, write);
        assert_eq!((stop, bench.rip()), (Stop::Failed, 0x10_0000));
    }
}

#[test]
fn a_string_of_stores_ends_where_its_segment_does() {
    let mut bench = bench();
    bench.set_rip(0x10_0000);
    // rep stosb
    bench
        .machine
        .guest_mut()
        .memory
        .write_at(0x10_0000, &[0xF3, 0xAA]);
    let cpu = bench.cpu();
    cpu.mode = CpuMode::Protected32;
    (cpu.registers.gpr[RDI], cpu.registers.gpr[RCX]) = (0x10, 0x100);
    let segment = Segment {
        selector: 0x10,
        base: 0x1000_0000,
        limit: 0x1F,
        access: 0x4093,
    };
    cpu.segments.insert(SegmentName::Es, segment);
    let access = EptViolation {
        gpa: Gpa(0x1000_0010),
        gva: Some(Gva(0x1000_0010)),
        read: false,
        write: true,
        fetch: false,
        translated: true,
        allowed: 0,
    };
    bench.exit(exit(Exit::EptViolation(access)));
    let cpu = bench.cpu();
    assert_eq!((cpu.registers.gpr[RDI], cpu.registers.gpr[RCX]), (0x20, 0xF0));
    assert_eq!(bench.rip(), 0x10_0000, "the CPU finds the limit itself");
}
