//! The end of a slice on a CPU whose timer never fires: whatever exits come, the clock ends it, and the guest has run.

use crate::Stop;
use crate::testing::{Bench, Exit, FakeCpu, ScriptedExit, bench_with, exit, plain};
use vmx::addr::{Gpa, Gva};
use vmx::event::Event;
use vmx::exit::{
    ControlRegisterAccess, EptViolation, ExceptionExit, IoAccess, StringIo, TaskSwitch, reason as r,
};
use vmx::state::gpr::{RAX, RCX, RDI};
use vmx::state::{SegmentName, SystemRegister};

/// A slice in nanoseconds, which are ticks here.
const SLICE: u64 = 10_000;
/// What an entry takes, and with it an exit.
const ENTRY: u64 = 10;
/// More entries than any slice has room for.
const ENDLESS: usize = 2 * (SLICE / ENTRY) as usize;

/// A machine whose firmware is done and whose guest may do anything.
fn machine(lines: &str, interrupts: bool) -> Bench {
    let lines = std::format!("disk = /disk\n{lines}");
    let mut bench = bench_with(&lines, |host| host.put("/disk", &[0; 64 * 512]));
    bench.set_interrupts(interrupts);
    bench.cpu().early_timer = true;
    bench.cpu().entries = 0;
    bench
}

/// The guest does the same for ever, until the test gives up.
fn repeat(bench: &mut Bench, what: &str, mut step: impl FnMut(&mut FakeCpu) -> ScriptedExit + 'static) {
    let name = std::string::String::from(what);
    bench.cpu().always(move |cpu| {
        assert!(cpu.entries < ENDLESS, "{name}: the slice never ends");
        step(cpu)
    });
}

/// The guest does the same for ever: it is entered, and `run` is back after the slice and what one exit takes.
fn ends(bench: &mut Bench, what: &str, step: impl FnMut(&mut FakeCpu) -> ScriptedExit + 'static) -> Stop {
    repeat(bench, what, step);
    let stop = bench.machine.run(SLICE);
    let one_exit = 10 * ENTRY + 4 * bench.cpu().away;
    let (tsc, end) = (bench.cpu().tsc, bench.cpu().slice_end);
    assert!(bench.cpu().entries > 0, "{what}: the guest never ran");
    assert!(tsc <= end + one_exit, "{what}: {} ticks late", tsc - end);
    assert!(
        !bench.cpu().loaded,
        "{what}: the CPU is the host's after a return"
    );
    stop
}

fn access(port: u16, width: u8, input: bool) -> IoAccess {
    IoAccess {
        port,
        width,
        input,
        string: None,
    }
}

/// One of each kind of exit that has more to say than its reason.
fn kinds() -> std::vec::Vec<Exit> {
    let violation = |gpa, write: bool, fetch: bool| {
        Exit::EptViolation(EptViolation {
            gpa: Gpa(gpa),
            gva: Some(Gva(gpa)),
            read: !write && !fetch,
            write,
            fetch,
            translated: true,
            allowed: 0,
        })
    };
    let write = |control| Exit::ControlRegister(ControlRegisterAccess::Write { control, register: 0 });
    let read = |control| Exit::ControlRegister(ControlRegisterAccess::Read { control, register: 0 });
    let string = |port, input| {
        Exit::Io(IoAccess {
            string: Some(StringIo {
                rep: true,
                linear: Gva(0x8000),
                segment: if input { SegmentName::Es } else { SegmentName::Ds },
                address_size: 8,
            }),
            ..access(port, 1, input)
        })
    };
    let exception = |event| {
        Exit::Exception(Some(ExceptionExit {
            event,
            qualification: 0,
        }))
    };
    let switch = TaskSwitch {
        selector: 8,
        source: 2,
    };
    std::vec![
        exception(Event::fault(1)),
        exception(Event::fault(6)),
        exception(Event::GP),
        exception(Event::fault_with_code(14, 2)),
        exception(Event::fault_with_code(8, 0)),
        Exit::Exception(None),
        Exit::TaskSwitch(switch),
        write(0),
        write(3),
        write(4),
        write(8),
        read(3),
        read(8),
        Exit::ControlRegister(ControlRegisterAccess::Clts),
        Exit::ReadMsr(0x10),
        Exit::ReadMsr(0xC000_0080),
        Exit::ReadMsr(0x1234),
        Exit::WriteMsr(0x10, 0),
        Exit::WriteMsr(0xC000_0080, 0),
        Exit::WriteMsr(0x1234, 0),
        violation(0x1000, false, false),
        violation(0x1000, true, false),
        violation(0x1000, false, true),
        violation(0xA_0000, true, false),
        violation(0xF_0000, true, false),
        violation(0xFEE0_0000, false, false),
        string(0x3F8, false),
        string(0xE9, false),
        string(0x60, true),
        string(0x80, true),
    ]
}

/// Every machine on which something else could go on for ever.
fn each(mut check: impl FnMut(&mut Bench)) {
    for lines in ["", "triplefault = reset"] {
        for interrupts in [false, true] {
            for away in [100, 3000] {
                let mut bench = machine(lines, interrupts);
                bench.cpu().away = away;
                check(&mut bench);
            }
        }
    }
}

#[test]
fn whatever_reason_repeats() {
    let detailed: std::vec::Vec<u16> = kinds().iter().map(Exit::reason).chain([r::IO]).collect();
    for reason in (0..128).filter(|reason| !detailed.contains(reason)) {
        each(|bench| {
            ends(bench, &std::format!("exit {reason}"), move |_| plain(reason));
        });
    }
}

#[test]
fn whatever_exit_with_details_repeats() {
    for kind in kinds() {
        each(|bench| {
            ends(bench, &std::format!("{kind:?}"), move |cpu| {
                cpu.registers.gpr[RAX] = 0x10;
                cpu.registers.gpr[RCX] = 64;
                cpu.registers.gpr[RDI] = 0x8000;
                exit(kind)
            });
        });
    }
}

#[test]
fn whatever_port_repeats() {
    let devices = [
        0x20..0x22,
        0x40..0x44,
        0x60..0x65,
        0x70..0x72,
        0x80..0x81,
        0x92..0x93,
        0xA0..0xA2,
        0xE9..0xEA,
    ];
    let more = [
        0x1F0..0x1F8,
        0x3C0..0x3E0,
        0x3F6..0x400,
        0x402..0x403,
        0x600..0x608,
        0xB000..0xB008,
        0xCF8..0xD00,
    ];
    for port in devices.into_iter().chain(more).flatten() {
        for input in [false, true] {
            let mut bench = machine("", false);
            bench.cpu().away = 100;
            let value = port as u8;
            ends(&mut bench, &std::format!("port {port:#x}"), move |cpu| {
                cpu.registers.gpr[RAX] = u64::from(value);
                exit(Exit::Io(access(port, 1, input)))
            });
        }
    }
}

/// What a guest can bring about with a byte sent to a port: resets, commands to drives, output.
#[test]
fn whatever_it_asks_the_devices_for_repeats() {
    for (what, port, value) in [
        ("the keyboard controller's reset", 0x64, 0xFE),
        ("the reset port", 0xCF9, 6),
        ("port 0x92's reset", 0x92, 1),
        ("a drive's READ SECTORS", 0x1F7, 0x20),
        ("a drive's WRITE SECTORS", 0x1F7, 0x30),
        ("a drive's FLUSH", 0x1F7, 0xE7),
        ("a drive's IDENTIFY", 0x1F7, 0xEC),
        ("debug output", 0xE9, b'x'),
        ("serial output", 0x3F8, b'x'),
    ] {
        for full in [false, true] {
            each(|bench| {
                bench.host.set_full(full);
                ends(bench, what, move |cpu| {
                    cpu.registers.gpr[RAX] = u64::from(value);
                    exit(Exit::Io(access(port, 1, false)))
                });
            });
        }
    }
}

/// Memory that is touched for the first time, page by page, by the guest or during the delivery of an event, which is begun again.
#[test]
fn whatever_memory_it_touches() {
    let events = [Event::fault(6), Event::fault(3), Event::interrupt(0x20)];
    for interrupted in events.map(Some).into_iter().chain([None]) {
        each(|bench| {
            let mut gpa = 0x10_0000;
            let stop = ends(bench, "EPT violations", move |cpu| {
                // Else the slice were longer than the memory is.
                cpu.tsc += 90;
                gpa += 0x1000;
                ScriptedExit {
                    interrupted,
                    ..exit(Exit::EptViolation(EptViolation {
                        gpa: Gpa(gpa),
                        gva: Some(Gva(gpa)),
                        read: true,
                        write: false,
                        fetch: false,
                        translated: true,
                        allowed: 0,
                    }))
                }
            });
            assert_eq!(stop, Stop::Preempted);
            assert!(bench.cpu().tsc >= bench.cpu().slice_end, "the clock ended it");
        });
    }
}

#[test]
fn a_guest_that_is_reset_for_ever_leaves_the_host_its_turn() {
    let mut bench = machine("triplefault = reset", false);
    bench.cpu().away = 100;
    let stop = ends(&mut bench, "triple faults", |_| plain(r::TRIPLE_FAULT));
    assert_eq!(stop, Stop::Preempted);
    assert!(bench.cpu().resets > 1);
}

/// Loading the guest takes longer than its slice is: it is entered all the same, and comes forward.
#[test]
fn a_slice_that_is_over_before_the_entry_has_one() {
    let mut bench = machine("", false);
    bench.cpu().away = 10 * SLICE;
    repeat(&mut bench, "CPUID", |_| plain(r::CPUID));
    for turn in 1..4 {
        let before = bench.cpu().system[&SystemRegister::Rip];
        assert_eq!(bench.machine.run(0), Stop::Preempted);
        assert_eq!(bench.cpu().entries, turn);
        assert_eq!(bench.rip(), before + 2);
    }
}
