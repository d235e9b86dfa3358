//! 27.3.1.2, "Checks on Guest Segment Registers": selectors, bases and limits.

use super::Situation;
use super::rule::{Checked, Remedy, Section, rules};
use crate::field::guest;
use crate::registers::{access, rflags};
use crate::state::SegmentName::{self, Cs, Ds, Es, Fs, Gs, Ldtr, Ss, Tr};

pub(super) const SECTION: Section = Section {
    number: "27.3.1.2",
    title: "Checks on Guest Segment Registers",
};

rules! {
    Guest, SECTION;
    tr_selector: "TR's selector has TI (bit 2) clear: a TSS is in the GDT",
    ldtr_selector: "LDTR's selector, if usable, has TI (bit 2) clear: an LDT is in the GDT",
    ss_rpl: "outside virtual-8086 mode and without \"unrestricted guest\", the RPLs of SS and CS are equal",
    virtual_8086_bases: "in virtual-8086 mode each segment's base is its selector times 16",
    bases_canonical: "the bases of TR, FS, GS and of a usable LDTR are canonical",
    bases_of_32_bits: "the bases of CS and of usable SS, DS and ES have 32 bits",
    virtual_8086_limits: "in virtual-8086 mode each segment's limit is FFFFH",
}

/// The six registers that programs load.
pub(super) const CODE_AND_DATA: [SegmentName; 6] = [Cs, Ss, Ds, Es, Fs, Gs];

const TI: u64 = 1 << 2;
pub(super) const RPL: u16 = 3;

impl Situation<'_> {
    /// What the guest is in virtual-8086 mode follows other rules.
    pub(super) fn virtual_8086(&self) -> bool {
        self.get(guest::RFLAGS) & rflags::VM != 0
    }

    /// A segment register's access rights.
    pub(super) fn access(&self, name: SegmentName) -> u32 {
        self.get(guest::access_rights(name))
    }

    /// Whether bit 16 leaves a segment register usable.
    pub(super) fn usable(&self, name: SegmentName) -> bool {
        self.access(name) & access::UNUSABLE == 0
    }
}

fn tr_selector(s: &Situation<'_>) -> Checked {
    s.clear(guest::TR_SELECTOR, TI, &[])
}

fn ldtr_selector(s: &Situation<'_>) -> Checked {
    let wrong = if s.usable(Ldtr) { TI } else { 0 };
    s.clear(guest::LDTR_SELECTOR, wrong, &[guest::LDTR_ACCESS_RIGHTS.into()])
}

fn ss_rpl(s: &Situation<'_>) -> Checked {
    let (ss, cs) = (s.get(guest::SS_SELECTOR), s.get(guest::CS_SELECTOR));
    s.with(
        guest::SS_SELECTOR,
        s.virtual_8086() || s.unrestricted() || (ss ^ cs) & RPL == 0,
        Remedy::Write(guest::SS_SELECTOR.into(), u64::from(ss & !RPL | cs & RPL)),
        &[guest::CS_SELECTOR.into()],
    )
}

fn virtual_8086_bases(s: &Situation<'_>) -> Checked {
    if !s.virtual_8086() {
        return Ok(());
    }
    CODE_AND_DATA.into_iter().try_for_each(|name| {
        let (base, selector) = (guest::base(name), guest::selector(name));
        let right = u64::from(s.get(selector)) << 4;
        s.with(
            base,
            s.get(base) == right,
            Remedy::Write(base.into(), right),
            &[selector.into()],
        )
    })
}

fn bases_canonical(s: &Situation<'_>) -> Checked {
    [Tr, Fs, Gs, Ldtr]
        .into_iter()
        .filter(|&name| name != Ldtr || s.usable(name))
        .try_for_each(|name| s.canonical(guest::base(name)))
}

fn bases_of_32_bits(s: &Situation<'_>) -> Checked {
    [Cs, Ss, Ds, Es]
        .into_iter()
        .filter(|&name| name == Cs || s.usable(name))
        .try_for_each(|name| s.clear(guest::base(name), u64::MAX << 32, &[]))
}

fn virtual_8086_limits(s: &Situation<'_>) -> Checked {
    if !s.virtual_8086() {
        return Ok(());
    }
    CODE_AND_DATA.into_iter().try_for_each(|name| {
        let limit = guest::limit(name);
        s.with(
            limit,
            s.get(limit) == 0xFFFF,
            Remedy::Write(limit.into(), 0xFFFF),
            &[],
        )
    })
}
