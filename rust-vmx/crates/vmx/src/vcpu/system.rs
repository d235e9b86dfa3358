//! Control registers, flags, MSRs: reading them as the guest sees them, writing them as its own instruction would.
//!
//! Of CR0 the guest owns all bits but those VMX operation fixes (NE) and those that would act on the host's caches (CD, NW); of
//! CR4 those its CPUID offers, but for MCE: machine checks are the host's. Everything else it sees through the read shadows (SDM "Guest/Host Masks and Read Shadows for CR0
//! and CR4", 25.6.6).

use super::Vcpu;
use super::cache::Cached;
use crate::addr::Gpa;
use crate::control_register::{self as check, Present};
use crate::controls::EntryControls;
use crate::cpuid;
use crate::event::Event;
use crate::field::{control, guest};
use crate::frames::Frames;
use crate::guest_state;
use crate::instructions as cpu;
use crate::registers::{access, cr0, cr4, efer, rflags};
use crate::resident::Name;
use crate::state::SystemRegister;
use crate::xstate::is_valid_xcr0;

/// The flags that exist (SDM volume 1, figure 3-8); the others are 0, bit 1 is 1.
const RFLAGS_DEFINED: u64 = 0x3F_7FD5;
/// What a guest may set in IA32_DEBUGCTL: LBR and BTF. The rest would trace into the host or freeze its counters.
const DEBUGCTL_OFFERED: u64 = 0b11;

/// B0 to B3, BD, BS and BT; the other bits of DR6 are fixed (SDM "Debug Status Register (DR6)", 18.2.3).
const DR6_WRITABLE: u64 = 0xE00F;

/// Bits in which a change makes linear translations stale (SDM "Operations that Invalidate TLBs and Paging-Structure Caches",
/// 4.10.4.1).
const CR0_PAGING: u64 = cr0::PE | cr0::PG | cr0::WP;
const CR4_PAGING: u64 = cr4::PSE | cr4::PAE | cr4::PGE | cr4::PCIDE | cr4::SMEP | cr4::SMAP;

/// The #GP of a value that a register does not take.
#[inline]
const fn takes(ok: bool) -> Result<(), Event> {
    if ok { Ok(()) } else { Err(Event::GP) }
}

impl<F: Frames> Vcpu<F> {
    /// The CR0 bits VMX operation fixes to 1; with unrestricted guest not PE and PG (SDM 24.8).
    fn cr0_fixed(&self) -> u64 {
        self.vmcs.root().capabilities().cr0.must_be_one & !(cr0::PE | cr0::PG)
    }

    pub(super) fn cr0_mask(&self) -> u64 {
        self.cr0_fixed() | cr0::CD | cr0::NW | !self.vmcs.root().capabilities().cr0.may_be_one
    }

    pub(super) fn cr4_mask(&self) -> u64 {
        !(self.config.cr4_offered & self.vmcs.root().capabilities().cr4.may_be_one) | cr4::MCE
    }

    pub(super) fn reset_system_registers(&mut self) {
        self.put_rip(guest_state::RIP);
        self.cache.set(Cached::Rsp, 0);
        self.cache.set(Cached::Rflags, guest_state::RFLAGS);
        self.cache.set(Cached::Efer, 0);
        self.put_cr0(guest_state::CR0);
        self.cache.set(Cached::Cr3, 0);
        self.put_cr4(0);
        (self.cr2, self.cr8) = (0, 0);
        self.msrs.reset(self.vmcs.root().resident());
        self.debug = super::DebugRegisters::new();
        self.xstate.reset();
        self.set(guest::DR7, guest_state::DR7);
        self.set(guest::DEBUGCTL, 0);
        self.put_pat(guest_state::PAT);
        self.set(guest::SYSENTER_CS, 0);
        self.set(guest::SYSENTER_ESP, 0);
        self.set(guest::SYSENTER_EIP, 0);
        self.next.mode_changed = true;
    }

    /// Reads a register that is not a general one.
    #[inline]
    pub fn read(&mut self, register: SystemRegister) -> u64 {
        use SystemRegister as R;
        let loaded = self.loaded.is_some();
        match register {
            R::Rip => self.cached(Cached::Rip),
            R::Rsp => self.cached(Cached::Rsp),
            R::Rflags => self.cached(Cached::Rflags),
            R::Cr0 => self.cr0(),
            // SAFETY: reading in ring 0; while the vCPU is loaded the register is the guest's.
            R::Cr2 if loaded => unsafe { cpu::read_cr2() },
            R::Cr2 => self.cr2,
            R::Cr3 => self.cached(Cached::Cr3),
            R::Cr4 => self.cr4(),
            R::Efer => self.cached(Cached::Efer),
            _ => self.read_rare(register),
        }
    }

    /// CR0 as the guest sees it.
    #[inline]
    fn cr0(&mut self) -> u64 {
        let mask = self.cr0_mask();
        self.cached(Cached::Cr0) & !mask | self.cr0_shadow & mask
    }

    /// CR4 as the guest sees it.
    #[inline]
    fn cr4(&mut self) -> u64 {
        let mask = self.cr4_mask();
        self.cached(Cached::Cr4) & !mask | self.cr4_shadow & mask
    }

    #[inline(never)]
    fn read_rare(&mut self, register: SystemRegister) -> u64 {
        use SystemRegister as R;
        match register {
            R::Cr8 => self.cr8,
            R::Dr0 => self.debug.address(0),
            R::Dr1 => self.debug.address(1),
            R::Dr2 => self.debug.address(2),
            R::Dr3 => self.debug.address(3),
            R::Dr6 => self.debug.dr6(),
            R::Dr7 => self.get(guest::DR7),
            R::Pat if self.switches_pat() => self.get(guest::PAT),
            R::Pat => self.pat,
            R::Xcr0 => self.xstate.xcr0(),
            R::SysenterCs => u64::from(self.get(guest::SYSENTER_CS)),
            R::SysenterEsp => self.get(guest::SYSENTER_ESP),
            R::SysenterEip => self.get(guest::SYSENTER_EIP),
            R::DebugCtl => self.get(guest::DEBUGCTL),
            R::Star => self.read_msr(Name::Star),
            R::Lstar => self.read_msr(Name::Lstar),
            R::Cstar => self.read_msr(Name::Cstar),
            R::Sfmask => self.read_msr(Name::Fmask),
            R::KernelGsBase => self.read_msr(Name::KernelGsBase),
            R::TscAux => self.msrs.tsc_aux(),
            // The others are where this is called from.
            R::Rip | R::Rsp | R::Rflags | R::Cr0 | R::Cr2 | R::Cr3 | R::Cr4 | R::Efer => self.read(register),
        }
    }

    /// Writes a register as the guest's own instruction would (MOV to CR, WRMSR, XSETBV), with what follows from it:
    /// EFER.LMA, paging mode, TLB. `Err` is the fault the instruction would raise; nothing has changed then.
    #[inline]
    pub fn write(&mut self, register: SystemRegister, value: u64) -> Result<(), Event> {
        match register {
            SystemRegister::Cr0 => self.write_cr0(value),
            SystemRegister::Cr4 => self.write_cr4(value),
            _ => self.write_rare(register, value),
        }
    }

    /// MOV to CR0. What nobody but the guest ever sees costs one VMWRITE.
    fn write_cr0(&mut self, value: u64) -> Result<(), Event> {
        let changed = self.cr0() ^ value;
        if changed & !(cr0::CD | cr0::NW) == 0 {
            takes(value & (cr0::CD | cr0::NW) != cr0::NW)?;
            self.show_cr0(value);
            return Ok(());
        }
        takes(check::takes_cr0(&self.present(), value))?;
        self.put_cr0(value);
        Ok(())
    }

    /// MOV to CR4, likewise.
    fn write_cr4(&mut self, value: u64) -> Result<(), Event> {
        let changed = self.cr4() ^ value;
        if changed & !cr4::MCE == 0 {
            takes(value & !self.config.cr4_offered == 0)?;
            self.show_cr4(value);
            return Ok(());
        }
        takes(check::takes_cr4(&self.present(), value, self.config.cr4_offered))?;
        self.put_cr4(value);
        Ok(())
    }

    #[inline(never)]
    fn write_rare(&mut self, register: SystemRegister, value: u64) -> Result<(), Event> {
        use SystemRegister as R;
        let loaded = self.loaded.is_some();
        match register {
            R::Rip => self.put_rip(value),
            R::Rsp => self.cache.set(Cached::Rsp, value),
            R::Rflags => self
                .cache
                .set(Cached::Rflags, value & RFLAGS_DEFINED | rflags::RESERVED_ONE),
            R::Cr0 => self.write_cr0(value)?,
            R::Cr4 => self.write_cr4(value)?,
            // SAFETY: any value is taken; while the vCPU is loaded the register is the guest's.
            R::Cr2 if loaded => unsafe { cpu::write_cr2(value) },
            R::Cr2 => self.cr2 = value,
            R::Cr3 => self.put_cr3(value)?,
            R::Cr8 => {
                takes(value <= 0xF)?;
                self.cr8 = value;
            }
            R::Dr0 => self.debug.set_address(0, value),
            R::Dr1 => self.debug.set_address(1, value),
            R::Dr2 => self.debug.set_address(2, value),
            R::Dr3 => self.debug.set_address(3, value),
            R::Dr6 => {
                takes(value >> 32 == 0)?;
                self.debug
                    .update_dr6(|dr6| dr6 & !DR6_WRITABLE | value & DR6_WRITABLE);
            }
            R::Dr7 => {
                takes(value >> 32 == 0)?;
                // Bit 10 is always 1, bits 12, 14 and 15 always 0 (SDM "Debug Control Register", 18.2.4).
                self.set(guest::DR7, value & !0xD000 | 0x400);
            }
            R::Efer => {
                takes(check::takes_efer(&self.present(), value))?;
                self.put_efer(value);
            }
            R::Pat => {
                takes(check::takes_pat(value))?;
                self.put_pat(value);
            }
            R::Xcr0 => {
                takes(is_valid_xcr0(
                    value,
                    self.config.xcr0_offered & self.xstate.supported(),
                ))?;
                takes(self.xstate.set_xcr0(value, loaded))?;
            }
            R::SysenterCs => self.set(guest::SYSENTER_CS, value as u32),
            R::SysenterEsp => {
                takes(check::is_canonical(value))?;
                self.set(guest::SYSENTER_ESP, value);
            }
            R::SysenterEip => {
                takes(check::is_canonical(value))?;
                self.set(guest::SYSENTER_EIP, value);
            }
            R::DebugCtl => {
                takes(value & !DEBUGCTL_OFFERED == 0)?;
                self.set(guest::DEBUGCTL, value);
            }
            R::Star => self.write_msr(Name::Star, value),
            R::Lstar => self.write_address(Name::Lstar, value)?,
            R::Cstar => self.write_address(Name::Cstar, value)?,
            R::KernelGsBase => self.write_address(Name::KernelGsBase, value)?,
            R::Sfmask => {
                takes(value >> 32 == 0)?;
                self.write_msr(Name::Fmask, value);
            }
            R::TscAux => {
                takes(value >> 32 == 0)?;
                self.msrs.set_tsc_aux(value, loaded);
            }
        }
        Ok(())
    }

    fn read_msr(&self, name: Name) -> u64 {
        self.msrs.read(name, self.vmcs.root().resident())
    }

    fn write_msr(&mut self, name: Name, value: u64) {
        self.msrs.write(name, value, self.vmcs.root().resident());
    }

    fn write_address(&mut self, name: Name, value: u64) -> Result<(), Event> {
        takes(check::is_canonical(value))?;
        self.write_msr(name, value);
        Ok(())
    }

    /// The guest-physical address of the four PDPTEs, when the guest uses PAE paging. After a [`Self::write`] to CR0, CR3
    /// or CR4 they must be handed over with [`Self::set_pdptes`], because with EPT the CPU takes them from the VMCS (SDM "Loading
    /// Page-Directory-Pointer-Table Entries", 27.3.2.4).
    pub fn pdpte_address(&mut self) -> Option<Gpa> {
        let pae = self.cached(Cached::Cr0) & cr0::PG != 0
            && self.cr4() & cr4::PAE != 0
            && self.cached(Cached::Efer) & efer::LMA == 0;
        pae.then(|| Gpa(self.cached(Cached::Cr3) & 0xFFFF_FFE0))
    }

    /// Loads the four PDPTEs; `Err` is #GP for reserved bits.
    pub fn set_pdptes(&mut self, pdptes: [u64; 4]) -> Result<(), Event> {
        let bits = cpuid::physical_address_bits();
        if pdptes.iter().any(|&entry| !check::takes_pdpte(entry, bits)) {
            return Err(Event::GP);
        }
        for (field, entry) in guest::PDPTES.into_iter().zip(pdptes) {
            self.set(field, entry);
        }
        Ok(())
    }

    fn present(&mut self) -> Present {
        Present {
            cr0: self.read(SystemRegister::Cr0),
            cr3: self.cached(Cached::Cr3),
            cr4: self.read(SystemRegister::Cr4),
            efer: self.cached(Cached::Efer),
            cs_long: self.cached(Cached::CsAccess) as u32 & access::L != 0,
        }
    }

    /// CR0 was checked. CD and NW stay 0 in the field: entry does not load them (SDM 27.3.2.1), and a guest's wish to run without
    /// caches is nothing but slow.
    fn put_cr0(&mut self, value: u64) {
        let real = (value | self.cr0_fixed()) & self.vmcs.root().capabilities().cr0.may_be_one;
        let before = self.cache.get(Cached::Cr0).unwrap_or(!real);
        self.cache.set(Cached::Cr0, real & !(cr0::CD | cr0::NW) | cr0::ET);
        self.show_cr0(value | cr0::ET);
        self.flush_linear_if((before ^ real) & CR0_PAGING != 0);
        let efer = self.cached(Cached::Efer);
        self.put_efer(efer);
    }

    fn put_cr3(&mut self, value: u64) -> Result<(), Event> {
        let mut value = value;
        if self.cached(Cached::Efer) & efer::LMA != 0 {
            // With PCIDs bit 63 asks to keep the TLB; it is never stored.
            if self.read(SystemRegister::Cr4) & cr4::PCIDE != 0 {
                value &= !(1 << 63);
            }
            if value >> cpuid::physical_address_bits().min(63) != 0 {
                return Err(Event::GP);
            }
        } else {
            value &= 0xFFFF_FFFF;
        }
        self.cache.set(Cached::Cr3, value);
        self.next.flush_vpid = true;
        Ok(())
    }

    /// CR4 was checked.
    fn put_cr4(&mut self, value: u64) {
        let fixed = self.vmcs.root().capabilities().cr4;
        // SAFETY: reading in ring 0.
        let host_mce = unsafe { cpu::read_cr4() } & cr4::MCE;
        let real = fixed.apply(value & !cr4::MCE | host_mce);
        let before = self.cache.get(Cached::Cr4).unwrap_or(!real);
        self.cache.set(Cached::Cr4, real);
        self.show_cr4(value);
        self.flush_linear_if((before ^ real) & CR4_PAGING != 0);
    }

    /// The bits of CR0 that are not the guest's own look like this to it.
    fn show_cr0(&mut self, value: u64) {
        if self.cr0_shadow != value {
            self.cr0_shadow = value;
            self.set(control::CR0_SHADOW, value);
        }
    }

    /// The bits of CR4 that are not the guest's own look like this to it.
    fn show_cr4(&mut self, value: u64) {
        if self.cr4_shadow != value {
            self.cr4_shadow = value;
            self.set(control::CR4_SHADOW, value);
        }
    }

    /// EFER was checked. LMA follows LME and CR0.PG, and "IA-32e mode guest" must say the same at entry (SDM 27.3.1.1).
    fn put_efer(&mut self, value: u64) {
        let old = self.cached(Cached::Efer);
        let new = check::with_lma(value, self.cached(Cached::Cr0));
        if old == new {
            return;
        }
        self.cache.set(Cached::Efer, new);
        self.flush_linear_if((old ^ new) & (efer::NXE | efer::LMA) != 0);
        if (old ^ new) & efer::LMA != 0 {
            self.next.mode_changed = true;
        }
    }

    fn flush_linear_if(&mut self, stale: bool) {
        if stale {
            self.next.flush_vpid = true;
        }
    }

    fn switches_pat(&self) -> bool {
        self.vmcs
            .root()
            .controls()
            .entry
            .contains(EntryControls::LOAD_PAT)
    }

    fn put_pat(&mut self, value: u64) {
        self.pat = value;
        if self.switches_pat() {
            self.set(guest::PAT, value);
        }
    }
}
