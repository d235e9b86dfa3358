//! The host-state area of the VMCS (SDM "Host-State Area", 25.5): what the CPU loads at an exit.

use crate::controls::ExitControls;
use crate::entry;
use crate::error::VmInstructionError;
use crate::field::host;
use crate::frames::Frames;
use crate::instructions as cpu;
use crate::msr;
use crate::state::DescriptorTable;
use crate::vmcs::Vmcs;

/// What an exit does not restore (SDM "Loading Host Segment and Descriptor-Table Registers", 28.5.2): the limits of GDTR and IDTR
/// become FFFFH, LDTR becomes null. The kernel gets its own back before it can notice.
pub(crate) struct Remainder {
    gdt: DescriptorTable,
    idt: DescriptorTable,
    ldtr: u16,
}

/// What may differ from one load to the next, because the vCPU's thread was switched or runs under another CR3 now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PerThread {
    cr0: u64,
    cr3: u64,
    cr4: u64,
    fs_base: u64,
    gs_base: u64,
}

/// A selector as the host-state area takes it: RPL and TI must be 0 (SDM 27.2.3). A data segment of another kind is replaced by null,
/// which 64-bit mode does not mind.
const fn host_selector(selector: u16) -> u16 {
    if selector & 7 == 0 { selector } else { 0 }
}

/// The base that a descriptor of 16 bytes (TSS in 64-bit mode, SDM figure 8-4) holds.
const fn system_descriptor_base(low: u64, high: u64) -> u64 {
    low >> 16 & 0xFF_FFFF | low >> 32 & 0xFF00_0000 | high << 32
}

/// Writes everything that stays as it is for as long as the kernel runs. The VMCS is current.
pub(crate) fn write<F: Frames>(vmcs: &Vmcs<F>, exit: ExitControls) -> Result<Remainder, VmInstructionError> {
    // SAFETY: reading in ring 0.
    let (gdt, idt, tr, ldtr) = unsafe { (cpu::sgdt(), cpu::sidt(), cpu::read_tr(), cpu::read_ldtr()) };
    // SAFETY: TR's selector is that of a descriptor of 16 bytes in the kernel's GDT.
    let tss_base = unsafe {
        let descriptor = (gdt.base as *const u8).add(usize::from(tr & !7)).cast::<u64>();
        system_descriptor_base(descriptor.read_unaligned(), descriptor.add(1).read_unaligned())
    };
    // SAFETY: the values are the kernel's own, and RIP is where the world switch expects an exit. The MSRs exist in every
    // 64-bit CPU with VMX.
    unsafe {
        vmcs.write(host::ES_SELECTOR, host_selector(cpu::read_es()))?;
        vmcs.write(host::CS_SELECTOR, cpu::read_cs())?;
        vmcs.write(host::SS_SELECTOR, host_selector(cpu::read_ss()))?;
        vmcs.write(host::DS_SELECTOR, host_selector(cpu::read_ds()))?;
        vmcs.write(host::FS_SELECTOR, host_selector(cpu::read_fs()))?;
        vmcs.write(host::GS_SELECTOR, host_selector(cpu::read_gs()))?;
        vmcs.write(host::TR_SELECTOR, tr & !7)?;
        if exit.contains(ExitControls::LOAD_PAT) {
            vmcs.write(host::PAT, cpu::rdmsr(msr::IA32_PAT))?;
        }
        vmcs.write(host::EFER, cpu::rdmsr(msr::IA32_EFER))?;
        vmcs.write(host::SYSENTER_CS, cpu::rdmsr(msr::IA32_SYSENTER_CS) as u32)?;
        vmcs.write(host::SYSENTER_ESP, cpu::rdmsr(msr::IA32_SYSENTER_ESP))?;
        vmcs.write(host::SYSENTER_EIP, cpu::rdmsr(msr::IA32_SYSENTER_EIP))?;
        vmcs.write(host::TR_BASE, tss_base)?;
        vmcs.write(host::GDTR_BASE, gdt.base)?;
        vmcs.write(host::IDTR_BASE, idt.base)?;
        vmcs.write(host::RIP, entry::exit_address())?;
    }
    Ok(Remainder { gdt, idt, ldtr })
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

    /// Brings the fields up to date; `self` is what they hold. The VMCS is current, and interrupts stay disabled until the next
    /// call, so that no thread switch makes the values wrong.
    pub(crate) fn refresh<F: Frames>(&mut self, vmcs: &Vmcs<F>) -> Result<(), VmInstructionError> {
        let now = Self::read();
        if *self == now {
            return Ok(());
        }
        // SAFETY: these are the CPU's own values; VMX operation holds CR0 and CR4 within the fixed bits.
        unsafe {
            vmcs.write(host::CR0, now.cr0)?;
            vmcs.write(host::CR3, now.cr3)?;
            vmcs.write(host::CR4, now.cr4)?;
            vmcs.write(host::FS_BASE, now.fs_base)?;
            vmcs.write(host::GS_BASE, now.gs_base)?;
        }
        *self = now;
        Ok(())
    }
}

impl Remainder {
    /// Gives the kernel back what an exit changed.
    ///
    /// # Safety
    /// The kernel's GDT and IDT are those of when the VMCS was set up.
    pub(crate) unsafe fn restore(&self) {
        // SAFETY: the values are the kernel's own.
        unsafe {
            cpu::lgdt(self.gdt);
            cpu::lidt(self.idt);
            if self.ldtr != 0 {
                cpu::write_ldtr(self.ldtr);
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
