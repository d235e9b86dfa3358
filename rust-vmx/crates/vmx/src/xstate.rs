//! The guest's x87, SSE, AVX and AVX-512 state, which no VMCS field holds.
//!
//! It is switched when a vCPU is loaded and unloaded, not at each exit: the hypervisor itself is compiled without floating
//! point and vector instructions. The host's is kept meanwhile, whosever it is: kernels differ in what they save of it, and when. Only
//! one guest is loaded on a CPU at a time, so one place for the host's is enough.
//!
//! FXSAVE, FXRSTOR, XSAVE and XRSTOR raise no x87 exception that waits (SDM volume 1, "x87 FPU Exception Synchronization", 8.6): what one
//! side left pending stays its own.

use crate::addr::PAGE_SIZE;
use crate::cpuid;
use crate::frames::{Frames, OwnedFrames};
use crate::instructions as cpu;
use crate::registers::{cr0, cr4};

/// Bits of XCR0 (SDM volume 1, "XSAVE-Supported Features and State-Component Bitmaps", 13.1).
#[allow(missing_docs)]
pub mod component {
    pub const X87: u64 = 1 << 0;
    pub const SSE: u64 = 1 << 1;
    pub const AVX: u64 = 1 << 2;
    pub const MPX: u64 = 3 << 3;
    pub const AVX512: u64 = 7 << 5;
    pub const AMX: u64 = 3 << 17;
}

/// What a guest can be offered. Not among it: MPX (withdrawn by Intel), PKRU (needs CR4.PKE), AMX (8 KiB of tiles and
/// IA32_XFD).
pub const SWITCHABLE: u64 = component::X87 | component::SSE | component::AVX | component::AVX512;

/// Whether XSETBV takes `value` for XCR0 on a CPU that offers `offered` (SDM volume 1, "Enabling the XSAVE Feature Set and
/// XSAVE-Enabled Features", 13.3); if not, it is #GP(0).
#[must_use]
pub fn is_valid_xcr0(value: u64, offered: u64) -> bool {
    let has = |bits: u64| value & bits;
    let all_or_none = |bits: u64| value & bits == 0 || value & bits == bits;
    value & !offered == 0
        && has(component::X87) != 0
        && (has(component::AVX) == 0 || has(component::SSE) != 0)
        && all_or_none(component::MPX)
        && all_or_none(component::AVX512)
        && (has(component::AVX512) == 0 || has(component::AVX) != 0)
        && all_or_none(component::AMX)
}

/// How the state is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    /// x87 and SSE only.
    Fxsave,
    /// These components.
    Xsave(u64),
}

impl Method {
    /// Under the host's XCR0, 0 where CR4.OSXSAVE is clear. SSE is switched in any case: its instructions need no bit in XCR0.
    const fn under(xcr0: u64) -> Self {
        if xcr0 & component::SSE == 0 {
            Self::Fxsave
        } else {
            Self::Xsave(xcr0 & SWITCHABLE)
        }
    }

    /// # Safety
    /// The CPU works like this, CR0 lets the registers be used, and the area is large enough.
    unsafe fn save<F: Frames>(self, area: &OwnedFrames<F>) {
        // SAFETY: as promised by the caller; frames are aligned.
        unsafe {
            match self {
                Self::Fxsave => cpu::fxsave(area.pointer()),
                Self::Xsave(components) => cpu::xsave(area.pointer(), components),
            }
        }
    }

    /// # Safety
    /// As for [`Self::save`], which filled the area, or [`Xstate::reset`].
    unsafe fn load<F: Frames>(self, area: &OwnedFrames<F>) {
        // SAFETY: as promised by the caller; frames are aligned.
        unsafe {
            match self {
                Self::Fxsave => cpu::fxrstor(area.pointer()),
                Self::Xsave(components) => cpu::xrstor(area.pointer(), components),
            }
        }
    }
}

/// Why the host's own settings do not allow switching a guest's extended state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XstateError {
    /// No frames for the save area.
    OutOfFrames,
    /// CR4.OSFXSR is clear.
    NotEnabled,
}

/// How a CPU switches extended state, and the host's while a guest's is in the registers.
pub(crate) struct HostXstate<F: Frames> {
    area: OwnedFrames<F>,
    method: Method,
}

impl<F: Frames> HostXstate<F> {
    /// For this CPU, whose CR4.OSXSAVE and XCR0 are final.
    pub(crate) fn new(frames: F) -> Result<Self, XstateError> {
        // SAFETY: reading a control register in ring 0.
        let cr4 = unsafe { cpu::read_cr4() };
        if cr4 & cr4::OSFXSR == 0 {
            return Err(XstateError::NotEnabled);
        }
        let xcr0 = if cr4 & cr4::OSXSAVE != 0 {
            // SAFETY: CR4.OSXSAVE is set.
            unsafe { cpu::xgetbv0() }
        } else {
            0
        };
        let method = Method::under(xcr0);
        let size = match method {
            Method::Fxsave => FXSAVE_SIZE,
            Method::Xsave(_) => cpuid::xsave_area_size(),
        };
        let pages = size.div_ceil(PAGE_SIZE as usize).next_power_of_two();
        let area = OwnedFrames::allocate(frames, pages).ok_or(XstateError::OutOfFrames)?;
        Ok(Self { area, method })
    }
}

/// CR0.TS and CR0.EM are clear for as long as this lives. A kernel sets one of them when whoever runs does not own the registers.
struct Accessible {
    cr0: u64,
}

impl Accessible {
    const LOCKED: u64 = cr0::EM | cr0::TS;

    /// # Safety
    /// Interrupts are off and stay so.
    unsafe fn new() -> Self {
        // SAFETY: nobody but the caller runs until they are as they were.
        unsafe {
            let cr0 = cpu::read_cr0();
            if cr0 & Self::LOCKED != 0 {
                cpu::write_cr0(cr0 & !Self::LOCKED);
            }
            Self { cr0 }
        }
    }
}

impl Drop for Accessible {
    fn drop(&mut self) {
        if self.cr0 & Self::LOCKED != 0 {
            // SAFETY: it is the kernel's value.
            unsafe { cpu::write_cr0(self.cr0) }
        }
    }
}

/// One vCPU's extended state.
pub struct Xstate<F: Frames> {
    area: OwnedFrames<F>,
    method: Method,
    xcr0: u64,
    host_xcr0: u64,
}

/// Bytes that FXSAVE writes.
const FXSAVE_SIZE: usize = 512;
/// Offsets in its area (SDM volume 1, table 10-2) and in the XSAVE header behind it (13.4.2).
const FCW: usize = 0;
const FTW: usize = 4;
const MXCSR: usize = 24;
const XSTATE_BV: usize = 512;

impl<F: Frames> Xstate<F> {
    /// State as after a reset, for the CPU of `host`. None without frames.
    pub(crate) fn new(host: &HostXstate<F>, frames: F) -> Option<Self> {
        let pages = host.area.size() / PAGE_SIZE as usize;
        let mut this = Self {
            area: OwnedFrames::allocate(frames, pages)?,
            method: host.method,
            xcr0: component::X87,
            host_xcr0: 0,
        };
        this.reset();
        Some(this)
    }

    /// The state after a reset (SDM "Processor State After Reset", table 10-1). Must not be loaded.
    pub fn reset(&mut self) {
        let zeros = [0; 512];
        for offset in (0..self.area.size()).step_by(zeros.len()) {
            self.area.write(offset, &zeros);
        }
        // FCW 0040H; tag word 5555H (all registers hold +0), which FXSAVE abridges to FFH; MXCSR 1F80H.
        self.area.write(FCW, &0x0040u16.to_le_bytes());
        self.area.write(FTW, &[0xFF]);
        self.area.write(MXCSR, &0x1F80u32.to_le_bytes());
        // XRSTOR takes x87 from the area and puts everything else into its initial configuration.
        self.area.write(XSTATE_BV, &component::X87.to_le_bytes());
        self.xcr0 = component::X87;
    }

    /// The XCR0 bits a guest can be offered here; 0 without XSAVE.
    pub fn supported(&self) -> u64 {
        match self.method {
            Method::Fxsave => 0,
            Method::Xsave(components) => components,
        }
    }

    /// The guest's XCR0.
    pub fn xcr0(&self) -> u64 {
        self.xcr0
    }

    /// Sets the guest's XCR0; false, and nothing done, when XSETBV would refuse it.
    pub fn set_xcr0(&mut self, value: u64, loaded: bool) -> bool {
        if !is_valid_xcr0(value, self.supported()) {
            return false;
        }
        self.xcr0 = value;
        if loaded {
            // SAFETY: XSAVE is in use, and the value was checked against what XCR0 held when the host chose it.
            unsafe { cpu::xsetbv0(value) }
        }
        true
    }

    /// Keeps the host's state and puts the guest's into the CPU.
    ///
    /// # Safety
    /// Interrupts are disabled and stay so until [`Self::unload`]; no other guest's state is in the CPU.
    pub(crate) unsafe fn load(&mut self, host: &HostXstate<F>) {
        // SAFETY: `HostXstate::new` checked CR4, and made both areas large enough; they are filled by `reset` or by what reads them here.
        // Interrupts are off.
        unsafe {
            let _accessible = Accessible::new();
            host.method.save(&host.area);
            host.method.load(&self.area);
        }
        // The transfers are done under the host's XCR0, which allows all components, because a guest may use SSE without its bit in
        // XCR0 (FXSAVE's way).
        if let Method::Xsave(_) = self.method {
            // SAFETY: XSAVE is in use; the guest's XCR0 was checked when it was set.
            unsafe {
                self.host_xcr0 = cpu::xgetbv0();
                if self.host_xcr0 != self.xcr0 {
                    cpu::xsetbv0(self.xcr0);
                }
            }
        }
    }

    /// Takes the guest's state out of the CPU and gives the host its own back.
    ///
    /// # Safety
    /// It was loaded by [`Self::load`], with interrupts disabled since then.
    pub(crate) unsafe fn unload(&mut self, host: &HostXstate<F>) {
        if let Method::Xsave(_) = self.method
            && self.host_xcr0 != self.xcr0
        {
            // SAFETY: it is the value it had.
            unsafe { cpu::xsetbv0(self.host_xcr0) }
        }
        // SAFETY: as in `load`, which filled the host's area.
        unsafe {
            let _accessible = Accessible::new();
            self.method.save(&self.area);
            self.method.load(&host.area);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xcr0_values_that_xsetbv_refuses() {
        let all = component::MPX | component::AMX | SWITCHABLE;
        for valid in [1, 3, 7, 0xE7, 0x1B, 0x6_00E7] {
            assert!(is_valid_xcr0(valid, all), "{valid:#x}");
        }
        for invalid in [
            0,
            2,
            5,
            6,
            0x27,
            0xE3,
            0xE1,
            0x67,
            0x0B,
            0x2_0007,
            1 << 9 | 1,
            1 << 63 | 1,
        ] {
            assert!(!is_valid_xcr0(invalid, all), "{invalid:#x}");
        }
        assert!(!is_valid_xcr0(7, 3), "AVX where it is not offered");
    }

    #[test]
    fn a_host_without_xsave_or_without_sse_in_xcr0_keeps_what_fxsave_knows() {
        assert_eq!(Method::under(0), Method::Fxsave);
        assert_eq!(Method::under(component::X87), Method::Fxsave);
        // PKRU and AMX are nothing that a guest can change.
        let host = SWITCHABLE | component::AMX | 1 << 9;
        assert_eq!(Method::under(host), Method::Xsave(SWITCHABLE));
        assert_eq!(Method::under(3), Method::Xsave(3));
    }
}
