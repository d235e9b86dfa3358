//! 27.3.1.2, "Checks on Guest Segment Registers": the access rights of TR and LDTR.

use super::Situation;
use super::guest_access::{RESERVED, UPPER};
use super::guest_segments::SECTION;
use super::rule::{Checked, Remedy, rules};
use crate::field::{control, guest};
use crate::registers::access;
use crate::state::SegmentName::{Ldtr, Tr};

rules! {
    Guest, SECTION;
    tr_type: "TR is a busy TSS: type 11, or 3 (16 bits) outside IA-32e mode",
    tr_system: "TR has S (bit 4) clear: a TSS is a system segment",
    tr_present: "TR has P (bit 7)",
    tr_reserved: "bits 11:8 of the access rights of TR are 0",
    tr_fine: "a limit of TR whose bits 11:0 are not all 1 needs G (bit 15) clear",
    tr_coarse: "a limit of TR with a bit of 31:20 needs G (bit 15)",
    tr_usable: "TR is usable (bit 16 clear)",
    tr_upper: "bits 31:17 of the access rights of TR are 0",
    ldtr_type: "LDTR, if usable, has type 2",
    ldtr_system: "LDTR, if usable, has S (bit 4) clear: an LDT is a system segment",
    ldtr_present: "LDTR, if usable, has P (bit 7)",
    ldtr_reserved: "bits 11:8 of the access rights of a usable LDTR are 0",
    ldtr_fine: "a limit of a usable LDTR whose bits 11:0 are not all 1 needs G (bit 15) clear",
    ldtr_coarse: "a limit of a usable LDTR with a bit of 31:20 needs G (bit 15)",
    ldtr_upper: "bits 31:17 of the access rights of a usable LDTR are 0",
}

fn tr_type(s: &Situation<'_>) -> Checked {
    let kept = match s.access(Tr) & 0xF {
        11 => true,
        3 => !s.ia32e(),
        _ => false,
    };
    s.with(
        guest::TR_ACCESS_RIGHTS,
        kept,
        Remedy::Do("write 11 (busy TSS) into bits 3:0 of guest TR_ACCESS_RIGHTS"),
        &[control::ENTRY_CONTROLS.into()],
    )
}

fn tr_system(s: &Situation<'_>) -> Checked {
    s.clear(guest::TR_ACCESS_RIGHTS, access::S, &[])
}

fn tr_present(s: &Situation<'_>) -> Checked {
    s.set(guest::TR_ACCESS_RIGHTS, access::P, &[])
}

fn tr_reserved(s: &Situation<'_>) -> Checked {
    s.clear(guest::TR_ACCESS_RIGHTS, RESERVED, &[])
}

fn tr_fine(s: &Situation<'_>) -> Checked {
    s.fine_limit(Tr)
}

fn tr_coarse(s: &Situation<'_>) -> Checked {
    s.coarse_limit(Tr)
}

fn tr_usable(s: &Situation<'_>) -> Checked {
    s.clear(guest::TR_ACCESS_RIGHTS, access::UNUSABLE, &[])
}

fn tr_upper(s: &Situation<'_>) -> Checked {
    s.clear(guest::TR_ACCESS_RIGHTS, UPPER, &[])
}

/// A rule on LDTR, where it is usable.
fn ldtr(s: &Situation<'_>, rule: impl FnOnce() -> Checked) -> Checked {
    if s.usable(Ldtr) { rule() } else { Ok(()) }
}

fn ldtr_type(s: &Situation<'_>) -> Checked {
    ldtr(s, || {
        s.with(
            guest::LDTR_ACCESS_RIGHTS,
            s.access(Ldtr) & 0xF == 2,
            Remedy::Do("write 2 (LDT) into bits 3:0 of guest LDTR_ACCESS_RIGHTS"),
            &[],
        )
    })
}

fn ldtr_system(s: &Situation<'_>) -> Checked {
    ldtr(s, || s.clear(guest::LDTR_ACCESS_RIGHTS, access::S, &[]))
}

fn ldtr_present(s: &Situation<'_>) -> Checked {
    ldtr(s, || s.set(guest::LDTR_ACCESS_RIGHTS, access::P, &[]))
}

fn ldtr_reserved(s: &Situation<'_>) -> Checked {
    ldtr(s, || s.clear(guest::LDTR_ACCESS_RIGHTS, RESERVED, &[]))
}

fn ldtr_fine(s: &Situation<'_>) -> Checked {
    ldtr(s, || s.fine_limit(Ldtr))
}

fn ldtr_coarse(s: &Situation<'_>) -> Checked {
    ldtr(s, || s.coarse_limit(Ldtr))
}

fn ldtr_upper(s: &Situation<'_>) -> Checked {
    ldtr(s, || s.clear(guest::LDTR_ACCESS_RIGHTS, UPPER, &[]))
}
