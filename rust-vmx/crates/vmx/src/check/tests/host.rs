//! Rules on the host's state.

use super::case::{Breach, Case, breaches};
use crate::controls::ExitControls as Ex;
use crate::field::{control, host as f};
use crate::registers::{cr0, cr4, efer};

/// Neither half of the address space.
const NOT_CANONICAL: u64 = 1 << 47;

impl Case {
    /// A host outside IA-32e mode.
    fn small_host(&mut self) {
        self.host_long = false;
        self.clear(control::EXIT_CONTROLS, Ex::HOST_ADDRESS_SPACE_SIZE.bits());
        self.put(f::EFER, 0);
    }
}

breaches! {
    host_cr0_required: long_mode, |_c| (), |c| c.clear(f::CR0, cr0::NE);
    host_cr0_unknown: long_mode, |_c| (), |c| c.set(f::CR0, 1u64 << 32);
    host_cr4_required: long_mode, |_c| (), |c| c.clear(f::CR4, cr4::VMXE);
    host_cr4_unknown: long_mode, |_c| (), |c| c.set(f::CR4, 1u64 << 22);
    host_cet_needs_write_protection: long_mode, |c| c.set(f::CR4, cr4::CET), |c| c.clear(f::CR0, cr0::WP);
    host_cr3_width: long_mode, |_c| (), |c| c.set(f::CR3, 1u64 << 40);
    host_sysenter_canonical: long_mode, |_c| (), |c| c.put(f::SYSENTER_EIP, NOT_CANONICAL);
    host_perf_global_ctrl: long_mode, |c| { c.exit(Ex::LOAD_PERF_GLOBAL_CTRL); c.put(f::PERF_GLOBAL_CTRL, 0x7_0000_00FF) }, |c| c.put(f::PERF_GLOBAL_CTRL, 1 << 8);
    host_pat_types: long_mode, |_c| (), |c| c.put(f::PAT, 2);
    host_efer_reserved: long_mode, |_c| (), |c| c.set(f::EFER, 2u64);
    host_efer_mode: long_mode, |_c| (), |c| c.clear(f::EFER, efer::LME);
    host_cet_addresses: long_mode, |c| c.exit(Ex::LOAD_CET), |c| c.put(f::SSP, NOT_CANONICAL);
    host_s_cet_reserved: long_mode, |c| c.exit(Ex::LOAD_CET), |c| c.put(f::S_CET, 1 << 6);
    host_s_cet_suppress_and_tracker: long_mode, |c| { c.exit(Ex::LOAD_CET); c.put(f::S_CET, 1 << 11) }, |c| c.put(f::S_CET, 3 << 10);
    host_ssp_aligned: long_mode, |c| { c.exit(Ex::LOAD_CET); c.put(f::SSP, 4) }, |c| c.put(f::SSP, 2);
    host_pkrs_upper_half: long_mode, |c| { c.exit(Ex::LOAD_PKRS); c.put(f::PKRS, 0xFFFF_FFFF) }, |c| c.put(f::PKRS, 1 << 32);
    host_selectors: long_mode, |_c| (), |c| c.put(f::FS_SELECTOR, 0x23);
    host_cs_and_tr: long_mode, |_c| (), |c| c.put(f::TR_SELECTOR, 0);
    host_ss: real_mode, |c| c.small_host(), |c| c.put(f::SS_SELECTOR, 0);
    host_bases: long_mode, |c| c.put(f::GS_BASE, !0 << 47), |c| c.put(f::GS_BASE, NOT_CANONICAL);
    legacy_host_legacy_guest + address_space_size: long_mode, |_c| (), |c| c.host_long = false;
    address_space_size: real_mode, |_c| (), |c| { c.clear(control::EXIT_CONTROLS, Ex::HOST_ADDRESS_SPACE_SIZE.bits()); c.put(f::EFER, 0) };
    small_host_small_guest + legacy_host_legacy_guest: long_mode, |_c| (), |c| c.small_host();
    small_host_pcid: real_mode, |c| c.small_host(), |c| c.set(f::CR4, cr4::PCIDE);
    small_host_rip: real_mode, |c| c.small_host(), |c| c.put(f::RIP, 1 << 32);
    large_host_pae: long_mode, |_c| (), |c| c.clear(f::CR4, cr4::PAE);
    large_host_rip: long_mode, |c| c.put(f::RIP, !0 << 47), |c| c.put(f::RIP, NOT_CANONICAL);
}
