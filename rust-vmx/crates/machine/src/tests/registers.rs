//! CPUID, MSRs, control registers, XSETBV, hypercalls.

use crate::Stop;
use crate::host::Host;
use crate::msr::{read_freely, written_freely};
use crate::testing::{Exit, bench, exit, plain};
use bounds::Cyclic;
use vmx::event::Event;
use vmx::exit::{ControlRegisterAccess, reason};
use vmx::state::gpr::{RAX, RBX, RCX, RDX};
use vmx::state::{CpuMode, Segment, SegmentName, SystemRegister};

fn cpuid(bench: &mut crate::testing::Bench, leaf: u32, subleaf: u32) -> [u32; 4] {
    bench.cpu().registers.gpr = Cyclic([u64::MAX; 16]);
    bench.cpu().registers.set32(RAX, leaf);
    bench.cpu().registers.set32(RCX, subleaf);
    bench.exit(plain(reason::CPUID));
    let gpr = bench.cpu().registers.gpr;
    [RAX, RBX, RCX, RDX].map(|register| u32::try_from(gpr[register]).expect("upper halves are cleared"))
}

#[test]
fn cpuid_hides_what_the_machine_has_not() {
    let mut bench = bench();
    let rip = bench.rip();
    assert_eq!(cpuid(&mut bench, 0, 0)[0], 0xD);
    assert_eq!(bench.rip(), rip + 2);
    let [_, ebx, ecx, edx] = cpuid(&mut bench, 1, 0);
    assert_eq!(
        ecx & (1 << 5 | 1 << 27),
        0,
        "neither VMX nor, with CR4.OSXSAVE clear, OSXSAVE"
    );
    assert_eq!(ecx >> 31, 1, "a virtual machine");
    assert_eq!(edx & 1 << 9, 0, "no APIC");
    assert_eq!(ebx, 0xFF00);
    bench.cpu().system.insert(SystemRegister::Cr4, 1 << 18);
    assert_ne!(cpuid(&mut bench, 1, 0)[2] & 1 << 27, 0);
    assert_eq!(
        cpuid(&mut bench, 7, 0)[1] & (1 << 16 | 1 << 4),
        0,
        "neither AVX-512 without its state nor TSX"
    );
    assert_eq!(cpuid(&mut bench, 7, 1), [0; 4]);
    assert_eq!(cpuid(&mut bench, 0xA, 0), [0; 4], "no performance monitoring");
}

#[test]
fn cpuid_computes_the_extended_state_area() {
    let mut bench = bench();
    bench.cpu().system.insert(SystemRegister::Xcr0, 1);
    assert_eq!(cpuid(&mut bench, 0xD, 0), [7, 576, 832, 0]);
    bench.cpu().system.insert(SystemRegister::Xcr0, 7);
    assert_eq!(cpuid(&mut bench, 0xD, 0), [7, 832, 832, 0]);
    assert_eq!(cpuid(&mut bench, 0xD, 1), [1, 0, 0, 0], "XSAVEOPT only");
    assert_eq!(cpuid(&mut bench, 0xD, 2), [256, 576, 0, 0]);
    assert_eq!(
        cpuid(&mut bench, 0x12, 0),
        cpuid(&mut bench, 0xD, 0),
        "beyond the last leaf"
    );
}

#[test]
fn cpuid_names_the_hypervisor() {
    let mut bench = bench();
    let [highest, ebx, ecx, edx] = cpuid(&mut bench, 0x4000_0000, 0);
    let name: std::vec::Vec<u8> = [ebx, ecx, edx]
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .collect();
    assert_eq!(
        (highest, name.as_slice()),
        (0x4000_0010, b"SWEB-VMX VMM".as_slice())
    );
    assert_eq!(cpuid(&mut bench, 0x4000_0001, 0), [0; 4], "nobody's interface");
    let kilohertz = bench.host.tsc_hz() / 1000;
    assert_eq!(cpuid(&mut bench, 0x4000_0010, 0), [kilohertz as u32, 0, 0, 0]);
    assert_eq!(cpuid(&mut bench, 0x4000_0011, 0), [0; 4]);
}

#[test]
fn msrs_of_the_table_and_no_others() {
    let mut bench = bench();
    bench.cpu().system.insert(SystemRegister::Efer, 0x12_0000_0500);
    bench.exit(exit(Exit::ReadMsr(0xC000_0080)));
    assert_eq!(
        (bench.cpu().registers.gpr[RAX], bench.cpu().registers.gpr[RDX]),
        (0x500, 0x12)
    );
    bench.exit(exit(Exit::WriteMsr(0x277, 0x0606)));
    assert_eq!(bench.cpu().system[&SystemRegister::Pat], 0x0606);
    let rip = bench.rip();
    bench.exit(exit(Exit::ReadMsr(0x3A)));
    bench.exit(exit(Exit::WriteMsr(0x480, 1)));
    assert_eq!(bench.cpu().delivered, [Event::GP, Event::GP]);
    assert_eq!(bench.rip(), rip, "a fault is raised at the instruction");
    bench.cpu().refused.push(SystemRegister::Efer);
    bench.exit(exit(Exit::WriteMsr(0xC000_0080, !0)));
    assert_eq!(bench.cpu().delivered.len(), 3);
    // IA32_PLATFORM_ID is read-only.
    bench.exit(exit(Exit::ReadMsr(0x17)));
    bench.exit(exit(Exit::WriteMsr(0x17, 0)));
    assert_eq!(bench.cpu().delivered.len(), 4);
}

#[test]
fn the_tsc_is_the_guests_own() {
    let mut bench = bench();
    bench.exit(exit(Exit::WriteMsr(0x10, 1_000_000)));
    bench.exit(exit(Exit::ReadMsr(0x10)));
    let read = bench.cpu().registers.gpr[RAX];
    assert!((1_000_000..1_000_100).contains(&read), "{read}");
}

#[test]
fn the_tsc_is_read_but_not_written_without_an_exit() {
    assert!(read_freely().any(|msr| msr == 0x10));
    assert!(!written_freely().any(|msr| msr == 0x10));
}

#[test]
fn no_bank_reports_machine_checks() {
    let mut bench = bench();
    bench.cpu().registers.gpr[RAX] = 7;
    bench.exit(exit(Exit::ReadMsr(0x179)));
    assert_eq!(bench.cpu().registers.gpr[RAX], 0);
    assert!(bench.cpu().delivered.is_empty());
    bench.exit(exit(Exit::WriteMsr(0x179, 1)));
    assert_eq!(bench.cpu().delivered, [Event::GP]);
}

#[test]
fn the_enable_bits_are_kept_and_the_facts_stay() {
    let mut bench = bench();
    let mut after = |value| {
        bench.exit(exit(Exit::WriteMsr(0x1A0, value)));
        bench.exit(exit(Exit::ReadMsr(0x1A0)));
        let gpr = &bench.cpu().registers.gpr;
        gpr[RDX] << 32 | gpr[RAX]
    };
    assert_eq!(after(0), 0x1800);
    assert_eq!(
        after(0x4_00C5_1889),
        0x4_00C5_1809,
        "bit 7: no performance monitoring"
    );
}

#[test]
fn the_apic_base_is_a_value_and_checked() {
    let mut bench = bench();
    bench.exit(exit(Exit::WriteMsr(0x1B, 0xFEC0_0800)));
    bench.exit(exit(Exit::ReadMsr(0x1B)));
    assert_eq!(bench.cpu().registers.gpr[RAX], 0xFEC0_0900);
    bench.exit(exit(Exit::WriteMsr(0x1B, 1)));
    assert_eq!(bench.cpu().delivered, [Event::GP]);
}

#[test]
fn control_register_writes_reach_the_cpu_or_fault() {
    let mut bench = bench();
    let write = |control| {
        exit(Exit::ControlRegister(ControlRegisterAccess::Write {
            control,
            register: 3,
        }))
    };
    bench.cpu().registers.gpr[RBX] = 0x1_8000_0011;
    bench.cpu().mode = CpuMode::Protected16;
    bench.exit(write(0));
    assert_eq!(
        bench.cpu().system[&SystemRegister::Cr0],
        0x8000_0011,
        "32 bits outside 64-bit mode"
    );
    bench.exit(exit(Exit::ControlRegister(ControlRegisterAccess::Lmsw(0xFFFE))));
    assert_eq!(
        bench.cpu().system[&SystemRegister::Cr0],
        0x8000_001F,
        "LMSW writes four bits and cannot clear PE"
    );
    bench.exit(exit(Exit::ControlRegister(ControlRegisterAccess::Clts)));
    assert_eq!(bench.cpu().system[&SystemRegister::Cr0], 0x8000_0017);
    bench.cpu().refused.push(SystemRegister::Cr4);
    bench.exit(write(4));
    bench.exit(write(1));
    assert_eq!(bench.cpu().delivered, [Event::GP, Event::UD]);
    bench.cpu().system.insert(SystemRegister::Cr8, 5);
    bench.exit(exit(Exit::ControlRegister(ControlRegisterAccess::Read {
        control: 8,
        register: 1,
    })));
    assert_eq!(bench.cpu().registers.gpr[RCX], 5);
}

#[test]
fn pae_entries_are_loaded_or_the_write_is_undone() {
    let mut bench = bench();
    bench.cpu().mode = CpuMode::Protected32;
    bench.cpu().system.insert(SystemRegister::Cr0, 1);
    bench.cpu().system.insert(SystemRegister::Cr3, 0x1000);
    bench.cpu().system.insert(SystemRegister::Cr4, 1 << 5);
    bench.cpu().registers.gpr[RBX] = 0x8000_0001;
    bench.machine.guest_mut().memory.set64(0x1000, 0x2007);
    let write = exit(Exit::ControlRegister(ControlRegisterAccess::Write {
        control: 0,
        register: 3,
    }));
    bench.exit(write);
    assert_eq!(bench.cpu().delivered, [Event::GP]);
    assert_eq!(bench.cpu().system[&SystemRegister::Cr0], 1);
    bench.machine.guest_mut().memory.set64(0x1000, 0x2001);
    bench.exit(write);
    assert_eq!(bench.cpu().pdptes, [0x2001, 0, 0, 0]);
    assert_eq!(bench.cpu().system[&SystemRegister::Cr0], 0x8000_0001);
}

#[test]
fn pae_entries_stay_where_the_write_does_not_load_them() {
    const PAE: u64 = 1 << 5;
    let mut bench = bench();
    let write = |control| {
        exit(Exit::ControlRegister(ControlRegisterAccess::Write {
            control,
            register: 3,
        }))
    };
    let mut loads = |control, value| {
        let cpu = bench.cpu();
        cpu.mode = CpuMode::Protected32;
        cpu.pdptes = [0x7001; 4];
        cpu.system.insert(SystemRegister::Cr0, 0x8000_0001);
        cpu.system.insert(SystemRegister::Cr3, 0x1000);
        cpu.system.insert(SystemRegister::Cr4, PAE);
        cpu.registers.gpr[RBX] = value;
        bench.machine.guest_mut().memory.set64(0x1000, 0x2001);
        bench.exit(write(control));
        bench.cpu().pdptes == [0x2001, 0, 0, 0]
    };
    // WP, TS; then CD and NW.
    assert!(!loads(0, 0x8001_0009));
    assert!(loads(0, 0xC000_0001) && loads(0, 0xE000_0001));
    assert!(loads(3, 0x1000), "also the same value");
    // OSFXSR, SMAP; then PGE, PSE, SMEP.
    assert!(!loads(4, PAE | 1 << 9) && !loads(4, PAE | 1 << 21));
    assert!(loads(4, PAE | 1 << 7) && loads(4, PAE | 1 << 4) && loads(4, PAE | 1 << 20));
    assert!(!loads(4, 0), "no PAE paging any more");
}

#[test]
fn xsetbv_takes_only_xcr0() {
    let mut bench = bench();
    bench.cpu().registers.gpr[RAX] = 3;
    bench.cpu().registers.gpr[RDX] = 0;
    bench.exit(plain(reason::XSETBV));
    assert_eq!(bench.cpu().system[&SystemRegister::Xcr0], 3);
    bench.cpu().registers.gpr[RCX] = 1;
    bench.exit(plain(reason::XSETBV));
    assert_eq!(bench.cpu().delivered, [Event::GP]);
}

#[test]
fn what_cpuid_does_not_offer_is_an_invalid_opcode() {
    let mut bench = bench();
    let hidden = [
        reason::VMXON,
        reason::VMLAUNCH,
        reason::INVEPT,
        reason::MWAIT,
        reason::ENCLS,
    ];
    for instruction in hidden {
        bench.exit(plain(instruction));
    }
    assert_eq!(bench.cpu().delivered, [Event::UD; 5]);
    let rip = bench.rip();
    assert_eq!(bench.exit(plain(reason::WBINVD)), Stop::Preempted);
    assert_eq!(bench.rip(), rip + 2);
}

#[test]
fn hypercalls() {
    let mut bench = bench();
    bench.cpu().registers.gpr[RAX] = 0;
    bench.exit(plain(reason::VMCALL));
    assert_eq!(bench.cpu().registers.gpr[RAX], 1);
    bench.cpu().registers.gpr[RAX] = u64::MAX;
    bench.exit(plain(reason::VMCALL));
    assert_eq!(bench.cpu().registers.gpr[RAX] as i64, -38);
    bench.cpu().segments.insert(
        SegmentName::Ss,
        Segment {
            access: 0xC0F3,
            ..Segment::default()
        },
    );
    bench.cpu().registers.gpr[RAX] = 0;
    bench.exit(plain(reason::VMCALL));
    assert_eq!(bench.cpu().registers.gpr[RAX] as i64, -1, "not for programs");
}
