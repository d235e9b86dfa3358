//! The good states that mutations start from: one for every mode of the CPU, and some with events, halted, and with more controls.
//! Each must be entered as it is; the run begins by making sure of that.

use super::places::Places;
use crate::capability::Capabilities;
use crate::controls::{EntryControls, ExitControls, PinControls, PrimaryControls, SecondaryControls};
use crate::field::{AnyField, Field, Role, Value, Width, control, guest};
use crate::guest_state::{NO_LINK, PAT};
use crate::registers::{access, cr0, cr4, efer, rflags};
use crate::state::SegmentName;
use alloc::vec::Vec;

/// A state: what differs from all fields being 0, and the host's part.
pub struct State {
    /// For the report.
    pub name: &'static str,
    /// Encodings and values, later ones before earlier ones.
    pub fields: Vec<(AnyField, u64)>,
}

impl State {
    fn set<R: Role, W: Width, V: Value>(&mut self, field: Field<R, W, V>, value: V) {
        self.fields.push((field.into(), value.into_raw()));
    }

    fn get(&self, wanted: AnyField) -> u64 {
        let found = self.fields.iter().rev().find(|(field, _)| *field == wanted);
        found.map_or(0, |(_, value)| *value)
    }

    fn with<R: Role, W: Width, V: Value>(mut self, field: Field<R, W, V>, value: V) -> Self {
        self.set(field, value);
        self
    }

    /// The same with control bits added, as far as the CPU has all of them.
    fn adding<R: Role, W: Width, V: Value>(self, field: Field<R, W, V>, bits: u64, may_be_one: u32) -> Self {
        if bits & !u64::from(may_be_one) != 0 {
            return self;
        }
        let value = self.get(field.into()) | bits;
        self.with(field, V::from_raw(value))
    }
}

/// Where a segment's register points in most states.
const CODE: u16 = 8;
const DATA: u16 = 0x10;
const TASK: u16 = 0x18;
/// Present, accessed.
const CODE_RIGHTS: u32 = 0x9B;
const DATA_RIGHTS: u32 = 0x93;
const BUSY_TSS: u32 = 0x8B;
const FLAT: u32 = access::G | access::DB;
const V86_RIGHTS: u32 = 0xF3;

/// The mode a state is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Real,
    Virtual8086,
    Protected,
    Pae,
    Compatibility,
    Long,
}

/// All of them, for a CPU.
#[must_use]
pub fn all(cpu: &Capabilities, places: &Places) -> Vec<State> {
    let state = |name, mode| state(name, mode, cpu, places);
    let inject = |state: State, info: u32| state.with(control::ENTRY_INTERRUPTION_INFO, info);
    let unrestricted = SecondaryControls::UNRESTRICTED_GUEST.bits();
    alloc::vec![
        state("64-bit mode", Mode::Long),
        state("compatibility mode", Mode::Compatibility),
        state("protected mode", Mode::Protected),
        state("PAE paging", Mode::Pae),
        state("real mode", Mode::Real),
        state("virtual-8086 mode", Mode::Virtual8086),
        without_unrestricted(state("64-bit mode, restricted", Mode::Long), unrestricted),
        without_unrestricted(
            state("virtual-8086 mode, restricted", Mode::Virtual8086),
            unrestricted
        ),
        inject(state("external interrupt", Mode::Long), 0x8000_0020)
            .with(guest::RFLAGS, rflags::IF | rflags::RESERVED_ONE),
        inject(state("general protection", Mode::Protected), 0x8000_0B0D)
            .with(control::ENTRY_EXCEPTION_ERROR_CODE, 0x18),
        inject(state("NMI", Mode::Long), 0x8000_0202),
        inject(state("software interrupt", Mode::Real), 0x8000_0421)
            .with(control::ENTRY_INSTRUCTION_LENGTH, 2),
        state("halted", Mode::Long)
            .with(guest::ACTIVITY, 1)
            .with(guest::RFLAGS, rflags::IF | rflags::RESERVED_ONE),
        state("single step behind STI", Mode::Protected)
            .with(guest::RFLAGS, rflags::TF | rflags::IF | rflags::RESERVED_ONE)
            .with(guest::INTERRUPTIBILITY, 1)
            .with(guest::PENDING_DEBUG, 1 << 14),
        state("lists of MSRs", Mode::Long)
            .with(control::ENTRY_MSR_LOAD_COUNT, 3)
            .with(control::EXIT_MSR_LOAD_COUNT, 2)
            .with(control::EXIT_MSR_STORE_COUNT, 2),
        virtual_apic(state("virtual APIC", Mode::Long), cpu),
        all_controls(state("many controls", Mode::Long), cpu),
    ]
}

fn state(name: &'static str, mode: Mode, cpu: &Capabilities, places: &Places) -> State {
    let mut state = State {
        name,
        fields: Vec::new(),
    };
    state.controls(mode, cpu, places);
    state.control_registers(mode, cpu);
    state.segments(mode);
    state.set(guest::VMCS_LINK_POINTER, NO_LINK);
    state.set(guest::PAT, PAT);
    state.set(guest::DR7, 0x400);
    state.set(guest::RSP, 0x800);
    state.set(
        guest::RFLAGS,
        rflags::RESERVED_ONE | if mode == Mode::Virtual8086 { rflags::VM } else { 0 },
    );
    state
}

impl State {
    /// Whatever the guest does, it leaves at once: the preemption timer is 0, every exception exits.
    fn controls(&mut self, mode: Mode, cpu: &Capabilities, places: &Places) {
        let pin = PinControls::EXTERNAL_INTERRUPT_EXITING
            | PinControls::NMI_EXITING
            | PinControls::PREEMPTION_TIMER;
        let primary = PrimaryControls::ACTIVATE_SECONDARY | PrimaryControls::HLT_EXITING;
        let secondary = SecondaryControls::EPT | SecondaryControls::UNRESTRICTED_GUEST;
        let exit = ExitControls::HOST_ADDRESS_SPACE_SIZE
            | ExitControls::SAVE_DEBUG_CONTROLS
            | ExitControls::LOAD_PAT
            | ExitControls::LOAD_EFER;
        let mut entry =
            EntryControls::LOAD_DEBUG_CONTROLS | EntryControls::LOAD_PAT | EntryControls::LOAD_EFER;
        entry.set(
            EntryControls::IA32E_MODE_GUEST,
            matches!(mode, Mode::Long | Mode::Compatibility),
        );
        let with = |wanted: u32, must_be_one: u32| u64::from(wanted | must_be_one);
        for (field, value) in [
            (control::PIN_CONTROLS.any(), with(pin.bits(), cpu.pin.must_be_one)),
            (
                control::PRIMARY_CONTROLS.any(),
                with(primary.bits(), cpu.primary.must_be_one),
            ),
            (
                control::SECONDARY_CONTROLS.any(),
                with(secondary.bits(), cpu.secondary.must_be_one),
            ),
            (
                control::EXIT_CONTROLS.any(),
                with(exit.bits(), cpu.exit.must_be_one),
            ),
            (
                control::ENTRY_CONTROLS.any(),
                with(entry.bits(), cpu.entry.must_be_one),
            ),
        ] {
            self.fields.push((field, value));
        }
        self.set(control::EXCEPTION_BITMAP, u32::MAX);
        self.set(control::VPID, 0xFFFF);
        self.set(control::TSC_MULTIPLIER, 1 << 48);
        self.fields.extend(places.fields());
    }

    fn control_registers(&mut self, mode: Mode, cpu: &Capabilities) {
        // With unrestricted guest PE and PG are free (SDM 27.3.1.1).
        let required = cpu.cr0.must_be_one & !(cr0::PE | cr0::PG);
        let paging = mode != Mode::Real;
        let long = matches!(mode, Mode::Long | Mode::Compatibility);
        let physical_extension = long || mode == Mode::Pae;
        let when = |condition: bool, bits: u64| if condition { bits } else { 0 };
        self.set(guest::CR0, required | cr0::ET | when(paging, cr0::PE | cr0::PG));
        self.set(
            guest::CR4,
            cpu.cr4.must_be_one | when(physical_extension, cr4::PAE),
        );
        self.set(guest::EFER, when(long, efer::LME | efer::LMA));
        self.set(guest::CR3, Places::EMPTY_TABLE);
    }

    fn segments(&mut self, mode: Mode) {
        for name in SegmentName::ALL {
            let (selector, limit, rights) = segment(name, mode);
            self.set(guest::selector(name), selector);
            self.set(guest::limit(name), limit);
            self.set(guest::access_rights(name), rights);
        }
        self.set(guest::GDTR_LIMIT, 0xFFFF);
        self.set(guest::IDTR_LIMIT, 0xFFFF);
    }
}

fn segment(name: SegmentName, mode: Mode) -> (u16, u32, u32) {
    match (name, mode) {
        (SegmentName::Ldtr, _) => (0, 0, access::UNUSABLE),
        (SegmentName::Tr, _) => (TASK, 0x67, BUSY_TSS),
        (_, Mode::Virtual8086) => (0, 0xFFFF, V86_RIGHTS),
        (SegmentName::Cs, Mode::Real) => (0, 0xFFFF, CODE_RIGHTS),
        (_, Mode::Real) => (0, 0xFFFF, DATA_RIGHTS),
        (SegmentName::Cs, Mode::Long) => (CODE, u32::MAX, CODE_RIGHTS | access::G | access::L),
        (SegmentName::Cs, _) => (CODE, u32::MAX, CODE_RIGHTS | FLAT),
        _ => (DATA, u32::MAX, DATA_RIGHTS | FLAT),
    }
}

/// The guest as CPUs before unrestricted guests had it: always with paging.
fn without_unrestricted(state: State, bit: u32) -> State {
    let value = state.get(control::SECONDARY_CONTROLS.any()) & !u64::from(bit);
    state.with(control::SECONDARY_CONTROLS, SecondaryControls::from_raw(value))
}

/// With everything a virtual APIC has, as far as the CPU has it.
fn virtual_apic(state: State, cpu: &Capabilities) -> State {
    let primary = u64::from(PrimaryControls::TPR_SHADOW.bits());
    let registers = SecondaryControls::VIRTUALIZE_X2APIC
        | SecondaryControls::APIC_REGISTER_VIRTUALIZATION
        | SecondaryControls::VIRTUAL_INTERRUPT_DELIVERY;
    state
        .adding(control::PRIMARY_CONTROLS, primary, cpu.primary.may_be_one)
        .adding(
            control::SECONDARY_CONTROLS,
            u64::from(registers.bits()),
            cpu.secondary.may_be_one,
        )
}

/// With controls that bring rules of their own, as far as the CPU has them.
fn all_controls(mut state: State, cpu: &Capabilities) -> State {
    let pin = PinControls::VIRTUAL_NMIS;
    state = state.adding(control::PIN_CONTROLS, u64::from(pin.bits()), cpu.pin.may_be_one);
    for primary in [
        PrimaryControls::IO_BITMAPS,
        PrimaryControls::MSR_BITMAPS,
        PrimaryControls::NMI_WINDOW_EXITING,
    ] {
        state = state.adding(
            control::PRIMARY_CONTROLS,
            u64::from(primary.bits()),
            cpu.primary.may_be_one,
        );
    }
    for secondary in [
        SecondaryControls::VPID,
        SecondaryControls::VM_FUNCTIONS,
        SecondaryControls::VMCS_SHADOWING,
        SecondaryControls::EPT_VIOLATION_VE,
        SecondaryControls::MODE_BASED_EXECUTE,
        SecondaryControls::TSC_SCALING,
    ] {
        state = state.adding(
            control::SECONDARY_CONTROLS,
            u64::from(secondary.bits()),
            cpu.secondary.may_be_one,
        );
    }
    for (entry, exit) in [
        (EntryControls::LOAD_CET, ExitControls::LOAD_CET),
        (EntryControls::LOAD_PKRS, ExitControls::LOAD_PKRS),
    ] {
        if cpu.entry.may_be_one & entry.bits() != 0 && cpu.exit.may_be_one & exit.bits() != 0 {
            state = state
                .adding(
                    control::ENTRY_CONTROLS,
                    u64::from(entry.bits()),
                    cpu.entry.may_be_one,
                )
                .adding(
                    control::EXIT_CONTROLS,
                    u64::from(exit.bits()),
                    cpu.exit.may_be_one,
                );
        }
    }
    state
}
