//! A virtual CPU: what `machine` sees of VMX.
//!
//! A vCPU is either *loaded* on a CPU or not. [`Vcpu::run`] loads it: interrupts are disabled from then on, the VMCS is
//! current, and the guest's extended state, CR2 and the MSRs no VMCS field holds are in the CPU. [`Vcpu::unload`] takes it
//! off again and enables interrupts, so that what waited for the host is served there. Between the two nothing may block.
//! All other methods may be called in either state.
//!
//! Files: [`mod@self`] setup, registers and segments; `system` control registers and MSRs with what follows from a write; `events`
//! injection; `exceptions` those the host must see; `run` entry and exit; `switch` what is loaded by hand; `cache` fields kept between exit and entry.

mod cache;
mod events;
mod exceptions;
mod run;
mod switch;
mod system;

pub use events::TripleFault;

use crate::controls::{PrimaryControls, SecondaryControls};
use crate::ept::EptRoot;
use crate::error::VmInstructionError;
use crate::event::Event;
use crate::exit::EntryFailure;
use crate::field::{self, Field, Role, Value, Width, Writable, control, guest};
use crate::frames::Frames;
use crate::guest_state;
use crate::host_state::{self, PerThread, Remainder};
use crate::instructions as cpu;
use crate::interrupts::InterruptsOff;
use crate::io_bitmap::IoBitmap;
use crate::msr_bitmap::MsrBitmap;
use crate::registers::{access, cr0, efer, rflags};
use crate::root::{Controls, Root};
use crate::state::{
    CpuMode, DescriptorTable, Interruptibility, Registers, Segment, SegmentName, TableName, gpr,
};
use crate::vmcs::{Vmcs, VmcsError};
use crate::vpid::Vpid;
use crate::xstate::{Xstate, XstateError};
use alloc::sync::Arc;
use cache::{Cache, Cached};
use core::fmt;
use switch::{DebugRegisters, Msrs};

/// What a vCPU is built from. The VM's vCPUs share the EPT and the bitmaps.
pub struct VcpuConfig<F: Frames> {
    /// The guest-physical address space ([`crate::memory::GuestMemory::root`]).
    pub ept: Arc<EptRoot<F>>,
    /// Which ports exit.
    pub io_bitmap: Arc<IoBitmap<F>>,
    /// Which MSRs exit.
    pub msr_bitmap: Arc<MsrBitmap<F>>,
    /// Which exceptions exit to the machine, one bit per vector.
    pub exception_bitmap: u32,
    /// The CR4 bits the guest's CPUID offers; setting another is #GP.
    pub cr4_offered: u64,
    /// The XCR0 bits the guest's CPUID offers, of those in [`Vcpu::xcr0_supported`].
    pub xcr0_offered: u64,
    /// After how many TSC ticks since it was loaded the guest leaves with [`crate::exit::Exit::PreemptionTimer`].
    pub slice_ticks: u64,
}

/// Why a vCPU could not be made or cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryError {
    /// No page frame for the VMCS or the extended state.
    OutOfFrames,
    /// The host's own CPU state does not allow running a guest.
    Host(&'static str),
    /// A VMX instruction failed.
    Instruction(VmInstructionError),
    /// A field could not be read or written.
    Field {
        /// Its name.
        name: &'static str,
        /// How the access failed.
        error: VmInstructionError,
    },
    /// The CPU checked the guest state and refused it, after VMLAUNCH or VMRESUME itself succeeded.
    Refused {
        /// What the CPU says.
        failure: EntryFailure,
        /// Which rule of the SDM the guest state breaks, if this library finds one.
        rule: Option<&'static str>,
    },
}

impl fmt::Display for EntryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfFrames => f.write_str("the host has no page frame left for a virtual CPU"),
            Self::Host(what) => f.write_str(what),
            Self::Instruction(error) => error.fmt(f),
            Self::Field { name, error } => write!(f, "VMCS field {name}: {error}"),
            Self::Refused { failure, rule: None } => failure.fmt(f),
            Self::Refused {
                failure,
                rule: Some(rule),
            } => write!(f, "{failure}: {rule}"),
        }
    }
}

impl From<VmInstructionError> for EntryError {
    fn from(error: VmInstructionError) -> Self {
        Self::Instruction(error)
    }
}

impl From<VmcsError> for EntryError {
    fn from(error: VmcsError) -> Self {
        match error {
            VmcsError::OutOfFrames => Self::OutOfFrames,
            VmcsError::Instruction(error) => Self::Instruction(error),
        }
    }
}

impl From<XstateError> for EntryError {
    fn from(error: XstateError) -> Self {
        match error {
            XstateError::OutOfFrames => Self::OutOfFrames,
            XstateError::NotEnabled => {
                Self::Host("the kernel has not enabled SSE: CR4.OSFXSR must be set, CR0.EM and CR0.TS clear")
            }
        }
    }
}

/// A virtual CPU.
pub struct Vcpu<F: Frames> {
    vmcs: Vmcs<F>,
    config: VcpuConfig<F>,
    vpid: Option<Vpid>,
    registers: Registers,
    /// The RSP field's value; [`Registers`] has the one to be.
    rsp: u64,
    cache: Cache,
    /// The first access to a field that failed: the next entry reports it.
    broken: Option<EntryError>,

    // What the guest sees in the bits of CR0 and CR4 that are not its own.
    cr0_shadow: u64,
    cr4_shadow: u64,
    cr2: u64,
    cr8: u64,
    /// IA32_PAT where the VMCS does not switch it.
    pat: u64,
    msrs: Msrs,
    debug: DebugRegisters,
    xstate: Xstate<F>,
    tsc_offset: u64,

    // Control words that change, and whether the VMCS knows.
    primary: PrimaryControls,
    primary_written: PrimaryControls,
    entry_written: bool,

    /// The event of the next entry.
    pending: Option<Event>,
    /// An interrupt or NMI whose delivery raised an exception: it comes after it.
    held: Option<Event>,
    deadline: Option<u64>,
    /// When the host wants the CPU back, whatever the guest does.
    slice_end: u64,

    /// The EPT generation whose stale translations are gone; `None` before the first INVEPT.
    ept_seen: Option<u64>,
    flush_vpid: bool,

    host: PerThread,
    remainder: Remainder,
    loaded: Option<InterruptsOff>,
}

impl<F: Frames + Clone> Vcpu<F> {
    /// A vCPU in the state after a reset (SDM "Processor State After Reset", 10.1.1).
    pub fn new(root: Arc<Root<F>>, config: VcpuConfig<F>) -> Result<Self, EntryError> {
        let controls = *root.controls();
        let frames = root.frames();
        let xstate = Xstate::new(frames.clone())?;
        let use_vpid = controls.secondary.contains(SecondaryControls::VPID);
        let vpid = use_vpid.then(Vpid::allocate).flatten();
        let interrupts = InterruptsOff::new();
        let vmcs = Vmcs::new(root, frames)?;
        vmcs.make_current()?;
        let remainder = host_state::write(&vmcs, controls.exit)?;
        let mut this = Self {
            vmcs,
            config,
            vpid,
            registers: Registers::default(),
            rsp: 0,
            cache: Cache::default(),
            broken: None,
            cr0_shadow: 0,
            cr4_shadow: 0,
            cr2: 0,
            cr8: 0,
            pat: guest_state::PAT,
            msrs: Msrs::new(),
            debug: DebugRegisters::new(),
            xstate,
            tsc_offset: 0,
            primary: controls.primary,
            primary_written: controls.primary,
            entry_written: false,
            pending: None,
            held: None,
            deadline: None,
            slice_end: 0,
            ept_seen: None,
            flush_vpid: true,
            host: PerThread::default(),
            remainder,
            loaded: None,
        };
        this.write_controls(&controls)?;
        this.reset();
        drop(interrupts);
        match this.broken.take() {
            None => Ok(this),
            Some(error) => Err(error),
        }
    }

    /// Writes the control fields (SDM 25.6 to 25.8). The VMCS is current.
    fn write_controls(&mut self, controls: &Controls) -> Result<(), VmInstructionError> {
        let mut secondary = controls.secondary;
        if self.vpid.is_none() {
            secondary.remove(SecondaryControls::VPID);
        }
        let (io_a, io_b) = self.config.io_bitmap.addresses();
        let (cr0_mask, cr4_mask) = (self.cr0_mask(), self.cr4_mask());
        let vmcs = &self.vmcs;
        // SAFETY: the words are within what the CPU allows, and each address is that of a structure `config` keeps alive.
        unsafe {
            vmcs.write(control::PIN_CONTROLS, controls.pin)?;
            vmcs.write(control::PRIMARY_CONTROLS, controls.primary)?;
            vmcs.write(control::SECONDARY_CONTROLS, secondary)?;
            vmcs.write(control::EXIT_CONTROLS, controls.exit)?;
            vmcs.write(control::ENTRY_CONTROLS, controls.entry)?;
            vmcs.write(control::IO_BITMAP_A, io_a)?;
            vmcs.write(control::IO_BITMAP_B, io_b)?;
            vmcs.write(control::MSR_BITMAP, self.config.msr_bitmap.address())?;
            vmcs.write(control::EPT_POINTER, self.config.ept.pointer())?;
            if let Some(vpid) = &self.vpid {
                vmcs.write(control::VPID, vpid.number())?;
            }
            vmcs.write(
                control::EXCEPTION_BITMAP,
                self.config.exception_bitmap | exceptions::ALWAYS,
            )?;
            // With mask and match 0, bit 14 of the exception bitmap alone decides about #PF (SDM 26.2).
            vmcs.write(control::PAGE_FAULT_MASK, 0)?;
            vmcs.write(control::PAGE_FAULT_MATCH, 0)?;
            vmcs.write(control::CR3_TARGET_COUNT, 0)?;
            vmcs.write(control::EXIT_MSR_STORE_COUNT, 0)?;
            vmcs.write(control::EXIT_MSR_LOAD_COUNT, 0)?;
            vmcs.write(control::ENTRY_MSR_LOAD_COUNT, 0)?;
            vmcs.write(control::ENTRY_INTERRUPTION_INFO, 0)?;
            vmcs.write(control::TSC_OFFSET, 0)?;
            vmcs.write(control::CR0_MASK, cr0_mask)?;
            vmcs.write(control::CR4_MASK, cr4_mask)?;
        }
        Ok(())
    }

    /// Puts the guest into the state after a reset: real mode, CS:IP F000:FFF0.
    pub fn reset(&mut self) {
        self.unload();
        self.registers = Registers::default();
        // RDX identifies the CPU after a reset, as CPUID.1:EAX does.
        self.registers.gpr[gpr::RDX] = u64::from(cpu::cpuid(1, 0)[0]);
        for (name, segment) in guest_state::SEGMENTS {
            self.set_segment(name, segment);
        }
        for name in [TableName::Gdtr, TableName::Idtr] {
            self.set_descriptor_table(
                name,
                DescriptorTable {
                    base: 0,
                    limit: guest_state::TABLE_LIMIT as u16,
                },
            );
        }
        self.reset_system_registers();
        self.set(guest::ACTIVITY, 0);
        self.set(guest::PENDING_DEBUG, 0);
        self.set(guest::VMCS_LINK_POINTER, guest_state::NO_LINK);
        for pdpte in guest::PDPTES {
            self.set(pdpte, 0);
        }
        self.set(guest::RSP, 0);
        self.rsp = 0;
        self.cache.set(Cached::Interruptibility, 0);
        self.pending = None;
        self.held = None;
        self.primary = self.vmcs.root().controls().primary;
        self.flush_vpid = true;
    }

    /// The general registers. RSP is there as well.
    pub fn registers(&self) -> &Registers {
        &self.registers
    }

    /// The general registers, to change.
    pub fn registers_mut(&mut self) -> &mut Registers {
        &mut self.registers
    }

    /// A segment register, LDTR or TR.
    pub fn segment(&mut self, name: SegmentName) -> Segment {
        Segment {
            selector: self.get(guest::selector(name)),
            base: self.get(guest::base(name)),
            limit: self.get(guest::limit(name)),
            access: if name == SegmentName::Cs {
                self.cached(Cached::CsAccess) as u32
            } else {
                self.get(guest::access_rights(name))
            },
        }
    }

    /// Loads a segment register, LDTR or TR with its hidden part.
    pub fn set_segment(&mut self, name: SegmentName, segment: Segment) {
        self.set(guest::selector(name), segment.selector);
        self.set(guest::base(name), segment.base);
        self.set(guest::limit(name), segment.limit);
        if name == SegmentName::Cs {
            self.cache.set(Cached::CsAccess, u64::from(segment.access));
        } else {
            self.set(guest::access_rights(name), segment.access);
        }
    }

    /// GDTR or IDTR.
    pub fn descriptor_table(&mut self, name: TableName) -> DescriptorTable {
        let (base, limit) = match name {
            TableName::Gdtr => (guest::GDTR_BASE, guest::GDTR_LIMIT),
            TableName::Idtr => (guest::IDTR_BASE, guest::IDTR_LIMIT),
        };
        DescriptorTable {
            base: self.get(base),
            limit: self.get(limit) as u16,
        }
    }

    /// Loads GDTR or IDTR.
    pub fn set_descriptor_table(&mut self, name: TableName, table: DescriptorTable) {
        let (base, limit) = match name {
            TableName::Gdtr => (guest::GDTR_BASE, guest::GDTR_LIMIT),
            TableName::Idtr => (guest::IDTR_BASE, guest::IDTR_LIMIT),
        };
        self.set(base, table.base);
        self.set(limit, u32::from(table.limit));
    }

    /// How the CPU interprets addresses and operands now.
    pub fn mode(&mut self) -> CpuMode {
        if self.cached(Cached::Cr0) & cr0::PE == 0 {
            return CpuMode::Real;
        }
        if self.cached(Cached::Rflags) & rflags::VM != 0 {
            return CpuMode::Virtual8086;
        }
        let code = self.cached(Cached::CsAccess) as u32;
        let (long, wide) = (code & access::L != 0, code & access::DB != 0);
        match (self.cached(Cached::Efer) & efer::LMA != 0, long, wide) {
            (true, true, _) => CpuMode::Long,
            (true, false, true) => CpuMode::Compatibility32,
            (true, false, false) => CpuMode::Compatibility16,
            (false, _, true) => CpuMode::Protected32,
            (false, _, false) => CpuMode::Protected16,
        }
    }

    /// What blocks events now.
    pub fn interruptibility(&mut self) -> Interruptibility {
        let bits = self.cached(Cached::Interruptibility);
        Interruptibility {
            sti: bits & 1 != 0,
            mov_ss: bits & 2 != 0,
            nmi: bits & 8 != 0,
        }
    }

    /// Sets what blocks events.
    pub fn set_interruptibility(&mut self, state: Interruptibility) {
        let bits = u64::from(state.sti) | u64::from(state.mov_ss) << 1 | u64::from(state.nmi) << 3;
        self.cache.set(Cached::Interruptibility, bits);
    }

    /// Finishes an instruction that was emulated: RIP moves on by `length` (in the width of the mode), blocking by STI
    /// and MOV SS ends, and with RFLAGS.TF a single-step #DB becomes pending.
    pub fn skip_instruction(&mut self, length: u8) {
        let old = self.cached(Cached::Rip);
        let mut new = old.wrapping_add(u64::from(length));
        // Outside 64-bit mode RIP has 32 bits.
        if (old ^ new) >> 32 != 0 && self.mode() != CpuMode::Long {
            new &= 0xFFFF_FFFF;
        }
        self.cache.set(Cached::Rip, new);
        let mut state = self.interruptibility();
        if state.sti || state.mov_ss {
            (state.sti, state.mov_ss) = (false, false);
            self.set_interruptibility(state);
        }
        if self.cached(Cached::Rflags) & rflags::TF != 0 {
            // Bit 14, BS: what the CPU would have recognised behind the instruction (SDM 25.4.2, table 25-4).
            let pending = self.get(guest::PENDING_DEBUG);
            self.set(guest::PENDING_DEBUG, pending | 1 << 14);
        }
    }

    /// The difference guest TSC - host TSC.
    pub fn tsc_offset(&self) -> u64 {
        self.tsc_offset
    }

    /// Sets the difference guest TSC - host TSC.
    pub fn set_tsc_offset(&mut self, offset: u64) {
        self.tsc_offset = offset;
        self.set(control::TSC_OFFSET, offset);
    }

    /// The host's TSC.
    pub fn host_tsc(&self) -> u64 {
        cpu::rdtsc()
    }

    /// The host TSC value at which [`crate::exit::Exit::PreemptionTimer`] is due; `None` leaves only the slice.
    pub fn set_deadline(&mut self, tsc: Option<u64>) {
        self.deadline = tsc;
    }

    /// The XCR0 bits that can be offered to a guest on this CPU; 0 without XSAVE.
    pub fn xcr0_supported(&self) -> u64 {
        self.xstate.supported()
    }

    /// Writes the fields of the VMCS that are not zero, one per line, the CPU's report first.
    pub fn dump(&mut self, out: &mut dyn fmt::Write) -> fmt::Result {
        let _attached = self.attach();
        let groups = [
            ("exit", field::exit_info::ALL),
            ("guest", field::guest::ALL),
            ("control", field::control::ALL),
            ("host", field::host::ALL),
        ];
        for (group, fields) in groups {
            for &(encoding, name) in fields {
                // What this CPU does not have cannot be read, and says nothing.
                match self.vmcs.read_raw(encoding) {
                    Ok(0) | Err(_) => {}
                    Ok(value) => writeln!(out, "{group:7} {name:27} {value:#x}")?,
                }
            }
        }
        Ok(())
    }
}

/// Access to fields. Each method makes the VMCS current for as long as it takes, unless the vCPU is loaded.
impl<F: Frames> Vcpu<F> {
    /// Makes the VMCS current; interrupts are off while the returned value lives.
    fn attach(&mut self) -> Option<InterruptsOff> {
        if self.loaded.is_some() {
            return None;
        }
        let interrupts = InterruptsOff::new();
        if let Err(error) = self.vmcs.make_current() {
            self.note(error.into());
        }
        Some(interrupts)
    }

    fn note(&mut self, error: EntryError) {
        self.broken.get_or_insert(error);
    }

    fn get<R: Role, W: Width, V: Value>(&mut self, field: Field<R, W, V>) -> V {
        let _attached = self.attach();
        match self.vmcs.read(field) {
            Ok(value) => value,
            Err(error) => {
                self.note(EntryError::Field {
                    name: field.name(),
                    error,
                });
                V::from_raw(0)
            }
        }
    }

    /// Writes a guest-state field, or a control that no address or host state hangs on.
    fn set<R: Writable, W: Width, V: Value>(&mut self, field: Field<R, W, V>, value: V) {
        let _attached = self.attach();
        // SAFETY: guest state is checked by the CPU at entry and confined by the controls; of the controls only TSC offset,
        // CR0 and CR4 shadow and the injected event are written like this.
        if let Err(error) = unsafe { self.vmcs.write(field, value) } {
            self.note(EntryError::Field {
                name: field.name(),
                error,
            });
        }
    }

    fn cached(&mut self, field: Cached) -> u64 {
        if let Some(value) = self.cache.get(field) {
            return value;
        }
        let _attached = self.attach();
        let value = match self.vmcs.read_raw(field.encoding()) {
            Ok(value) => value,
            Err(error) => {
                self.note(EntryError::Instruction(error));
                0
            }
        };
        self.cache.fill(field, value);
        value
    }
}

impl<F: Frames> Drop for Vcpu<F> {
    fn drop(&mut self) {
        self.unload();
    }
}
