//! VMX root operation on this CPU: from VMXON to VMXOFF.

use crate::addr::Hpa;
use crate::capability::Capabilities;
use crate::controls::{
    self, ControlError, EntryControls, ExitControls, PinControls, PrimaryControls, SecondaryControls, policy,
};
use crate::ept::EptFeatures;
use crate::error::VmInstructionError;
use crate::feature::{self, FeatureControl, NoVmx};
use crate::frames::{Frames, OwnedFrames};
use crate::instructions as cpu;
use crate::interrupts::InterruptsOff;
use crate::io_bitmap::IoBitmap;
use crate::msr;
use crate::registers::cr4;
use crate::resident::{Resident, ThisCpu};
use crate::xstate::{HostXstate, XstateError};
use alloc::sync::Arc;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use spin::Mutex;

/// Why VMX cannot be used here. The text names the missing bit and what a person can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VmxUnavailable {
    /// The CPU or its firmware offers no VMX.
    NoVmx(NoVmx),
    /// A control is missing.
    Control(ControlError),
    /// Something else this hypervisor relies on is missing.
    Capability(&'static str),
    /// No frame for the VMXON region, or for what comes with it.
    OutOfFrames,
    /// The kernel has not enabled SSE.
    NoSse,
    /// VMXON failed.
    Instruction(VmInstructionError),
}

impl fmt::Display for VmxUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVmx(reason) => reason.fmt(f),
            Self::Control(error) => write!(f, "{error}; use `make bochs`"),
            Self::Capability(missing) => write!(f, "the CPU's VMX lacks {missing}; use `make bochs`"),
            Self::OutOfFrames => f.write_str("no page frame left for the VMXON region"),
            Self::NoSse => {
                f.write_str("the kernel has not enabled SSE: CR4.OSFXSR must be set before VMX is enabled")
            }
            Self::Instruction(error) => error.fmt(f),
        }
    }
}

impl From<XstateError> for VmxUnavailable {
    fn from(error: XstateError) -> Self {
        match error {
            XstateError::OutOfFrames => Self::OutOfFrames,
            XstateError::NotEnabled => Self::NoSse,
        }
    }
}

/// The control words as decided for this CPU.
#[derive(Clone, Copy, Debug)]
pub struct Controls {
    /// Pin-based controls.
    pub pin: PinControls,
    /// Primary processor-based controls.
    pub primary: PrimaryControls,
    /// Secondary processor-based controls.
    pub secondary: SecondaryControls,
    /// VM-exit controls.
    pub exit: ExitControls,
    /// VM-entry controls.
    pub entry: EntryControls,
}

impl Controls {
    /// Applies the policy to a CPU.
    pub fn decide(cpu: &Capabilities) -> Result<Self, VmxUnavailable> {
        let required = [
            (
                cpu.regions_write_back(),
                "write-back memory for the VMCS (IA32_VMX_BASIC[53:50])",
            ),
            (
                !cpu.regions_below_4g(),
                "64-bit addresses of VMCS regions (IA32_VMX_BASIC[48])",
            ),
            (
                cpu.reports_string_io(),
                "information about INS and OUTS exits (IA32_VMX_BASIC[54])",
            ),
        ];
        Self::require(&required)?;
        let mut this = Self {
            pin: controls::decide(policy::PIN, cpu.pin).map_err(VmxUnavailable::Control)?,
            primary: controls::decide(policy::PRIMARY, cpu.primary).map_err(VmxUnavailable::Control)?,
            secondary: controls::decide(policy::SECONDARY, cpu.secondary).map_err(VmxUnavailable::Control)?,
            exit: controls::decide(policy::EXIT, cpu.exit).map_err(VmxUnavailable::Control)?,
            entry: controls::decide(policy::ENTRY, cpu.entry).map_err(VmxUnavailable::Control)?,
        };
        // Only a timer that runs can be saved (SDM 27.2.1.2).
        if !this.pin.contains(PinControls::PREEMPTION_TIMER) {
            this.exit.remove(ExitControls::SAVE_PREEMPTION_TIMER);
        }
        Self::require(&[
            (
                cpu.ept_four_levels(),
                "EPT walks of four levels (IA32_VMX_EPT_VPID_CAP[6])",
            ),
            (
                cpu.ept_write_back(),
                "write-back EPT tables (IA32_VMX_EPT_VPID_CAP[14])",
            ),
            (
                cpu.invept_single() || cpu.invept_all(),
                "INVEPT (IA32_VMX_EPT_VPID_CAP[20])",
            ),
            (
                cpu.exit_stores_lma(),
                "saving of EFER.LMA at exit (IA32_VMX_MISC[5])",
            ),
        ])?;
        // A VPID that can be used by a second vCPU must be one that can be invalidated.
        if !cpu.invvpid_single() && !cpu.invvpid_all() {
            this.secondary.remove(SecondaryControls::VPID);
        }
        // IA32_PAT is switched both ways or not at all.
        let pat_at_exit = ExitControls::SAVE_PAT | ExitControls::LOAD_PAT;
        if !this.exit.contains(pat_at_exit) || !this.entry.contains(EntryControls::LOAD_PAT) {
            this.exit.remove(pat_at_exit);
            this.entry.remove(EntryControls::LOAD_PAT);
        }
        Ok(this)
    }

    fn require(list: &[(bool, &'static str)]) -> Result<(), VmxUnavailable> {
        match list.iter().find(|(there, _)| !there) {
            Some((_, missing)) => Err(VmxUnavailable::Capability(missing)),
            None => Ok(()),
        }
    }
}

/// Says whether this CPU can run VMs; changes nothing.
pub fn probe() -> Result<(), VmxUnavailable> {
    examine().map(|_| ())
}

fn examine() -> Result<(FeatureControl, Capabilities, Controls), VmxUnavailable> {
    // SAFETY: this library runs in the kernel, in ring 0.
    let feature = unsafe { feature::check() }.map_err(VmxUnavailable::NoVmx)?;
    // SAFETY: the CPU has VMX, and `from_msrs` reads only the capability MSRs that exist then.
    let capabilities = Capabilities::from_msrs(|number| unsafe { cpu::rdmsr(number) });
    let controls = Controls::decide(&capabilities)?;
    Ok((feature, capabilities, controls))
}

/// VMX root operation, held for as long as this value lives: the last owner to let go executes VMXOFF. Each vCPU is an owner.
pub struct Root<F: Frames> {
    capabilities: Capabilities,
    controls: Controls,
    saved_cr0: u64,
    saved_cr4: u64,
    // The VMCS that VMREAD and VMWRITE mean on this CPU, `NO_VMCS` for none.
    current: AtomicU64,
    // Held with interrupts disabled only.
    resident: Mutex<Resident>,
    frames: F,
    io_bitmap: Arc<IoBitmap<F>>,
    host_xstate: HostXstate<F>,
    _region: OwnedFrames<F>,
}

const NO_VMCS: u64 = u64::MAX;

impl<F: Frames + Clone> Root<F> {
    /// Checks the CPU and the firmware's settings, then executes VMXON. Host interrupts may be on.
    pub fn enter(frames: F) -> Result<Arc<Self>, VmxUnavailable> {
        let (feature, capabilities, controls) = examine()?;
        let region = OwnedFrames::allocate(frames.clone(), 1).ok_or(VmxUnavailable::OutOfFrames)?;
        // SDM "VMXON Region", 25.11.5: only the revision identifier, with bit 31 clear.
        region.write(0, &capabilities.revision().to_le_bytes());
        let io_bitmap = IoBitmap::new(frames.clone()).ok_or(VmxUnavailable::OutOfFrames)?;
        let host_xstate = HostXstate::new(frames.clone())?;

        let _interrupts = InterruptsOff::new();
        if let FeatureControl::Open(value) = feature {
            // SAFETY: the MSR is not locked, and the value only allows what we are about to do.
            unsafe { cpu::wrmsr(msr::IA32_FEATURE_CONTROL, value) }
        }
        // SAFETY: the fixed bits (A.7, A.8) are what VMX operation allows: PE, PG and NE in CR0, VMXE in CR4. A kernel in
        // 64-bit mode has PE and PG, and handles #MF (NE) rather than IRQ 13. No bit is cleared that this CPU lets one set.
        let (saved_cr0, saved_cr4, result) = unsafe {
            let (saved_cr0, saved_cr4) = (cpu::read_cr0(), cpu::read_cr4());
            cpu::write_cr0(capabilities.cr0.apply(saved_cr0));
            cpu::write_cr4(capabilities.cr4.apply(saved_cr4 | cr4::VMXE));
            (saved_cr0, saved_cr4, cpu::vmxon(region.hpa()))
        };
        if result.is_err() {
            // SAFETY: back to what was.
            unsafe {
                cpu::write_cr4(saved_cr4);
                cpu::write_cr0(saved_cr0);
            }
            // Without a current VMCS there is no error number.
            return Err(VmxUnavailable::Instruction(VmInstructionError {
                instruction: "VMXON",
                number: None,
            }));
        }
        let current = AtomicU64::new(NO_VMCS);
        // SAFETY: interrupts are disabled here; the two MSRs exist in every 64-bit CPU.
        let resident = unsafe {
            let (efer, gs_base) = (cpu::rdmsr(msr::IA32_EFER), cpu::rdmsr(msr::IA32_GS_BASE));
            Resident::new(&ThisCpu::new(), efer, gs_base)
        };
        Ok(Arc::new(Self {
            capabilities,
            controls,
            saved_cr0,
            saved_cr4,
            current,
            resident: Mutex::new(resident),
            frames,
            io_bitmap: Arc::new(io_bitmap),
            host_xstate,
            _region: region,
        }))
    }

    /// The host's frames.
    pub fn frames(&self) -> F {
        self.frames.clone()
    }

    /// Bitmaps under which every port exits: the same ones for all guests, who need no others.
    pub fn io_bitmap(&self) -> Arc<IoBitmap<F>> {
        Arc::clone(&self.io_bitmap)
    }
}

impl<F: Frames> Root<F> {
    /// What the CPU can do.
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// The control words that vCPUs start with.
    pub fn controls(&self) -> &Controls {
        &self.controls
    }

    /// What guest memory can use of EPT.
    pub fn ept_features(&self) -> EptFeatures {
        EptFeatures::of(&self.capabilities)
    }

    /// The current VMCS of this CPU.
    pub(crate) fn current(&self) -> Option<Hpa> {
        let current = self.current.load(Ordering::Relaxed);
        (current != NO_VMCS).then_some(Hpa(current))
    }

    /// Whose MSRs are in this CPU. To be locked with interrupts disabled.
    pub(crate) fn resident(&self) -> &Mutex<Resident> {
        &self.resident
    }

    /// How extended state is switched, and the place of the host's. To be used with interrupts disabled.
    pub(crate) fn host_xstate(&self) -> &HostXstate<F> {
        &self.host_xstate
    }

    /// Notes what VMPTRLD or VMCLEAR just made of it. Interrupts are disabled.
    pub(crate) fn set_current(&self, vmcs: Option<Hpa>) {
        self.current
            .store(vmcs.map_or(NO_VMCS, |region| region.0), Ordering::Relaxed);
    }
}

impl<F: Frames> Drop for Root<F> {
    fn drop(&mut self) {
        let _interrupts = InterruptsOff::new();
        // SAFETY: VMXON succeeded, and no vCPU is left that could own an active VMCS, because each holds this value. The
        // control registers get back the bits that VMX operation had forced; all others stay as they are now.
        unsafe {
            if cpu::vmxoff().is_err() {
                log::error!("VMXOFF failed");
                return;
            }
            let forced = self.capabilities.cr4.must_be_one | cr4::VMXE;
            cpu::write_cr4(cpu::read_cr4() & !(forced & !self.saved_cr4));
            cpu::write_cr0(cpu::read_cr0() & !(self.capabilities.cr0.must_be_one & !self.saved_cr0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::tests::skylake_x;

    #[test]
    fn bochs_is_good_enough() {
        let controls = Controls::decide(&Capabilities::from_msrs(skylake_x)).unwrap();
        assert!(
            controls
                .entry
                .contains(EntryControls::LOAD_PAT | EntryControls::LOAD_EFER)
        );
        assert!(
            controls
                .secondary
                .contains(SecondaryControls::VPID | SecondaryControls::RDTSCP)
        );
    }

    #[test]
    fn a_cpu_without_four_level_ept_is_refused_by_name() {
        let cpu = Capabilities::from_msrs(|number| {
            if number == 0x48C {
                skylake_x(number) & !(1 << 6)
            } else {
                skylake_x(number)
            }
        });
        let error = Controls::decide(&cpu).unwrap_err().to_string();
        assert!(error.contains("IA32_VMX_EPT_VPID_CAP[6]"), "{error}");
    }

    #[test]
    fn only_a_timer_that_runs_is_saved() {
        let controls = Controls::decide(&Capabilities::from_msrs(skylake_x)).unwrap();
        assert!(controls.exit.contains(ExitControls::SAVE_PREEMPTION_TIMER));
        let cpu = Capabilities::from_msrs(|number| {
            if matches!(number, 0x481 | 0x48D) {
                skylake_x(number) & !(1 << (32 + 6))
            } else {
                skylake_x(number)
            }
        });
        let controls = Controls::decide(&cpu).unwrap();
        assert!(!controls.pin.contains(PinControls::PREEMPTION_TIMER));
        assert!(!controls.exit.contains(ExitControls::SAVE_PREEMPTION_TIMER));
    }

    #[test]
    fn a_vpid_that_cannot_be_flushed_is_not_used() {
        let cpu = Capabilities::from_msrs(|number| {
            if number == 0x48C {
                skylake_x(number) & 0xFFFF_FFFF
            } else {
                skylake_x(number)
            }
        });
        assert!(
            !Controls::decide(&cpu)
                .unwrap()
                .secondary
                .contains(SecondaryControls::VPID)
        );
    }
}
