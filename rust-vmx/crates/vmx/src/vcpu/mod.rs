//! A virtual CPU: what `machine` sees of VMX.
//!
//! A vCPU is either *loaded* on a CPU or not. [`Vcpu::run`] loads it: interrupts are disabled from then on, the VMCS is
//! current, and the guest's extended state, CR2 and the MSRs no VMCS field holds are in the CPU. [`Vcpu::unload`] takes it
//! off again and enables interrupts, so that what waited for the host is served there. Between the two nothing may block.
//! All other methods may be called in either state.

use crate::ept::EptRoot;
use crate::event::Event;
use crate::exit::{EntryFailure, VmExit};
use crate::frames::Frames;
use crate::io_bitmap::IoBitmap;
use crate::msr_bitmap::MsrBitmap;
use crate::root::Root;
use crate::state::{
    CpuMode, DescriptorTable, Interruptibility, Registers, Segment, SegmentName, SystemRegister, TableName,
};
use alloc::sync::Arc;
use core::fmt;

/// What a vCPU is built from. The VM's vCPUs share the EPT and the bitmaps.
pub struct VcpuConfig<F: Frames + Clone> {
    /// The guest-physical address space ([`crate::memory::GuestMemory::root`]).
    pub ept: Arc<EptRoot<F>>,
    /// Which ports exit.
    pub io_bitmap: Arc<IoBitmap<F>>,
    /// Which MSRs exit.
    pub msr_bitmap: Arc<MsrBitmap<F>>,
    /// Which exceptions exit, one bit per vector.
    pub exception_bitmap: u32,
    /// The CR4 bits the guest's CPUID offers; setting another is #GP.
    pub cr4_offered: u64,
    /// The XCR0 bits the guest's CPUID offers, of those in [`Vcpu::xcr0_supported`].
    pub xcr0_offered: u64,
    /// The longest the guest may run without an exit, in TSC ticks.
    pub slice_ticks: u64,
}

/// Why a vCPU could not be made or cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryError {
    /// The CPU checked the guest state and refused it, after VMLAUNCH or VMRESUME itself succeeded.
    Refused(EntryFailure),
}

impl fmt::Display for EntryError {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

/// A virtual CPU.
pub struct Vcpu<F: Frames + Clone> {
    _root: Arc<Root<F>>,
}

impl<F: Frames + Clone> Vcpu<F> {
    /// A vCPU in the state after a reset (SDM "Processor State After Reset", 10.1.1).
    pub fn new(root: Arc<Root<F>>, config: VcpuConfig<F>) -> Result<Self, EntryError> {
        let _ = config;
        Ok(Self { _root: root })
    }

    /// Puts the guest into the state after a reset: real mode, CS:IP F000:FFF0.
    pub fn reset(&mut self) {
        todo!()
    }

    /// Runs the guest until it exits. Loads the vCPU first when it is not loaded; it is loaded afterwards in any case.
    /// An event whose delivery was interrupted by the last exit is delivered again, unless [`Self::inject`] decided
    /// otherwise.
    pub fn run(&mut self) -> Result<VmExit, EntryError> {
        todo!()
    }

    /// Takes the guest's state off the CPU and gives the host back its own, interrupt flag included. No effect when the
    /// vCPU is not loaded.
    pub fn unload(&mut self) {
        todo!()
    }

    /// The general registers. RSP is there as well.
    pub fn registers(&mut self) -> &Registers {
        todo!()
    }

    /// The general registers, to change.
    pub fn registers_mut(&mut self) -> &mut Registers {
        todo!()
    }

    /// Reads a register that is not a general one.
    pub fn read(&mut self, register: SystemRegister) -> u64 {
        let _ = register;
        todo!()
    }

    /// Writes a register as the guest's own instruction would (MOV to CR, WRMSR, XSETBV), with what follows from it:
    /// EFER.LMA, paging mode, TLB. `Err` is the fault the instruction would raise; nothing has changed then.
    pub fn write(&mut self, register: SystemRegister, value: u64) -> Result<(), Event> {
        let _ = (register, value);
        todo!()
    }

    /// A segment register, LDTR or TR.
    pub fn segment(&mut self, name: SegmentName) -> Segment {
        let _ = name;
        todo!()
    }

    /// Loads a segment register, LDTR or TR with its hidden part.
    pub fn set_segment(&mut self, name: SegmentName, segment: Segment) {
        let _ = (name, segment);
        todo!()
    }

    /// GDTR or IDTR.
    pub fn descriptor_table(&mut self, name: TableName) -> DescriptorTable {
        let _ = name;
        todo!()
    }

    /// Loads GDTR or IDTR.
    pub fn set_descriptor_table(&mut self, name: TableName, table: DescriptorTable) {
        let _ = (name, table);
        todo!()
    }

    /// How the CPU interprets addresses and operands now.
    pub fn mode(&mut self) -> CpuMode {
        todo!()
    }

    /// The guest-physical address of the four PDPTEs, when the guest uses PAE paging. After a [`Self::write`] to CR0, CR3
    /// or CR4 they must be handed over with [`Self::set_pdptes`].
    pub fn pdpte_address(&mut self) -> Option<crate::addr::Gpa> {
        todo!()
    }

    /// Loads the four PDPTEs; `Err` is #GP for reserved bits.
    pub fn set_pdptes(&mut self, pdptes: [u64; 4]) -> Result<(), Event> {
        let _ = pdptes;
        todo!()
    }

    /// Delivers an event to the guest on the next entry. An exception while another event's delivery was interrupted
    /// becomes what the SDM says (double fault, or the second alone); a third fault is the return value
    /// `Err(TripleFault)`. For an external interrupt [`Self::accepts_interrupt`] must hold.
    pub fn inject(&mut self, event: Event) -> Result<(), TripleFault> {
        let _ = event;
        todo!()
    }

    /// The event that the next entry will deliver.
    pub fn pending(&self) -> Option<Event> {
        todo!()
    }

    /// Whether an external interrupt can be injected now: RFLAGS.IF is set, nothing blocks, no other event is pending.
    pub fn accepts_interrupt(&mut self) -> bool {
        todo!()
    }

    /// Whether an NMI can be injected now.
    pub fn accepts_nmi(&mut self) -> bool {
        todo!()
    }

    /// Asks for an [`crate::exit::Exit::InterruptWindow`] as soon as the guest accepts an interrupt, or no longer.
    pub fn set_interrupt_window(&mut self, wanted: bool) {
        let _ = wanted;
        todo!()
    }

    /// Asks for an [`crate::exit::Exit::NmiWindow`] as soon as the guest accepts an NMI, or no longer.
    pub fn set_nmi_window(&mut self, wanted: bool) {
        let _ = wanted;
        todo!()
    }

    /// What blocks events now.
    pub fn interruptibility(&mut self) -> Interruptibility {
        todo!()
    }

    /// Sets what blocks events.
    pub fn set_interruptibility(&mut self, state: Interruptibility) {
        let _ = state;
        todo!()
    }

    /// Finishes an instruction that was emulated: RIP moves on by `length` (in the width of the mode), blocking by STI
    /// and MOV SS ends, and with RFLAGS.TF a single-step #DB becomes pending.
    pub fn skip_instruction(&mut self, length: u8) {
        let _ = length;
        todo!()
    }

    /// The difference guest TSC - host TSC.
    pub fn tsc_offset(&self) -> u64 {
        todo!()
    }

    /// Sets the difference guest TSC - host TSC.
    pub fn set_tsc_offset(&mut self, offset: u64) {
        let _ = offset;
        todo!()
    }

    /// The host's TSC.
    pub fn host_tsc(&self) -> u64 {
        todo!()
    }

    /// The host TSC value at which [`crate::exit::Exit::PreemptionTimer`] is due; `None` leaves only the slice.
    pub fn set_deadline(&mut self, tsc: Option<u64>) {
        let _ = tsc;
        todo!()
    }

    /// The XCR0 bits that can be offered to a guest on this CPU; 0 without XSAVE.
    pub fn xcr0_supported(&self) -> u64 {
        todo!()
    }

    /// Writes the fields of the VMCS that explain a failure, one per line.
    pub fn dump(&mut self, out: &mut dyn fmt::Write) -> fmt::Result {
        let _ = out;
        todo!()
    }
}

/// A fault while a double fault was being delivered: the CPU shuts down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TripleFault;
