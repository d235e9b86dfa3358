//! 27.3.1.2, "Checks on Guest Segment Registers": the access rights of CS, SS, DS, ES, FS and GS.
//!
//! ```text
//!  31        17  16  15  14  13  12  11     8   7   6 5   4   3    0
//! +------------+----+---+---+---+---+---------+---+-----+---+------+
//! |     0      | un | G |D/B| L |AVL|    0    | P | DPL | S | type |   un = unusable
//! +------------+----+---+---+---+---+---------+---+-----+---+------+
//! ```

use super::Situation;
use super::guest_segments::{CODE_AND_DATA, RPL, SECTION};
use super::rule::{Checked, Remedy, rules};
use crate::field::{control, guest};
use crate::registers::{access, cr0};
use crate::state::SegmentName::{self, Cs, Ds, Es, Fs, Gs, Ss};

rules! {
    Guest, SECTION;
    virtual_8086_access: "in virtual-8086 mode each segment's access rights are F3H",
    cs_type: "CS is an accessed code segment (type 9, 11, 13 or 15; also 3 with \"unrestricted guest\")",
    ss_type: "SS, if usable, is an accessed writable data segment (type 3 or 7)",
    data_accessed: "DS, ES, FS and GS, if usable, are accessed (type bit 0)",
    data_readable: "DS, ES, FS and GS, if usable and code, are readable (type bit 1)",
    code_and_data_system: "CS and usable SS, DS, ES, FS, GS have S (bit 4): they are no system segments",
    cs_dpl_data: "CS of type 3 has DPL 0",
    cs_dpl_conforming: "the DPL of CS equals that of SS for type 9 or 11, and is not above it for 13 or 15",
    ss_dpl_rpl: "without \"unrestricted guest\", the DPL of SS is its RPL",
    ss_dpl_real: "the DPL of SS is 0 in real mode, and when CS has type 3",
    data_dpl: "without \"unrestricted guest\", the DPL of usable DS, ES, FS, GS that are no conforming code is not below their RPL",
    code_and_data_present: "CS and usable SS, DS, ES, FS, GS have P (bit 7)",
    code_and_data_reserved: "bits 11:8 of the access rights of CS and usable SS, DS, ES, FS, GS are 0",
    cs_long_or_default: "CS of an IA-32e mode guest has not both L (bit 13) and D/B (bit 14)",
    code_and_data_fine: "a limit of CS or usable SS, DS, ES, FS, GS whose bits 11:0 are not all 1 needs G (bit 15) clear",
    code_and_data_coarse: "a limit of CS or usable SS, DS, ES, FS, GS with a bit of 31:20 needs G (bit 15)",
    code_and_data_upper: "bits 31:17 of the access rights of CS and usable SS, DS, ES, FS, GS are 0",
}

pub(super) const RESERVED: u32 = 0xF00;
pub(super) const UPPER: u32 = 0xFFFE_0000;
const DATA: [SegmentName; 4] = [Ds, Es, Fs, Gs];

const fn kind(rights: u32) -> u32 {
    rights & 0xF
}

const fn dpl(rights: u32) -> u32 {
    (rights & access::DPL) >> 5
}

impl Situation<'_> {
    /// A rule on those of `names` that are usable, outside virtual-8086 mode. CS counts as usable always.
    fn each_usable(&self, names: &[SegmentName], rule: impl Fn(SegmentName) -> Checked) -> Checked {
        if self.virtual_8086() {
            return Ok(());
        }
        names
            .iter()
            .copied()
            .filter(|&name| name == Cs || self.usable(name))
            .try_for_each(rule)
    }

    fn access_set(&self, name: SegmentName, mask: u32) -> Checked {
        self.set(guest::access_rights(name), mask, &[])
    }

    fn access_clear(&self, name: SegmentName, mask: u32) -> Checked {
        self.clear(guest::access_rights(name), mask, &[])
    }

    /// The access rights are right if `kept`.
    fn access_rule(&self, name: SegmentName, kept: bool, remedy: &'static str) -> Checked {
        let because = &[guest::selector(name).into(), guest::SS_ACCESS_RIGHTS.into()];
        let because = if matches!(name, Cs) {
            &because[1..]
        } else {
            &because[..1]
        };
        self.with(guest::access_rights(name), kept, Remedy::Do(remedy), because)
    }

    /// Bits 11:0 of the limit not all 1, so G must be 0.
    pub(super) fn fine_limit(&self, name: SegmentName) -> Checked {
        let fine = self.get(guest::limit(name)) & 0xFFF != 0xFFF;
        let wrong = if fine { access::G } else { 0 };
        self.clear(guest::access_rights(name), wrong, &[guest::limit(name).into()])
    }

    /// A bit of 31:20 in the limit, so G must be 1.
    pub(super) fn coarse_limit(&self, name: SegmentName) -> Checked {
        let coarse = self.get(guest::limit(name)) >> 20 != 0;
        let needed = if coarse { access::G } else { 0 };
        self.set(guest::access_rights(name), needed, &[guest::limit(name).into()])
    }
}

fn virtual_8086_access(s: &Situation<'_>) -> Checked {
    if !s.virtual_8086() {
        return Ok(());
    }
    CODE_AND_DATA.into_iter().try_for_each(|name| {
        let rights = guest::access_rights(name);
        s.with(
            rights,
            s.get(rights) == 0xF3,
            Remedy::Write(rights.into(), 0xF3),
            &[],
        )
    })
}

fn cs_type(s: &Situation<'_>) -> Checked {
    let unrestricted = s.unrestricted();
    s.each_usable(&[Cs], |name| {
        let kept = match kind(s.access(name)) {
            9 | 11 | 13 | 15 => true,
            3 => unrestricted,
            _ => false,
        };
        s.access_rule(
            name,
            kept,
            "write 11 (accessed, readable code) into bits 3:0 of guest CS_ACCESS_RIGHTS",
        )
    })
}

fn ss_type(s: &Situation<'_>) -> Checked {
    s.each_usable(&[Ss], |name| {
        let kept = matches!(kind(s.access(name)), 3 | 7);
        s.access_rule(
            name,
            kept,
            "write 3 (accessed, writable data) into bits 3:0 of guest SS_ACCESS_RIGHTS",
        )
    })
}

fn data_accessed(s: &Situation<'_>) -> Checked {
    s.each_usable(&DATA, |name| s.access_set(name, 1))
}

fn data_readable(s: &Situation<'_>) -> Checked {
    s.each_usable(&DATA, |name| {
        let code = s.access(name) & access::CODE != 0;
        s.access_set(name, if code { 1 << 1 } else { 0 })
    })
}

fn code_and_data_system(s: &Situation<'_>) -> Checked {
    s.each_usable(&CODE_AND_DATA, |name| s.access_set(name, access::S))
}

fn cs_dpl_data(s: &Situation<'_>) -> Checked {
    s.each_usable(&[Cs], |name| {
        let data = kind(s.access(name)) == 3;
        s.access_clear(name, if data { access::DPL } else { 0 })
    })
}

fn cs_dpl_conforming(s: &Situation<'_>) -> Checked {
    s.each_usable(&[Cs], |name| {
        let (cs, ss) = (dpl(s.access(name)), dpl(s.access(Ss)));
        let kept = match kind(s.access(name)) {
            9 | 11 => cs == ss,
            13 | 15 => cs <= ss,
            _ => true,
        };
        s.access_rule(
            name,
            kept,
            "write the DPL of SS into bits 6:5 of guest CS_ACCESS_RIGHTS",
        )
    })
}

fn ss_dpl_rpl(s: &Situation<'_>) -> Checked {
    let kept = s.virtual_8086()
        || s.unrestricted()
        || dpl(s.access(Ss)) == u32::from(s.get(guest::SS_SELECTOR) & RPL);
    s.access_rule(
        Ss,
        kept,
        "write the RPL of SS into bits 6:5 of guest SS_ACCESS_RIGHTS",
    )
}

/// Also of an unusable SS: its DPL is the CPL.
fn ss_dpl_real(s: &Situation<'_>) -> Checked {
    let zero = s.get(guest::CR0) & cr0::PE == 0 || kind(s.access(Cs)) == 3;
    let wrong = if zero && !s.virtual_8086() { access::DPL } else { 0 };
    let because = &[guest::CR0.into(), guest::CS_ACCESS_RIGHTS.into()];
    s.clear(guest::SS_ACCESS_RIGHTS, wrong, because)
}

fn data_dpl(s: &Situation<'_>) -> Checked {
    if s.unrestricted() {
        return Ok(());
    }
    s.each_usable(&DATA, |name| {
        let rights = s.access(name);
        let rpl = s.get(guest::selector(name)) & RPL;
        let kept = kind(rights) > 11 || dpl(rights) >= u32::from(rpl);
        s.access_rule(
            name,
            kept,
            "write the selector's RPL into bits 6:5 of the access rights",
        )
    })
}

fn code_and_data_present(s: &Situation<'_>) -> Checked {
    s.each_usable(&CODE_AND_DATA, |name| s.access_set(name, access::P))
}

fn code_and_data_reserved(s: &Situation<'_>) -> Checked {
    s.each_usable(&CODE_AND_DATA, |name| s.access_clear(name, RESERVED))
}

fn cs_long_or_default(s: &Situation<'_>) -> Checked {
    s.each_usable(&[Cs], |name| {
        let long = s.ia32e() && s.access(name) & access::L != 0;
        let wrong = if long { access::DB } else { 0 };
        s.clear(
            guest::access_rights(name),
            wrong,
            &[control::ENTRY_CONTROLS.into()],
        )
    })
}

fn code_and_data_fine(s: &Situation<'_>) -> Checked {
    s.each_usable(&CODE_AND_DATA, |name| s.fine_limit(name))
}

fn code_and_data_coarse(s: &Situation<'_>) -> Checked {
    s.each_usable(&CODE_AND_DATA, |name| s.coarse_limit(name))
}

fn code_and_data_upper(s: &Situation<'_>) -> Checked {
    s.each_usable(&CODE_AND_DATA, |name| s.access_clear(name, UPPER))
}
