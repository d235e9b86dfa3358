//! Rules on the VM-entry MSR-load area.

use super::case::{Breach, Case, breaches};
use crate::addr::Hpa;
use crate::field::control as f;
use crate::msr;
use crate::registers::efer;

const LIST: u64 = 0x6000;

impl Case {
    /// A list of one good entry and the one given.
    fn list(&mut self, index: u64, value: u64) {
        self.put(f::ENTRY_MSR_LOAD_ADDRESS, Hpa(LIST));
        self.put(f::ENTRY_MSR_LOAD_COUNT, 2);
        let words = [msr::IA32_STAR.into(), 0, index, value];
        self.memory.0.extend((LIST..).step_by(8).zip(words));
    }
}

breaches! {
    list_bases: long_mode, |c| c.list(msr::IA32_KERNEL_GS_BASE.into(), 0), |c| c.list(msr::IA32_GS_BASE.into(), 0);
    list_x2apic: long_mode, |c| c.list(0x7FF, 0), |c| c.list(0x808, 0);
    list_smm: long_mode, |c| c.list(0x9C, 0), |c| c.list(0x9B, 0);
    list_microcode: long_mode, |c| c.list(0x78, 0), |c| c.list(0x79, 0);
    list_reserved: long_mode, |c| c.list(msr::IA32_STAR.into(), 0), |c| c.list(1 << 32 | u64::from(msr::IA32_STAR), 0);
    list_values: long_mode, |c| c.list(msr::IA32_LSTAR.into(), !0 << 47), |c| c.list(msr::IA32_LSTAR.into(), 1 << 47);
    list_efer: long_mode, |c| c.list(msr::IA32_EFER.into(), efer::LME), |c| c.list(msr::IA32_EFER.into(), efer::SCE);
}

#[test]
fn the_entry_is_named_with_its_number() {
    let mut case = Case::long_mode();
    case.list(msr::IA32_FS_BASE.into(), 0x1234);
    let violation = super::check(&case.situation()).unwrap_err();
    assert_eq!(
        violation.msr_entry().map(|entry| entry.number),
        Some(2),
        "as the exit qualification counts"
    );
    assert!(
        violation
            .to_string()
            .starts_with("entry 2 of the list: MSR 0xc0000100 = 0x1234: the list loads neither")
    );
}
