//! Making a vCPU, and its state after a reset.

use super::cache::{Cache, Cached};
use super::next::{NextEntry, Noted};
use super::switch::{DebugRegisters, Msrs};
use super::{ACTIVE, EntryError, Vcpu, VcpuConfig, exceptions};
use crate::barrier::{self, BarrierCost};
use crate::controls::SecondaryControls;
use crate::error::VmInstructionError;
use crate::field::{control, guest};
use crate::frames::Frames;
use crate::guest_state;
use crate::host_state::HostState;
use crate::instructions as cpu;
use crate::interrupts::InterruptsOff;
use crate::root::{Controls, Root};
use crate::state::{DescriptorTable, Registers, TableName, gpr};
use crate::vmcs::Vmcs;
use crate::vpid::Vpid;
use crate::xstate::Xstate;
use alloc::sync::Arc;

impl<F: Frames + Clone> Vcpu<F> {
    /// A vCPU in the state after a reset (SDM "Processor State After Reset", 10.1.1).
    // A stack frame of its own: a vCPU is large.
    #[inline(never)]
    pub fn new(root: Arc<Root<F>>, config: VcpuConfig<F>) -> Result<Self, EntryError> {
        let controls = *root.controls();
        let frames = root.frames();
        let xstate = Xstate::new(root.host_xstate(), frames.clone()).ok_or(EntryError::OutOfFrames)?;
        let use_vpid = controls.secondary.contains(SecondaryControls::VPID);
        let vpid = use_vpid.then(Vpid::allocate).flatten();
        let interrupts = InterruptsOff::new();
        let vmcs = Vmcs::new(root, frames)?;
        vmcs.make_current()?;
        let host = HostState::write(&vmcs, controls.exit)?;
        let mut this = Self {
            vmcs,
            config,
            vpid,
            registers: Registers::default(),
            cache: Cache::default(),
            cr0_shadow: 0,
            cr4_shadow: 0,
            cr2: 0,
            cr8: 0,
            pat: guest_state::PAT,
            msrs: Msrs::new(),
            debug: DebugRegisters::new(),
            xstate,
            tsc_offset: 0,
            had_nmi: false,
            next: Noted::new(NextEntry {
                pending: None,
                held: None,
                primary: controls.primary,
                mode_changed: true,
                flush_vpid: true,
                halted: false,
                deadline: None,
                timer_armed: false,
                broken: None,
            }),
            primary_written: controls.primary,
            slice_end: 0,
            entry_error: None,
            ept_seen: u64::MAX,
            #[cfg(debug_assertions)]
            checked: false,
            owner: barrier::owner(),
            barrier_cost: BarrierCost::default(),
            host,
            loaded: None,
        };
        this.write_controls(&controls)?;
        this.reset();
        drop(interrupts);
        match this.next.broken.take() {
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
        self.set(guest::ACTIVITY, ACTIVE);
        self.next.halted = false;
        self.set(guest::PENDING_DEBUG, 0);
        self.set(guest::VMCS_LINK_POINTER, guest_state::NO_LINK);
        for pdpte in guest::PDPTES {
            self.set(pdpte, 0);
        }
        self.cache.set(Cached::Interruptibility, 0);
        self.had_nmi = false;
        let primary = self.vmcs.root().controls().primary;
        let next = &mut self.next;
        next.pending = None;
        next.held = None;
        next.primary = primary;
        next.flush_vpid = true;
    }
}
