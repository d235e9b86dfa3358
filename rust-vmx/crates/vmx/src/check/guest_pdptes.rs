//! 27.3.1.6, "Checks on Guest Page-Directory-Pointer-Table Entries".

use super::Situation;
use super::rule::{Checked, Remedy, Section, rules};
use crate::addr::Hpa;
use crate::control_register::takes_pdpte;
use crate::field::guest;
use crate::registers::{cr0, cr4};

const SECTION: Section = Section {
    number: "27.3.1.6",
    title: "Checks on Guest Page-Directory-Pointer-Table Entries",
};

rules! {
    Guest, SECTION;
    pdptes_in_vmcs: "with PAE paging and EPT, a present PDPTE has bits 2:1, 8:5 and those beyond the width of physical addresses clear",
    pdptes_in_memory: "with PAE paging and without EPT, a present PDPTE that CR3 leads to has bits 2:1, 8:5 and those beyond the width of physical addresses clear",
}

/// The bits of CR3 that hold the table's address with PAE paging.
const TABLE: u64 = 0xFFFF_FFE0;

fn pae_paging(s: &Situation<'_>) -> bool {
    s.get(guest::CR0) & cr0::PG != 0 && s.get(guest::CR4) & cr4::PAE != 0 && !s.ia32e()
}

fn pdptes_in_vmcs(s: &Situation<'_>) -> Checked {
    if !pae_paging(s) || !s.ept() {
        return Ok(());
    }
    guest::PDPTES.into_iter().try_for_each(|entry| {
        let remedy = Remedy::Do("clear the reserved bits of the PDPTE, or bit 0 (present)");
        let kept = takes_pdpte(s.get(entry), s.cpu.physical_bits);
        s.with(entry, kept, remedy, &[])
    })
}

fn pdptes_in_memory(s: &Situation<'_>) -> Checked {
    if !pae_paging(s) || s.ept() {
        return Ok(());
    }
    let table = s.get(guest::CR3) & TABLE;
    let mut entries = (0..4).filter_map(|index| s.memory.read(Hpa(table + 8 * index)));
    let kept = entries.all(|entry| takes_pdpte(entry, s.cpu.physical_bits));
    let remedy = Remedy::Do("clear the reserved bits of the PDPTEs in memory, or bit 0 (present)");
    s.with(guest::CR3, kept, remedy, &[])
}
