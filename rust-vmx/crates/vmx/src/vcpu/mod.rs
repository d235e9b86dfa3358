//! A virtual CPU: what `machine` sees of VMX.
//!
//! A vCPU is either *loaded* on a CPU or not. [`Vcpu::run`] loads it: interrupts are disabled from then on, the VMCS is
//! current, and the guest's extended state, CR2 and the MSRs no VMCS field holds are in the CPU. [`Vcpu::unload`] takes it
//! off again and enables interrupts, so that what waited for the host is served there. Between the two nothing may block.
//! All other methods may be called in either state.
//!
//! Files: here registers and segments; `setup` making and resetting it; `system` control registers and MSRs with what follows
//! from a write; `events` injection; `steps` the end of an emulated instruction; `exceptions` those the host must see; `run` entry and
//! exit; `load` what is around a series of them; `prepare` what is before one; `switch` what is loaded by hand; `exit` what an exit
//! says about itself; `next` what the next entry brings about; `diagnosis` why an entry is refused; `fields` access to the VMCS; `cache`
//! what is kept between exit and entry.

mod cache;
mod diagnosis;
mod error;
mod events;
mod exceptions;
mod exit;
mod fields;
mod load;
mod next;
mod prepare;
mod run;
mod setup;
mod steps;
mod switch;
mod system;

pub use diagnosis::Drill;
pub use error::EntryError;
pub use events::TripleFault;

pub use crate::vmcs::Accesses;

use crate::barrier::{BarrierCost, Barriers};
use crate::controls::{PinControls, PrimaryControls};
use crate::ept::EptRoot;
use crate::error::ErrorNumber;
use crate::field::{control, guest};
use crate::frames::Frames;
use crate::host_state::HostState;
use crate::instructions as cpu;
use crate::io_bitmap::IoBitmap;
use crate::msr_bitmap::MsrBitmap;
use crate::registers::{access, cr0, efer, rflags};
use crate::state::{CpuMode, DescriptorTable, Interruptibility, Registers, Segment, SegmentName, TableName};
use crate::vmcs::Vmcs;
use crate::vpid::Vpid;
use crate::xstate::Xstate;
use alloc::sync::Arc;
use cache::{Cache, Cached};
use load::Loaded;
use next::{NextEntry, Noted};
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
    /// What the guest runs at least before a deadline ([`Vcpu::set_deadline`]) ends that, in TSC ticks.
    pub progress_ticks: u64,
    /// The longest slice of a guest that begins it with interrupts disabled, in TSC ticks. Interrupts of the host exit all the same (SDM
    /// "Pin-Based VM-Execution Controls", 25.6.1), but an emulator may not know that; Bochs keeps them waiting.
    pub closed_slice_ticks: u64,
    /// What stands between this guest and who was on the CPU before.
    pub barriers: Barriers,
}

/// Values of the activity-state field.
const ACTIVE: u32 = 0;
const ACTIVITY_HLT: u32 = 1;

/// A virtual CPU.
pub struct Vcpu<F: Frames> {
    vmcs: Vmcs<F>,
    config: VcpuConfig<F>,
    vpid: Option<Vpid>,
    registers: Registers,
    cache: Cache,

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

    /// The guest had an NMI since its reset: before that none can be blocked.
    had_nmi: bool,
    next: Noted<NextEntry>,
    primary_written: PrimaryControls,
    /// When the host wants the CPU back, whatever the guest does.
    slice_end: u64,

    /// Why the CPU did not take the last entry. The field of the VMCS keeps it only until the next VMX instruction that fails.
    entry_error: Option<ErrorNumber>,

    /// The EPT generation whose stale translations are gone; before the first INVEPT one that there will never be.
    ept_seen: u64,
    /// The checker looked at the first entry.
    #[cfg(debug_assertions)]
    checked: bool,

    /// Who this is, for the barriers, and what they took.
    owner: u64,
    barrier_cost: BarrierCost,

    host: HostState,
    loaded: Option<Loaded>,
}

impl<F: Frames + Clone> Vcpu<F> {
    /// The general registers but for RSP, which is [`crate::state::SystemRegister::Rsp`].
    pub fn registers(&self) -> &Registers {
        &self.registers
    }

    /// The same, to change.
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

    /// CPL, 0 to 3: the DPL of SS (SDM "Guest Register State", 25.4.1).
    pub fn privilege(&mut self) -> u8 {
        (self.get(guest::access_rights(SegmentName::Ss)) >> 5 & 3) as u8
    }

    /// What blocks events now.
    #[inline]
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
        self.had_nmi |= state.nmi;
        let bits = u64::from(state.sti) | u64::from(state.mov_ss) << 1 | u64::from(state.nmi) << 3;
        self.cache.set(Cached::Interruptibility, bits);
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

    /// What the barriers of [`VcpuConfig::barriers`] took so far.
    pub fn barrier_cost(&self) -> BarrierCost {
        self.barrier_cost
    }

    /// The accesses to the VMCS since the last call.
    #[inline]
    pub fn take_accesses(&self) -> Accesses {
        self.vmcs.take_accesses()
    }

    /// The host's TSC.
    #[inline]
    pub fn host_tsc(&self) -> u64 {
        cpu::rdtsc()
    }

    /// The host TSC value at which [`crate::exit::reason::PREEMPTION_TIMER`] is due; `None` leaves only the slice. The timer is set
    /// at the next entry, and then counts in the guest only: what handling its exits takes comes on top until the next call.
    pub fn set_deadline(&mut self, tsc: Option<u64>) {
        self.next.deadline = tsc;
        self.next.timer_armed = false;
    }

    /// Whether [`Self::set_halted`] is possible: the CPU knows the activity state (SDM appendix A.6) and the timer that ends it.
    pub fn can_halt(&self) -> bool {
        let root = self.vmcs.root();
        root.capabilities().activity_state(ACTIVITY_HLT)
            && root.controls().pin.contains(PinControls::PREEMPTION_TIMER)
    }

    /// From the next entry on the guest is in the activity state HLT (SDM "Activity State", 25.4.2, and 27.7.2), or active again. The
    /// preemption timer and interrupts of the host exit from it; an event that is injected must find it active. For a guest that has
    /// executed HLT, with interrupts enabled.
    pub fn set_halted(&mut self, halted: bool) {
        // Each time: CPUs leave HLT in the field when they exit from it (SDM "Saving Non-Register State", 28.3.4), Bochs leaves 0, and the
        // guest would wake up for no reason.
        if halted || self.next.halted {
            self.next.halted = halted;
            self.set(guest::ACTIVITY, if halted { ACTIVITY_HLT } else { ACTIVE });
        }
    }

    /// The host TSC value at which [`crate::exit::reason::PREEMPTION_TIMER`] comes whatever the deadline is, and whatever the guest does.
    pub fn set_slice_end(&mut self, tsc: u64) {
        self.slice_end = tsc;
        self.next.timer_armed = false;
    }

    /// The same, unless it comes earlier anyway.
    pub fn shorten_slice(&mut self, tsc: u64) {
        if tsc < self.slice_end {
            self.set_slice_end(tsc);
        }
    }

    /// The host TSC value at which the slice ends.
    #[inline]
    pub fn slice_end(&self) -> u64 {
        self.slice_end
    }

    /// Whether the guest's slice is used up.
    pub fn slice_over(&self) -> bool {
        cpu::rdtsc() >= self.slice_end
    }

    /// The XCR0 bits that can be offered to a guest on this CPU; 0 without XSAVE.
    pub fn xcr0_supported(&self) -> u64 {
        self.xstate.supported()
    }
}

impl<F: Frames> Vcpu<F> {
    /// Written at once: nearly every exit moves RIP, and none of them twice.
    #[inline]
    pub(super) fn put_rip(&mut self, value: u64) {
        self.set(guest::RIP, value);
        self.cache.fill(Cached::Rip, value);
    }
}

impl<F: Frames> Drop for Vcpu<F> {
    fn drop(&mut self) {
        self.unload();
        self.msrs.retire(self.vmcs.root().resident());
    }
}
