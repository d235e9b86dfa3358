//! Machines on VT-x: the trait over `vmx`'s vCPU, and putting one together.

use crate::cpu::{Drill, TripleFault, VirtualCpu, Watched};
use crate::cpuid::{self, Cpuid};
use crate::definition::Definition;
use crate::host::Host;
use crate::machine::{Machine, SetupError};
use crate::memory::MemoryError;
use crate::memory::layout::{Kind, Layout};
use crate::msr;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::arch::x86_64::__cpuid_count;
use core::fmt;
use vmx::addr::Gpa;
use vmx::barrier::{BarrierCost, Barriers};
use vmx::event::Event;
use vmx::exit::{ControlRegisterAccess, EptViolation, ExceptionExit, Exit, IoAccess, TaskSwitch};
use vmx::frames::Frames;
use vmx::memory::{Backing, GuestMemory};
use vmx::msr_bitmap::MsrBitmap;
use vmx::root::Root;
use vmx::state::{CpuMode, DescriptorTable, Registers, Segment, SegmentName, SystemRegister, TableName};
use vmx::vcpu::{Accesses, EntryError, Vcpu, VcpuConfig};

/// What a guest runs at least before the next of its deadlines ends that, in microseconds.
const PROGRESS: u64 = 6;
/// The longest slice of a guest that begins it with interrupts disabled, in microseconds: a little more than a tick of the host takes.
const CLOSED_SLICE: u64 = 6_000;

/// A machine on this CPU.
pub type VmxMachine<F, H> = Machine<Vcpu<F>, GuestMemory<F>, H>;

/// Why there is no machine.
#[derive(Debug)]
pub enum CreateError {
    /// The host's memory is used up.
    OutOfFrames,
    /// Guest memory cannot be laid out.
    Memory(MemoryError),
    /// The vCPU cannot be made.
    Vcpu(EntryError),
    /// The devices or images.
    Setup(SetupError),
}

impl fmt::Display for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfFrames | Self::Memory(MemoryError::OutOfFrames) => {
                f.write_str("the host has no free memory left; stop a program or another guest")
            }
            Self::Memory(error) => write!(f, "guest memory: {error}"),
            Self::Vcpu(error) => write!(f, "virtual CPU: {error}"),
            Self::Setup(error) => write!(f, "{error}"),
        }
    }
}

/// Builds a machine from its definition. Blocks: files are opened and read.
// A stack frame of its own, as where a machine is put together.
#[inline(never)]
pub fn create<F: Frames + Clone, H: Host>(
    root: Arc<Root<F>>,
    frames: F,
    definition: Definition,
    host: H,
) -> Result<Box<VmxMachine<F, H>>, CreateError> {
    let layout = Layout::new(definition.memory);
    let mut memory = GuestMemory::new(frames.clone(), root.ept_features()).map_err(CreateError::Memory)?;
    for slot in layout.slots() {
        let bytes = slot.end.0 - slot.first.0;
        match slot.kind {
            Kind::Ram => memory.add_slot(slot.first, bytes, Backing::Large),
            // Few of its pages are ever touched.
            Kind::Video => memory.add_slot(slot.first, bytes, Backing::Small),
            Kind::Rom => memory.add_rom(slot.first, bytes),
        }
        .map_err(CreateError::Memory)?;
    }
    let xcr0 = cpuid::xcr0_offered(host_cpuid);
    let config = VcpuConfig {
        ept: memory.root(),
        io_bitmap: root.io_bitmap(),
        msr_bitmap: Arc::new(msr_bitmap(frames).ok_or(CreateError::OutOfFrames)?),
        // The guest handles its own exceptions.
        exception_bitmap: 0,
        cr4_offered: Cpuid::new(host_cpuid, xcr0).cr4_offered(),
        xcr0_offered: xcr0,
        progress_ticks: host.tsc_hz() / 1_000_000 * PROGRESS,
        closed_slice_ticks: host.tsc_hz() / 1_000_000 * CLOSED_SLICE,
        barriers: if definition.barriers {
            Barriers::of_this_cpu()
        } else {
            Barriers::default()
        },
    };
    let vcpu = Vcpu::new(root, config).map_err(CreateError::Vcpu)?;
    let cpuid = Cpuid::new(host_cpuid, xcr0 & vcpu.xcr0_supported()).with_tsc_rate(host.tsc_hz());
    Machine::new(definition, vcpu, cpuid, memory, layout, host).map_err(CreateError::Setup)
}

/// Every MSR exits but those that are deliberately passed.
fn msr_bitmap<F: Frames + Clone>(frames: F) -> Option<MsrBitmap<F>> {
    let mut bitmap = MsrBitmap::new(frames)?;
    for msr in msr::read_freely() {
        bitmap.pass_read(msr);
    }
    for msr in msr::written_freely() {
        bitmap.pass_write(msr);
    }
    Some(bitmap)
}

/// CPUID on this CPU: EAX, EBX, ECX, EDX.
fn host_cpuid(leaf: u32, subleaf: u32) -> [u32; 4] {
    let answer = __cpuid_count(leaf, subleaf);
    [answer.eax, answer.ebx, answer.ecx, answer.edx]
}

impl<F: Frames + Clone> VirtualCpu for Vcpu<F> {
    type Error = EntryError;

    #[inline]
    fn run(&mut self) -> Result<Exit, EntryError> {
        Vcpu::run(self)
    }

    fn interrupted_event(&self) -> Option<Event> {
        Vcpu::interrupted_event(self)
    }

    fn instruction_length(&mut self) -> u8 {
        Vcpu::instruction_length(self)
    }

    #[inline]
    fn io_access(&mut self) -> IoAccess {
        Vcpu::io_access(self)
    }

    fn control_register_access(&mut self) -> ControlRegisterAccess {
        Vcpu::control_register_access(self)
    }

    fn guest_physical(&mut self) -> Gpa {
        Vcpu::guest_physical(self)
    }

    fn ept_violation(&mut self) -> EptViolation {
        Vcpu::ept_violation(self)
    }

    fn exception_exit(&mut self) -> Option<ExceptionExit> {
        Vcpu::exception_exit(self)
    }

    fn task_switch(&mut self) -> TaskSwitch {
        Vcpu::task_switch(self)
    }

    fn unload(&mut self) {
        Vcpu::unload(self);
    }

    fn reset(&mut self) {
        Vcpu::reset(self);
    }

    fn registers(&mut self) -> &Registers {
        Vcpu::registers(self)
    }

    fn registers_mut(&mut self) -> &mut Registers {
        Vcpu::registers_mut(self)
    }

    #[inline]
    fn read(&mut self, register: SystemRegister) -> u64 {
        Vcpu::read(self, register)
    }

    #[inline]
    fn write(&mut self, register: SystemRegister, value: u64) -> Result<(), Event> {
        Vcpu::write(self, register, value)
    }

    fn segment(&mut self, name: SegmentName) -> Segment {
        Vcpu::segment(self, name)
    }

    fn set_segment(&mut self, name: SegmentName, segment: Segment) {
        Vcpu::set_segment(self, name, segment);
    }

    fn descriptor_table(&mut self, name: TableName) -> DescriptorTable {
        Vcpu::descriptor_table(self, name)
    }

    fn mode(&mut self) -> CpuMode {
        Vcpu::mode(self)
    }

    fn privilege(&mut self) -> u8 {
        Vcpu::privilege(self)
    }

    fn pdpte_address(&mut self) -> Option<Gpa> {
        Vcpu::pdpte_address(self)
    }

    fn set_pdptes(&mut self, entries: [u64; 4]) -> Result<(), Event> {
        Vcpu::set_pdptes(self, entries)
    }

    #[inline(always)]
    fn finish_instruction(&mut self) {
        Vcpu::finish_instruction(self);
    }

    fn skip_instruction(&mut self, length: u8) {
        Vcpu::skip_instruction(self, length);
    }

    fn watches(&mut self) -> bool {
        Vcpu::watches(self)
    }

    #[inline]
    fn accessed(&mut self, access: Watched, length: u64) {
        Vcpu::accessed(self, access, length);
    }

    fn inject(&mut self, event: Event) -> Result<(), TripleFault> {
        Vcpu::inject(self, event)
    }

    fn pending(&self) -> Option<Event> {
        Vcpu::pending(self)
    }

    fn event_due(&mut self) -> bool {
        Vcpu::event_due(self)
    }

    fn debug_trap_pending(&mut self) -> bool {
        Vcpu::debug_trap_pending(self)
    }

    fn accepts_interrupt(&mut self) -> bool {
        Vcpu::accepts_interrupt(self)
    }

    fn set_interrupt_window(&mut self, wanted: bool) {
        Vcpu::set_interrupt_window(self, wanted);
    }

    #[inline]
    fn take_accesses(&self) -> Accesses {
        Vcpu::take_accesses(self)
    }

    fn host_tsc(&self) -> u64 {
        Vcpu::host_tsc(self)
    }

    fn set_deadline(&mut self, tsc: Option<u64>) {
        Vcpu::set_deadline(self, tsc);
    }

    fn set_slice_end(&mut self, tsc: u64) {
        Vcpu::set_slice_end(self, tsc);
    }

    fn shorten_slice(&mut self, tsc: u64) {
        Vcpu::shorten_slice(self, tsc);
    }

    #[inline]
    fn slice_end(&self) -> u64 {
        Vcpu::slice_end(self)
    }

    fn tsc_offset(&self) -> u64 {
        Vcpu::tsc_offset(self)
    }

    fn can_halt(&self) -> bool {
        Vcpu::can_halt(self)
    }

    fn set_halted(&mut self, halted: bool) {
        Vcpu::set_halted(self, halted);
    }

    fn barrier_cost(&self) -> BarrierCost {
        Vcpu::barrier_cost(self)
    }

    fn set_tsc_offset(&mut self, offset: u64) {
        Vcpu::set_tsc_offset(self, offset);
    }

    fn explain(&mut self, out: &mut dyn fmt::Write) -> fmt::Result {
        Vcpu::explain(self, out)
    }

    fn refuse(&mut self, drill: Drill) {
        Vcpu::refuse(self, drill);
    }

    fn dump(&mut self, out: &mut dyn fmt::Write) -> fmt::Result {
        Vcpu::dump(self, out)
    }
}
