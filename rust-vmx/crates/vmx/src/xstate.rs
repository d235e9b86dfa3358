//! The guest's x87, SSE, AVX and AVX-512 state, which no VMCS field holds.
//!
//! It is switched when a vCPU is loaded and unloaded, not at each exit: the hypervisor itself is compiled without floating
//! point and vector instructions. The host's own state is not saved here: a kernel thread has none, and the kernel loads a
//! user thread's state when it switches to it.

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

/// Why the host's own settings do not allow switching a guest's extended state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XstateError {
    /// No frames for the save area.
    OutOfFrames,
    /// CR4.OSFXSR is clear, or CR0.EM or CR0.TS set.
    NotEnabled,
}

/// One vCPU's extended state.
pub struct Xstate<F: Frames> {
    area: OwnedFrames<F>,
    method: Method,
    xcr0: u64,
    host_xcr0: u64,
}

/// Offsets in the FXSAVE area (SDM volume 1, table 10-2) and the XSAVE header behind it (13.4.2).
const FCW: usize = 0;
const FTW: usize = 4;
const MXCSR: usize = 24;
const XSTATE_BV: usize = 512;

impl<F: Frames> Xstate<F> {
    /// State as after a reset.
    pub fn new(frames: F) -> Result<Self, XstateError> {
        // SAFETY: reading control registers in ring 0.
        let (cr0, cr4) = unsafe { (cpu::read_cr0(), cpu::read_cr4()) };
        if cr0 & (cr0::EM | cr0::TS) != 0 || cr4 & cr4::OSFXSR == 0 {
            return Err(XstateError::NotEnabled);
        }
        let (method, size) = if cr4 & cr4::OSXSAVE != 0 {
            // SAFETY: CR4.OSXSAVE is set.
            (
                Method::Xsave(unsafe { cpu::xgetbv0() } & SWITCHABLE),
                cpuid::xsave_area_size(),
            )
        } else {
            (Method::Fxsave, 512)
        };
        let pages = size.div_ceil(4096).next_power_of_two();
        let area = OwnedFrames::allocate(frames, pages).ok_or(XstateError::OutOfFrames)?;
        let mut this = Self {
            area,
            method,
            xcr0: component::X87,
            host_xcr0: 0,
        };
        this.reset();
        Ok(this)
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

    /// Puts the guest's state into the CPU.
    ///
    /// # Safety
    /// Interrupts are disabled and stay so until [`Self::unload`]; the host's extended state is saved or not wanted.
    pub unsafe fn load(&mut self) {
        match self.method {
            // SAFETY: `new` checked CR0 and CR4; the area is a page, filled by `reset` or FXSAVE.
            Method::Fxsave => unsafe { cpu::fxrstor(self.area.pointer()) },
            // SAFETY: as above. The transfer is done under the host's XCR0, which allows all components, because a guest
            // may use SSE without its bit in XCR0 (FXSAVE's way). The guest's XCR0 was checked when it was set.
            Method::Xsave(components) => unsafe {
                cpu::xrstor(self.area.pointer(), components);
                self.host_xcr0 = cpu::xgetbv0();
                if self.host_xcr0 != self.xcr0 {
                    cpu::xsetbv0(self.xcr0);
                }
            },
        }
    }

    /// Takes the guest's state out of the CPU.
    ///
    /// # Safety
    /// It was loaded by [`Self::load`], with interrupts disabled since then.
    pub unsafe fn unload(&mut self) {
        match self.method {
            // SAFETY: as in `load`.
            Method::Fxsave => unsafe { cpu::fxsave(self.area.pointer()) },
            // SAFETY: as in `load`; the host's XCR0 is the value it had.
            Method::Xsave(components) => unsafe {
                if self.host_xcr0 != self.xcr0 {
                    cpu::xsetbv0(self.host_xcr0);
                }
                cpu::xsave(self.area.pointer(), components);
            },
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
}
