//! Which values the control registers and MSRs of a guest take: the #GP conditions of MOV CR, WRMSR and XSETBV, as pure functions of
//! what the guest has now (SDM "Control Registers", 2.5; volume 2, "MOV - Move to/from Control Registers", "WRMSR").

use crate::registers::{cr0, cr4, efer};

/// What decides about a new value.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Present {
    pub(crate) cr0: u64,
    pub(crate) cr3: u64,
    pub(crate) cr4: u64,
    pub(crate) efer: u64,
    /// The code segment is a 64-bit one.
    pub(crate) cs_long: bool,
}

impl Present {
    const fn long_mode(&self) -> bool {
        self.efer & efer::LMA != 0
    }
}

/// CR0.
pub(crate) fn takes_cr0(now: &Present, value: u64) -> bool {
    let set = |bit: u64| value & bit != 0;
    let paging_starts = set(cr0::PG) && now.cr0 & cr0::PG == 0;
    let paging_ends = !set(cr0::PG) && now.cr0 & cr0::PG != 0;
    value >> 32 == 0
        && (set(cr0::CD) || !set(cr0::NW))
        && (set(cr0::PE) || !set(cr0::PG))
        // IA-32e mode is entered with PAE on, from a code segment that is not a 64-bit one.
        && !(paging_starts && now.efer & efer::LME != 0 && (now.cr4 & cr4::PAE == 0 || now.cs_long))
        && !(paging_ends && (now.long_mode() && now.cs_long || now.cr4 & cr4::PCIDE != 0))
}

/// CR4, of which the guest's CPUID offers the bits `offered`.
pub(crate) const fn takes_cr4(now: &Present, value: u64, offered: u64) -> bool {
    let pcid_starts = value & cr4::PCIDE != 0 && now.cr4 & cr4::PCIDE == 0;
    value & !offered == 0
        && !(now.long_mode() && value & cr4::PAE == 0)
        && !(pcid_starts && (!now.long_mode() || now.cr3 & 0xFFF != 0))
}

/// IA32_EFER. LMA cannot be written; a WRMSR ignores it.
pub(crate) const fn takes_efer(now: &Present, value: u64) -> bool {
    let known = efer::SCE | efer::LME | efer::LMA | efer::NXE;
    let lme_changes = (value ^ now.efer) & efer::LME != 0;
    value & !known == 0 && !(lme_changes && now.cr0 & cr0::PG != 0)
}

/// EFER.LMA, which follows LME and paging.
pub(crate) const fn with_lma(value: u64, cr0: u64) -> u64 {
    if value & efer::LME != 0 && cr0 & cr0::PG != 0 {
        value | efer::LMA
    } else {
        value & !efer::LMA
    }
}

/// IA32_PAT: memory types 0, 1, 4, 5, 6 and 7 (SDM table 12-10).
pub(crate) fn takes_pat(value: u64) -> bool {
    value
        .to_le_bytes()
        .iter()
        .all(|kind| matches!(kind, 0 | 1 | 4..=7))
}

/// Whether an address is one of 48 bits, sign-extended.
pub(crate) const fn is_canonical(address: u64) -> bool {
    (address as i64) << 16 >> 16 == address as i64
}

/// Whether a PDPTE of PAE paging has no reserved bit set (SDM "PDPTE Registers", 4.4.1): bits 2:1, 8:5 and those above the width of
/// physical addresses.
pub(crate) const fn takes_pdpte(value: u64, physical_bits: u32) -> bool {
    let reserved = 0x1E6
        | if physical_bits < 64 {
            !0 << physical_bits
        } else {
            0
        };
    value & 1 == 0 || value & reserved == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cr0_refuses_what_contradicts_itself() {
        let now = Present::default();
        for good in [cr0::PE, cr0::CD | cr0::NW, cr0::CD, cr0::PE | cr0::PG] {
            assert!(takes_cr0(&now, good), "{good:#x}");
        }
        for bad in [cr0::NW, cr0::PG, 1 << 32] {
            assert!(!takes_cr0(&now, bad), "{bad:#x}");
        }
    }

    #[test]
    fn long_mode_is_entered_and_left_the_right_way() {
        let paging = cr0::PE | cr0::PG;
        let prepared = Present {
            cr0: cr0::PE,
            cr4: cr4::PAE,
            efer: efer::LME,
            ..Present::default()
        };
        assert!(takes_cr0(&prepared, paging));
        assert!(!takes_cr0(&Present { cr4: 0, ..prepared }, paging));
        assert!(!takes_cr0(
            &Present {
                cs_long: true,
                ..prepared
            },
            paging
        ));

        let long = Present {
            cr0: paging,
            efer: efer::LME | efer::LMA,
            cs_long: true,
            ..prepared
        };
        assert!(!takes_cr0(&long, cr0::PE));
        assert!(takes_cr0(
            &Present {
                cs_long: false,
                ..long
            },
            cr0::PE
        ));
        assert!(!takes_cr4(&long, 0, cr4::PAE));
        assert!(!takes_efer(&long, 0));
        assert!(takes_efer(&long, efer::LME | efer::SCE));
    }

    #[test]
    fn lma_follows_paging() {
        assert_eq!(with_lma(efer::LME, cr0::PG), efer::LME | efer::LMA);
        assert_eq!(with_lma(efer::LME | efer::LMA, 0), efer::LME);
        assert_eq!(with_lma(efer::LMA, cr0::PG), 0);
    }

    #[test]
    fn cr4_takes_what_cpuid_offers() {
        let now = Present::default();
        assert!(takes_cr4(&now, cr4::PAE | cr4::PGE, cr4::PAE | cr4::PGE));
        assert!(!takes_cr4(&now, cr4::VMXE, cr4::PAE));
        assert!(
            !takes_cr4(&now, cr4::PCIDE, cr4::PCIDE),
            "not outside IA-32e mode"
        );
        let long = Present {
            efer: efer::LMA,
            cr4: cr4::PAE,
            ..now
        };
        assert!(takes_cr4(&long, cr4::PAE | cr4::PCIDE, cr4::PAE | cr4::PCIDE));
        let busy = Present { cr3: 0x1018, ..long };
        assert!(!takes_cr4(&busy, cr4::PAE | cr4::PCIDE, cr4::PAE | cr4::PCIDE));
    }

    #[test]
    fn pat_pdpte_and_canonical_addresses() {
        assert!(takes_pat(crate::guest_state::PAT));
        assert!(!takes_pat(0x0002_0000_0000_0000) && !takes_pat(3) && !takes_pat(8));
        assert!(takes_pdpte(0x1001, 39) && takes_pdpte(0x1E6, 39));
        assert!(!takes_pdpte(0x1003, 39) && !takes_pdpte(1 << 39 | 1, 39));
        assert!(is_canonical(0x7FFF_FFFF_FFFF) && is_canonical(0xFFFF_8000_0000_0000));
        assert!(!is_canonical(0x8000_0000_0000) && !is_canonical(0xFFFF_0000_0000_0000));
    }
}
