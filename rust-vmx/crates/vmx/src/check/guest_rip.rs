//! 27.3.1.4, "Checks on Guest RIP, RFLAGS, and SSP".

use super::Situation;
use super::rule::{Checked, Remedy, Section, rules};
use crate::controls::EntryControls;
use crate::event::EventKind;
use crate::field::{Field, Guest, Natural, control, guest};
use crate::registers::{access, cr0, rflags};
use crate::state::SegmentName::Cs;

const SECTION: Section = Section {
    number: "27.3.1.4",
    title: "Checks on Guest RIP, RFLAGS, and SSP",
};

rules! {
    Guest, SECTION;
    rip_of_32_bits: "outside 64-bit mode, bits 63:32 of RIP are 0",
    rip_width: "in 64-bit mode, the bits of RIP from the width of linear addresses on are alike",
    rflags_reserved: "bits 63:22, 15, 5 and 3 of RFLAGS are 0",
    rflags_bit_1: "bit 1 of RFLAGS is 1",
    rflags_vm: "RFLAGS.VM is 0 in an IA-32e mode guest, and with CR0.PE = 0",
    rflags_if: "RFLAGS.IF is 1 when an external interrupt is injected",
    ssp_aligned: "with \"load CET state\", bits 1:0 of SSP are 0",
    ssp_width: "with \"load CET state\", SSP has 32 bits outside 64-bit mode, and in it fits the width of linear addresses",
}

const RESERVED: u64 = !0x3F_FFFF | 1 << 15 | 1 << 5 | 1 << 3;

impl Situation<'_> {
    /// The guest will be in 64-bit mode.
    fn in_64_bit_mode(&self) -> bool {
        self.ia32e() && self.access(Cs) & access::L != 0
    }

    fn of_32_bits(&self, field: Field<Guest, Natural, u64>) -> Checked {
        let wrong = if self.in_64_bit_mode() { 0 } else { u64::MAX << 32 };
        let because = &[control::ENTRY_CONTROLS.into(), guest::CS_ACCESS_RIGHTS.into()];
        self.clear(field, wrong, because)
    }

    /// Not "canonical": bit N-1 may differ, as it does behind the last instruction of the lower half.
    fn of_linear_width(&self, field: Field<Guest, Natural, u64>) -> Checked {
        let kept = !self.in_64_bit_mode() || self.cpu.fits_linear(self.get(field));
        let remedy = Remedy::Do("make the bits from the width of linear addresses on all 0 or all 1");
        self.with(field, kept, remedy, &[guest::CS_ACCESS_RIGHTS.into()])
    }
}

fn rip_of_32_bits(s: &Situation<'_>) -> Checked {
    s.of_32_bits(guest::RIP)
}

fn rip_width(s: &Situation<'_>) -> Checked {
    s.of_linear_width(guest::RIP)
}

fn rflags_reserved(s: &Situation<'_>) -> Checked {
    s.clear(guest::RFLAGS, RESERVED, &[])
}

fn rflags_bit_1(s: &Situation<'_>) -> Checked {
    s.set(guest::RFLAGS, rflags::RESERVED_ONE, &[])
}

fn rflags_vm(s: &Situation<'_>) -> Checked {
    let excluded = s.ia32e() || s.get(guest::CR0) & cr0::PE == 0;
    let wrong = if excluded { rflags::VM } else { 0 };
    s.clear(
        guest::RFLAGS,
        wrong,
        &[control::ENTRY_CONTROLS.into(), guest::CR0.into()],
    )
}

fn rflags_if(s: &Situation<'_>) -> Checked {
    let interrupt = s
        .injected()
        .is_some_and(|event| event.is(EventKind::ExternalInterrupt));
    let needed = if interrupt { rflags::IF } else { 0 };
    s.set(guest::RFLAGS, needed, &[control::ENTRY_INTERRUPTION_INFO.into()])
}

fn ssp_aligned(s: &Situation<'_>) -> Checked {
    let wrong = if s.entry(EntryControls::LOAD_CET) { 3u64 } else { 0 };
    s.clear(guest::SSP, wrong, &[])
}

fn ssp_width(s: &Situation<'_>) -> Checked {
    if !s.entry(EntryControls::LOAD_CET) {
        return Ok(());
    }
    s.of_32_bits(guest::SSP)?;
    s.of_linear_width(guest::SSP)
}
