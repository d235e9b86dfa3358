//! How machines start, stop, reset and fail.

use crate::Stop;
use crate::control::{CELLS, Requests};
use crate::definition::Definition;
use crate::machine::Machine;
use crate::memory::Layout;
use crate::testing::{Exit, FakeCpu, FakeHost, NO_END, Ram, bench, bench_with, exit, plain};
use std::string::ToString;
use vmx::exit::{IoAccess, reason};
use vmx::state::gpr::{RAX, RBP};
use vmx::state::{CpuMode, SystemRegister};

#[test]
fn a_boot_sector_starts_in_real_mode() {
    let mut bench = bench();
    assert_eq!(bench.rip(), 0x7C00);
    assert_eq!(bench.machine.guest_mut().memory.bytes(0x7C00, 2), [0xF4, 0xF4]);
}

#[test]
fn a_stop_is_a_stop() {
    let mut bench = bench();
    bench.machine.control().request(Requests::STOP);
    assert_eq!(bench.machine.run(NO_END), Stop::Stopped);
}

#[test]
fn a_reset_starts_again() {
    let mut bench = bench();
    bench.machine.guest_mut().memory.write_at(0x7C00, &[0; 512]);
    bench.machine.guest_mut().memory.write_at(0x10_0000, &[1; 16]);
    bench.run();
    bench.machine.control().request(Requests::RESET);
    bench.run();
    assert_eq!(bench.cpu().resets, 1);
    assert_eq!(bench.rip(), 0x7C00);
    assert_eq!(bench.machine.guest_mut().memory.bytes(0x7C00, 2), [0xF4, 0xF4]);
    assert_eq!(bench.machine.guest_mut().memory.bytes(0x10_0000, 16), [0; 16]);
    // The keyboard controller's pulse on the reset line does the same.
    bench.out(0x64, 0xFE).run();
    assert_eq!(bench.cpu().resets, 2);
}

#[test]
fn the_power_ports_end_the_machine() {
    let mut bench = bench();
    bench.cpu().then(|cpu| {
        cpu.registers.gpr[RAX] = 0x2000;
        exit(Exit::Io(IoAccess {
            port: 0x604,
            width: 2,
            input: false,
            string: None,
        }))
    });
    assert_eq!(bench.run(), Stop::PoweredOff(0));
    assert!(matches!(
        crate::testing::bench().out(0xF4, 0x10).run(),
        Stop::PoweredOff(0x10)
    ));
}

#[test]
fn a_triple_fault_is_reported_with_everything() {
    let mut bench = bench();
    bench.cpu().system.insert(SystemRegister::Cr2, 0xDEAD_BEEF);
    bench.cpu().mode = CpuMode::Long;
    bench.cpu().registers.gpr[RBP] = 0x2000;
    bench.machine.guest_mut().memory.set64(0x2008, 0xFEED_CAFE);
    assert_eq!(bench.exit(plain(reason::TRIPLE_FAULT)), Stop::Failed);
    let report = bench.machine.control().report.get().unwrap();
    for part in [
        "guest 'test' stopped: triple fault",
        "hint:",
        "cr2 00000000deadbeef",
        "called from, the latest call first:\n  00000000feedcafe",
        "last exits, newest last:\n",
        " triple fault\n",
        "idtr",
    ] {
        assert!(report.contains(part), "{part} is not in\n{report}");
    }
}

#[test]
fn a_triple_fault_may_reset_instead() {
    let mut bench = bench_with("triplefault = reset", |_| {});
    assert_eq!(bench.exit(plain(reason::TRIPLE_FAULT)), Stop::Preempted);
    assert_eq!(bench.cpu().resets, 1);
}

#[test]
fn a_cpu_that_refuses_is_reported() {
    let mut bench = bench();
    assert_eq!(bench.machine.run(NO_END), Stop::Failed);
    let report = bench.machine.control().report.get().unwrap();
    assert!(
        report.contains("refused to enter the guest: the script ended") && report.contains("fake CPU"),
        "{report}"
    );
}

#[test]
fn the_screen_is_published() {
    let mut bench = bench();
    bench
        .machine
        .guest_mut()
        .memory
        .write_at(0xB_8000, &[b'S', 0x02, b'W', 0x07]);
    bench.host.pass(20_000_000);
    bench.run();
    let mut cells = [0; CELLS];
    bench.machine.control().screen.copy_to(&mut 0, &mut cells);
    assert_eq!(cells[..3], [0x0253, 0x0757, 0x0720]);
}

#[test]
fn files_are_closed_and_flushed_at_the_end() {
    let bench = bench_with("disk = /disk", |host| host.put("/disk", &[0; 512]));
    assert_eq!(
        bench.host.open_files(),
        1,
        "the kernel's file is closed after loading"
    );
    let host = bench.host.clone();
    drop(bench);
    assert_eq!((host.open_files(), host.flushes()), (0, 1));
}

fn refused(text: &str) -> std::string::String {
    let host = FakeHost::default();
    host.put("/kernel", b"no kernel at all");
    host.put("/disk", &[0; 1024]);
    let definition = Definition::parse(text.as_bytes(), "guest").unwrap();
    let cpuid = crate::cpuid::Cpuid::new(|_, _| [0; 4], 0);
    let layout = Layout::new(definition.memory);
    let ram = Ram::new(definition.memory as usize);
    let result = Machine::new(definition, FakeCpu::default(), cpuid, ram, layout, host.clone());
    let message = result.err().expect("refused").to_string();
    assert_eq!(host.open_files(), 0, "everything is closed again");
    message
}

#[test]
fn what_cannot_start_says_why() {
    assert_eq!(
        refused("kernel = /none\nmemory = 2M"),
        "/none: no such file; check the path"
    );
    assert_eq!(
        refused("kernel = /kernel\ndisk = /none\nmemory = 2M"),
        "/none: no such file; check the path"
    );
    assert!(refused("kernel = /kernel\nmemory = 2M").starts_with("/kernel has no Multiboot header"));
    assert!(refused("disk = /disk\nmemory = 2M").starts_with("/disk has no boot sector"));
}
