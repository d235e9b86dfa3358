//! The host's own state around a guest's: what an exit loads from the host-state area of the VMCS (SDM "Host-State Area", 25.5), and what
//! it spoils, which is given back by hand. PORTING.md has the whole list.
//!
//! All of it is read from the CPU whenever a vCPU is loaded, because a kernel may have changed any of it since the last time.

use crate::controls::ExitControls;
use crate::entry;
use crate::error::VmInstructionError;
use crate::field::host;
use crate::frames::Frames;
use crate::instructions as cpu;
use crate::msr;
use crate::state::DescriptorTable;
use crate::vmcs::Vmcs;

/// What the host-state area of a VMCS holds, beside RIP and RSP.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HostState {
    thread: PerThread,
    kernel: PerKernel,
    /// The CPU switches IA32_PAT.
    has_pat: bool,
}

/// What differs from thread to thread in many kernels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PerThread {
    cr0: u64,
    cr3: u64,
    cr4: u64,
    fs_base: u64,
    gs_base: u64,
}

/// What hardly ever changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PerKernel {
    /// ES, CS, SS, DS, FS, GS and TR.
    selectors: [u16; 7],
    gdt: DescriptorTable,
    idt: DescriptorTable,
    tss_base: u64,
    pat: u64,
    efer: u64,
    sysenter_cs: u64,
    sysenter_esp: u64,
    sysenter_eip: u64,
}

/// RPL and TI of a selector, which must be 0 in the host-state area (SDM 27.2.3).
const RPL_AND_TI: u16 = 7;

/// A selector as the host-state area takes it. A data segment of another kind is replaced by null until [`Remainder::restore`], which
/// 64-bit mode does not mind.
const fn host_selector(selector: u16) -> u16 {
    if selector & RPL_AND_TI == 0 { selector } else { 0 }
}

/// The base that a descriptor of 16 bytes (TSS in 64-bit mode, SDM figure 8-4) holds.
const fn system_descriptor_base(low: u64, high: u64) -> u64 {
    low >> 16 & 0xFF_FFFF | low >> 32 & 0xFF00_0000 | high << 32
}

impl HostState {
    /// Writes where an exit goes, and all the rest. The VMCS is current.
    pub(crate) fn write<F: Frames>(vmcs: &Vmcs<F>, exit: ExitControls) -> Result<Self, VmInstructionError> {
        let mut this = Self {
            has_pat: exit.contains(ExitControls::LOAD_PAT),
            ..Self::default()
        };
        // SAFETY: the world switch expects an exit there.
        unsafe { vmcs.write(host::RIP, entry::exit_address()) }?;
        this.refresh(vmcs)?;
        Ok(this)
    }

    /// Brings the fields up to date. The VMCS is current, and interrupts stay disabled for as long as it is entered, so that no thread
    /// switch makes the values wrong.
    pub(crate) fn refresh<F: Frames>(&mut self, vmcs: &Vmcs<F>) -> Result<(), VmInstructionError> {
        let thread = PerThread::read();
        if self.thread != thread {
            thread.write(vmcs)?;
            self.thread = thread;
        }
        let kernel = PerKernel::read();
        if self.kernel != kernel {
            kernel.write(vmcs, self.has_pat)?;
            self.kernel = kernel;
        }
        Ok(())
    }
}

impl PerThread {
    /// What the CPU holds now.
    fn read() -> Self {
        // SAFETY: reading in ring 0.
        unsafe {
            Self {
                cr0: cpu::read_cr0(),
                cr3: cpu::read_cr3(),
                cr4: cpu::read_cr4(),
                fs_base: cpu::rdmsr(msr::IA32_FS_BASE),
                gs_base: cpu::rdmsr(msr::IA32_GS_BASE),
            }
        }
    }

    fn write<F: Frames>(&self, vmcs: &Vmcs<F>) -> Result<(), VmInstructionError> {
        // SAFETY: these are the CPU's own values; VMX operation holds CR0 and CR4 within the fixed bits.
        unsafe {
            vmcs.write(host::CR0, self.cr0)?;
            vmcs.write(host::CR3, self.cr3)?;
            vmcs.write(host::CR4, self.cr4)?;
            vmcs.write(host::FS_BASE, self.fs_base)?;
            vmcs.write(host::GS_BASE, self.gs_base)
        }
    }
}

impl PerKernel {
    /// What the CPU holds now.
    fn read() -> Self {
        // SAFETY: reading in ring 0; the MSRs exist in every 64-bit CPU with VMX. TR's selector is that of a descriptor of 16 bytes in
        // the kernel's GDT.
        unsafe {
            let (gdt, tr) = (cpu::sgdt(), cpu::read_tr());
            let tss = (gdt.base as *const u8)
                .add(usize::from(tr & !RPL_AND_TI))
                .cast::<u64>();
            Self {
                selectors: [
                    cpu::read_es(),
                    cpu::read_cs(),
                    cpu::read_ss(),
                    cpu::read_ds(),
                    cpu::read_fs(),
                    cpu::read_gs(),
                    tr,
                ],
                gdt,
                idt: cpu::sidt(),
                tss_base: system_descriptor_base(tss.read_unaligned(), tss.add(1).read_unaligned()),
                pat: cpu::rdmsr(msr::IA32_PAT),
                efer: cpu::rdmsr(msr::IA32_EFER),
                sysenter_cs: cpu::rdmsr(msr::IA32_SYSENTER_CS),
                sysenter_esp: cpu::rdmsr(msr::IA32_SYSENTER_ESP),
                sysenter_eip: cpu::rdmsr(msr::IA32_SYSENTER_EIP),
            }
        }
    }

    fn write<F: Frames>(&self, vmcs: &Vmcs<F>, has_pat: bool) -> Result<(), VmInstructionError> {
        let [es, cs, ss, ds, fs, gs, tr] = self.selectors;
        // SAFETY: the values are the kernel's own.
        unsafe {
            vmcs.write(host::ES_SELECTOR, host_selector(es))?;
            vmcs.write(host::CS_SELECTOR, cs)?;
            vmcs.write(host::SS_SELECTOR, host_selector(ss))?;
            vmcs.write(host::DS_SELECTOR, host_selector(ds))?;
            vmcs.write(host::FS_SELECTOR, host_selector(fs))?;
            vmcs.write(host::GS_SELECTOR, host_selector(gs))?;
            vmcs.write(host::TR_SELECTOR, tr & !RPL_AND_TI)?;
            vmcs.write(host::TR_BASE, self.tss_base)?;
            vmcs.write(host::GDTR_BASE, self.gdt.base)?;
            vmcs.write(host::IDTR_BASE, self.idt.base)?;
            if has_pat {
                vmcs.write(host::PAT, self.pat)?;
            }
            vmcs.write(host::EFER, self.efer)?;
            vmcs.write(host::SYSENTER_CS, self.sysenter_cs as u32)?;
            vmcs.write(host::SYSENTER_ESP, self.sysenter_esp)?;
            vmcs.write(host::SYSENTER_EIP, self.sysenter_eip)
        }
    }
}

/// What an exit does not give back (SDM "Loading Host State", 28.5): DR7 becomes 400H and IA32_DEBUGCTL 0, the limits of GDTR and IDTR
/// become FFFFH, LDTR becomes null; selectors that the VMCS does not take are null; and CR2 is the guest's.
pub(crate) struct Remainder {
    host: HostState,
    cr2: u64,
    dr7: u64,
    debugctl: u64,
    ldtr: u16,
}

/// DR7 without breakpoints: after an exit, and after a reset.
const DR7_OFF: u64 = 0x400;

impl Remainder {
    /// Keeps it, and switches the host's breakpoints off: from here on the debug registers may hold a guest's addresses.
    ///
    /// # Safety
    /// Interrupts are off and stay so until [`Self::restore`].
    pub(crate) unsafe fn keep(host: &HostState) -> Self {
        // SAFETY: reading in ring 0; every CPU with VMX has the MSR. Breakpoints that are off disturb nobody.
        unsafe {
            let this = Self {
                host: *host,
                cr2: cpu::read_cr2(),
                dr7: cpu::read_dr7(),
                debugctl: cpu::rdmsr(msr::IA32_DEBUGCTL),
                ldtr: cpu::read_ldtr(),
            };
            if this.dr7 != DR7_OFF {
                cpu::write_dr7(DR7_OFF);
            }
            this
        }
    }

    /// Gives it back. DR0 to DR3 are the host's again.
    ///
    /// # Safety
    /// Interrupts are off since [`Self::keep`].
    pub(crate) unsafe fn restore(&self) {
        let kernel = &self.host.kernel;
        // SAFETY: the values are the kernel's own, and those it had when this thread entered the hypervisor.
        unsafe {
            cpu::lgdt(kernel.gdt);
            cpu::lidt(kernel.idt);
            if self.ldtr != 0 {
                cpu::write_ldtr(self.ldtr);
            }
            self.restore_selectors();
            cpu::write_cr2(self.cr2);
            if self.debugctl != 0 {
                cpu::wrmsr(msr::IA32_DEBUGCTL, self.debugctl);
            }
            if self.dr7 != DR7_OFF {
                cpu::write_dr7(self.dr7);
            }
        }
    }

    /// Those that the VMCS does not take. FS and GS lose their bases by it, which are not those of their descriptors.
    ///
    /// # Safety
    /// GDTR and LDTR are the kernel's.
    unsafe fn restore_selectors(&self) {
        let [es, _, _, ds, fs, gs, _] = self.host.kernel.selectors;
        let is_lost = |selector| host_selector(selector) != selector;
        // SAFETY: the registers held these selectors before, and the bases are the ones they had.
        unsafe {
            if is_lost(es) {
                cpu::write_es(es);
            }
            if is_lost(ds) {
                cpu::write_ds(ds);
            }
            if is_lost(fs) {
                cpu::write_fs(fs);
                cpu::wrmsr(msr::IA32_FS_BASE, self.host.thread.fs_base);
            }
            if is_lost(gs) {
                cpu::write_gs(gs);
                cpu::wrmsr(msr::IA32_GS_BASE, self.host.thread.gs_base);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_of_a_tss_is_in_four_pieces() {
        let base = 0xFFFF_FFFF_8123_4567;
        let low = 0x67 | (base & 0xFF_FFFF) << 16 | 0x89 << 40 | (base & 0xFF00_0000) << 32;
        assert_eq!(system_descriptor_base(low, base >> 32), base);
    }

    #[test]
    fn user_selectors_become_null() {
        assert_eq!(host_selector(0x20), 0x20);
        assert_eq!(host_selector(0x43), 0);
        assert_eq!(host_selector(0x24), 0);
    }
}
