//! States to start from.

use super::super::*;
use crate::addr::Hpa;
use crate::capability::Capabilities;
use crate::controls::{EntryControls, ExitControls, PinControls, PrimaryControls, SecondaryControls};
use crate::field::{Field, Role, Value, Width, control, guest, host};
use crate::guest_state;
use crate::registers::{access, cr0, cr4, efer};
use crate::state::{Segment, SegmentName};
use std::collections::BTreeMap;
use std::vec::Vec;

/// How a rule is broken: from a state made ready for it, with one change.
pub(super) struct Breach {
    pub(super) rule: &'static str,
    /// Rules that overlap with it and are broken along.
    pub(super) also: &'static [&'static str],
    pub(super) start: fn() -> Case,
    pub(super) prepare: fn(&mut Case),
    pub(super) spoil: fn(&mut Case),
}

/// An entry to check.
pub(super) struct Case {
    pub(super) vmcs: VmcsImage,
    pub(super) cpu: EntryCapabilities,
    pub(super) memory: Memory,
    pub(super) region: Option<Hpa>,
    pub(super) host_long: bool,
}

/// Memory that holds something in a few places.
#[derive(Default)]
pub(super) struct Memory(pub(super) BTreeMap<u64, u64>);

impl PhysicalMemory for Memory {
    fn read(&self, address: Hpa) -> Option<u64> {
        self.0.get(&address.0).copied()
    }
}

/// The capability MSRs of a CPU with every control of the SDM, wide physical addresses and all the rest.
fn everything(number: u32) -> u64 {
    match number {
        // With TRUE MSRs, and error codes as the vector says.
        0x480 => 0x00D8_1000_0000_002B,
        0x48D => 0xFFFF_FFFF_0000_0016,
        0x48E => 0xFFFF_FFFF_0400_6172,
        0x48F => 0xFFFF_FFFF_0003_6DFB,
        0x490 => 0xFFFF_FFFF_0000_11FB,
        0x48B => 0xFFFF_FFFF_0000_0000,
        0x485 => 0x6004_01E0,
        0x486 => 0x8000_0021,
        0x487 => 0xFFFF_FFFF,
        0x488 => 0x2000,
        0x489 => 0x1BF_FFFF,
        0x48C => 0xF01_06F3_41C1,
        0x491 => 1,
        0x492 => 0x1F,
        0x493 => 8,
        _ => panic!("MSR {number:#x} does not exist there"),
    }
}

/// CPUID of that CPU: 40 physical bits, 48 linear ones.
fn cpuid(leaf: u32, subleaf: u32) -> [u32; 4] {
    match (leaf, subleaf) {
        (0, _) => [0x1C, 0, 0, 0],
        (7, 0) => [1, 1 << 2 | 1 << 11 | 1 << 25, 1 << 24, 1 << 19],
        (0xA, _) => [0x0804, 0, 0, 3],
        (0x14, 0) => [1, 0, 0, 0],
        (0x1C, _) => [0, 0b111, 0, 0],
        (0x8000_0000, _) => [0x8000_0008, 0, 0, 0],
        (0x8000_0001, _) => [0, 0, 0, 1 << 11 | 1 << 20 | 1 << 29],
        (0x8000_0008, _) => [48 << 8 | 40, 0, 0, 0],
        _ => [0; 4],
    }
}

impl Case {
    /// Controls as this hypervisor sets them, and a host in 64-bit mode.
    fn new() -> Self {
        let mut case = Self {
            vmcs: VmcsImage::default(),
            cpu: EntryCapabilities::new(Capabilities::from_msrs(everything), cpuid),
            memory: Memory::default(),
            region: Some(Hpa(0x9000)),
            host_long: true,
        };
        let cpu = case.cpu.vmx;
        case.put(
            control::PIN_CONTROLS,
            PinControls::from_bits_retain(cpu.pin.must_be_one)
                | PinControls::EXTERNAL_INTERRUPT_EXITING
                | PinControls::NMI_EXITING
                | PinControls::VIRTUAL_NMIS,
        );
        case.put(
            control::PRIMARY_CONTROLS,
            PrimaryControls::from_bits_retain(cpu.primary.must_be_one)
                | PrimaryControls::IO_BITMAPS
                | PrimaryControls::MSR_BITMAPS
                | PrimaryControls::ACTIVATE_SECONDARY
                | PrimaryControls::ACTIVATE_TERTIARY,
        );
        case.put(
            control::SECONDARY_CONTROLS,
            SecondaryControls::EPT | SecondaryControls::UNRESTRICTED_GUEST | SecondaryControls::VPID,
        );
        case.put(
            control::EXIT_CONTROLS,
            ExitControls::from_bits_retain(cpu.exit.must_be_one)
                | ExitControls::HOST_ADDRESS_SPACE_SIZE
                | ExitControls::LOAD_PAT
                | ExitControls::LOAD_EFER,
        );
        case.put(
            control::ENTRY_CONTROLS,
            EntryControls::from_bits_retain(cpu.entry.must_be_one)
                | EntryControls::LOAD_DEBUG_CONTROLS
                | EntryControls::LOAD_PAT
                | EntryControls::LOAD_EFER,
        );
        case.put(control::VPID, 1);
        case.put(control::EPT_POINTER, 0x5000 | 3 << 3 | 6);
        case.put_host();
        case.put(guest::VMCS_LINK_POINTER, guest_state::NO_LINK);
        case.put(guest::DR7, guest_state::DR7);
        case.put(guest::PAT, guest_state::PAT);
        case.put(guest::RFLAGS, 2);
        case
    }

    /// The CPU with a capability MSR changed.
    pub(super) fn cpu_with(&self, msr: u32, change: fn(u64) -> u64) -> EntryCapabilities {
        let msrs = |number| {
            if number == msr {
                change(everything(number))
            } else {
                everything(number)
            }
        };
        EntryCapabilities {
            vmx: Capabilities::from_msrs(msrs),
            ..self.cpu
        }
    }

    fn put_host(&mut self) {
        self.put(host::CR0, cr0::PE | cr0::NE | cr0::WP | cr0::PG);
        self.put(host::CR4, cr4::PAE | cr4::VMXE);
        self.put(host::EFER, efer::LME | efer::LMA);
        self.put(host::PAT, guest_state::PAT);
        self.put(host::CS_SELECTOR, 0x08);
        self.put(host::SS_SELECTOR, 0x10);
        self.put(host::TR_SELECTOR, 0x18);
        self.put(host::RIP, 0x10_0000);
    }

    /// A guest as after a reset.
    pub(super) fn real_mode() -> Self {
        let mut case = Self::new();
        case.put(guest::CR0, guest_state::CR0 | cr0::NE);
        case.put(guest::CR4, cr4::VMXE);
        case.put(guest::RIP, guest_state::RIP);
        for (name, segment) in guest_state::SEGMENTS {
            case.segment(name, segment);
        }
        case
    }

    /// A guest in 64-bit mode, ring 0.
    pub(super) fn long_mode() -> Self {
        let mut case = Self::new();
        case.put(guest::CR0, cr0::PE | cr0::NE | cr0::WP | cr0::PG);
        case.put(guest::CR3, 0x1000);
        case.put(guest::CR4, cr4::PAE | cr4::VMXE);
        case.put(guest::EFER, efer::LME | efer::LMA);
        case.set(control::ENTRY_CONTROLS, EntryControls::IA32E_MODE_GUEST.bits());
        case.put(guest::RIP, 0xFFFF_8000_0010_0000);
        case.flat(0xA09B);
        case
    }

    /// A guest in 32-bit protected mode with PAE paging, as one without "unrestricted guest" may be.
    pub(super) fn protected_mode() -> Self {
        let mut case = Self::new();
        case.clear(
            control::SECONDARY_CONTROLS,
            SecondaryControls::UNRESTRICTED_GUEST.bits(),
        );
        case.put(guest::CR0, cr0::PE | cr0::NE | cr0::WP | cr0::PG);
        case.put(guest::CR3, 0x1000);
        case.put(guest::CR4, cr4::PAE | cr4::VMXE);
        case.put(guest::RIP, 0x10_0000);
        case.flat(0xC09B);
        case
    }

    /// A guest in virtual-8086 mode.
    pub(super) fn virtual_8086() -> Self {
        let mut case = Self::protected_mode();
        case.put(guest::RFLAGS, 0x2_0002);
        for name in &SegmentName::ALL[..6] {
            let segment = Segment {
                selector: 0x123,
                base: 0x1230,
                limit: 0xFFFF,
                access: 0xF3,
            };
            case.segment(*name, segment);
        }
        case
    }

    fn flat(&mut self, code: u32) {
        let data = Segment {
            selector: 0x10,
            base: 0,
            limit: 0xFFFF_FFFF,
            access: 0xC093,
        };
        for name in SegmentName::ALL {
            self.segment(name, data);
        }
        self.segment(
            SegmentName::Cs,
            Segment {
                selector: 8,
                access: code,
                ..data
            },
        );
        self.segment(
            SegmentName::Ldtr,
            Segment {
                access: access::UNUSABLE,
                ..Segment::default()
            },
        );
        self.segment(
            SegmentName::Tr,
            Segment {
                selector: 0x18,
                base: 0x2000,
                limit: 0x67,
                access: 0x8B,
            },
        );
    }

    pub(super) fn segment(&mut self, name: SegmentName, segment: Segment) {
        self.put(guest::selector(name), segment.selector);
        self.put(guest::base(name), segment.base);
        self.put(guest::limit(name), segment.limit);
        self.put(guest::access_rights(name), segment.access);
    }

    pub(super) fn put<R: Role, W: Width, V: Value>(&mut self, field: Field<R, W, V>, value: V) {
        self.vmcs.set(field, value);
    }

    /// Sets bits.
    pub(super) fn set<R: Role, W: Width, V: Value>(&mut self, field: Field<R, W, V>, mask: impl Into<u64>) {
        let value = self.vmcs.raw(field.into()) | mask.into();
        self.vmcs.set_raw(field.into(), value);
    }

    /// Clears bits.
    pub(super) fn clear<R: Role, W: Width, V: Value>(&mut self, field: Field<R, W, V>, mask: impl Into<u64>) {
        let value = self.vmcs.raw(field.into()) & !mask.into();
        self.vmcs.set_raw(field.into(), value);
    }

    /// Switches on a control.
    pub(super) fn pin(&mut self, control: PinControls) {
        self.set(control::PIN_CONTROLS, control.bits());
    }

    pub(super) fn primary(&mut self, control: PrimaryControls) {
        self.set(control::PRIMARY_CONTROLS, control.bits());
    }

    pub(super) fn secondary(&mut self, control: SecondaryControls) {
        self.set(control::SECONDARY_CONTROLS, control.bits());
    }

    pub(super) fn exit(&mut self, control: ExitControls) {
        self.set(control::EXIT_CONTROLS, control.bits());
    }

    pub(super) fn entry(&mut self, control: EntryControls) {
        self.set(control::ENTRY_CONTROLS, control.bits());
    }

    pub(super) fn situation(&self) -> Situation<'_> {
        Situation {
            region: self.region,
            host_long: self.host_long,
            ..Situation::new(&self.vmcs, &self.cpu, &self.memory)
        }
    }

    /// The names of the rules it breaks.
    pub(super) fn broken(&self) -> Vec<&'static str> {
        violations(&self.situation())
            .map(|violation| violation.rule.name)
            .collect()
    }
}

/// A table of breaches: the rule, the state to start from, what makes the rule apply, what breaks it.
macro_rules! breaches {
    ($($rule:ident $(+ $also:ident)*: $start:ident, |$a:ident| $prepare:expr, |$b:ident| $spoil:expr;)*) => {
        pub(super) const BREACHES: &[Breach] = &[$(Breach {
            rule: stringify!($rule),
            also: &[$(stringify!($also)),*],
            start: Case::$start,
            prepare: |$a| $prepare,
            spoil: |$b| $spoil,
        }),*];
    };
}
pub(super) use breaches;
