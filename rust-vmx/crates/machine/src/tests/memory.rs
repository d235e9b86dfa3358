//! EPT violations.

use crate::Stop;
use crate::testing::{bench, exit};
use vmx::addr::{Gpa, Gva};
use vmx::event::Event;
use vmx::exit::{EptViolation, Exit, VmExit};

fn violation(gpa: u64) -> VmExit {
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
    let exit = VmExit {
        vectoring: Some(Event::interrupt(0x20)),
        ..violation(0x1000_0000)
    };
    assert_eq!(bench.exit(exit), Stop::Failed);
    assert_eq!(bench.rip(), 0x10_0000);
}

#[test]
fn a_probe_of_nothing_reads_ones() {
    let mut bench = bench();
    bench.set_rip(0x10_0000);
    // mov eax, [rbx]
    bench
        .machine
        .guest_mut()
        .memory
        .write_at(0x10_0000, &[0x8B, 0x03]);
    assert_eq!(bench.exit(violation(0x1000_0000)), Stop::Preempted);
    assert_eq!(bench.cpu().registers.gpr[0], 0xFFFF_FFFF);
    assert_eq!(bench.rip(), 0x10_0002);
}
