//! The checks of VM entry on the guest state (SDM "Checks on the Guest State Area", 27.3.1), done again in software after the CPU
//! refused an entry: the CPU says only that something is wrong, a person wants to know what.
//!
//! Only the rules that software which sets registers can break are here; the first one broken is the answer.

use crate::control_register::is_canonical;
use crate::registers::{access, cr0, cr4, efer, rflags};
use crate::state::{DescriptorTable, Segment, SegmentName};

/// The guest state that the rules speak of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GuestState {
    pub(crate) cr0: u64,
    pub(crate) cr3: u64,
    pub(crate) cr4: u64,
    pub(crate) efer: u64,
    pub(crate) ia32e_entry: bool,
    pub(crate) dr7: u64,
    pub(crate) debugctl: u64,
    pub(crate) rip: u64,
    pub(crate) rflags: u64,
    /// In the order of [`SegmentName`].
    pub(crate) segments: [Segment; 8],
    pub(crate) gdtr: DescriptorTable,
    pub(crate) idtr: DescriptorTable,
    pub(crate) interruptibility: u32,
    pub(crate) activity: u32,
    pub(crate) pending_debug: u64,
    /// VM-entry interruption information; bit 31 = an event is injected.
    pub(crate) event: u32,
    pub(crate) physical_bits: u32,
    pub(crate) linear_bits: u32,
}

const ES: usize = SegmentName::Es as usize;
const CS: usize = SegmentName::Cs as usize;
const SS: usize = SegmentName::Ss as usize;
const GS: usize = SegmentName::Gs as usize;
const LDTR: usize = SegmentName::Ldtr as usize;
const TR: usize = SegmentName::Tr as usize;

/// The rule that `state` breaks, with its section.
pub(crate) fn broken_rule(state: &GuestState) -> Option<&'static str> {
    control_registers(state)
        .or_else(|| tables(state))
        .or_else(|| {
            if state.rflags & rflags::VM != 0 {
                virtual_8086(state)
            } else {
                segments(state)
            }
        })
        .or_else(|| instruction_pointer(state))
        .or_else(|| events(state))
        .or_else(|| pending_debug(state))
}

fn first(rules: &[(bool, &'static str)]) -> Option<&'static str> {
    rules.iter().find(|(broken, _)| *broken).map(|(_, rule)| *rule)
}

/// 27.3.1.1, "Checks on Guest Control Registers, Debug Registers, and MSRs".
fn control_registers(state: &GuestState) -> Option<&'static str> {
    let (paging, lma, lme) = (
        state.cr0 & cr0::PG != 0,
        state.efer & efer::LMA != 0,
        state.efer & efer::LME != 0,
    );
    first(&[
        (state.cr0 >> 32 != 0, "CR0 bits 63:32 are not 0 (27.3.1.1)"),
        (
            paging && state.cr0 & cr0::PE == 0,
            "CR0.PG without CR0.PE (27.3.1.1)",
        ),
        (state.cr0 & cr0::NE == 0, "CR0.NE is 0 (27.3.1.1)"),
        (state.cr4 & cr4::VMXE == 0, "CR4.VMXE is 0 (27.3.1.1)"),
        (
            state.ia32e_entry && !paging,
            "IA-32e mode guest without CR0.PG (27.3.1.1)",
        ),
        (
            state.ia32e_entry && state.cr4 & cr4::PAE == 0,
            "IA-32e mode guest without CR4.PAE (27.3.1.1)",
        ),
        (
            !state.ia32e_entry && state.cr4 & cr4::PCIDE != 0,
            "CR4.PCIDE outside IA-32e mode (27.3.1.1)",
        ),
        (
            state.cr3 >> state.physical_bits.min(63) != 0,
            "CR3 beyond the physical-address width (27.3.1.1)",
        ),
        (state.dr7 >> 32 != 0, "DR7 bits 63:32 are not 0 (27.3.1.1)"),
        (
            lma != state.ia32e_entry,
            "EFER.LMA differs from the control IA-32e mode guest (27.3.1.1)",
        ),
        (
            paging && lma != lme,
            "EFER.LMA differs from EFER.LME with paging on (27.3.1.1)",
        ),
    ])
}

/// 27.3.1.3, "Checks on Guest Descriptor-Table Registers".
fn tables(state: &GuestState) -> Option<&'static str> {
    first(&[
        (
            !is_canonical(state.gdtr.base),
            "GDTR base is not canonical (27.3.1.3)",
        ),
        (
            !is_canonical(state.idtr.base),
            "IDTR base is not canonical (27.3.1.3)",
        ),
    ])
}

/// The part of 27.3.1.2 for virtual-8086 mode: segments as in real mode.
fn virtual_8086(state: &GuestState) -> Option<&'static str> {
    let wrong = |segment: &Segment| {
        segment.base != u64::from(segment.selector) << 4 || segment.limit != 0xFFFF || segment.access != 0xF3
    };
    first(&[(
        state.segments[ES..=GS].iter().any(wrong),
        "a segment in virtual-8086 mode has not the base, limit and rights of one (27.3.1.2)",
    )])
}

/// 27.3.1.2, "Checks on Guest Segment Registers", with unrestricted guest.
fn segments(state: &GuestState) -> Option<&'static str> {
    let (ldtr, tr) = (state.segments[LDTR], state.segments[TR]);
    let (cs, ss) = (state.segments[CS], state.segments[SS]);
    let dpl = |segment: Segment| (segment.access & access::DPL) >> 5;
    let usable = |segment: &Segment| segment.access & access::UNUSABLE == 0;
    let granular = |segment: &Segment| {
        let (fine, coarse) = (segment.limit & 0xFFF != 0xFFF, segment.limit >> 20 != 0);
        let page = segment.access & access::G != 0;
        usable(segment) && (fine && page || coarse && !page)
    };
    let user = |segment: &Segment| segment.access & (access::S | access::P) == access::S | access::P;
    let data = [SegmentName::Es, SegmentName::Ds, SegmentName::Fs, SegmentName::Gs];
    let data = data.map(|name| state.segments[name as usize]);
    let cs_type = cs.access & 0xF;
    let tr_type = tr.access & 0x1F;
    let real = state.cr0 & cr0::PE == 0;
    first(&[
        (
            !matches!(cs_type, 3 | 9 | 11 | 13 | 15),
            "CS is no accessed code segment (27.3.1.2)",
        ),
        (!user(&cs), "CS is not present, or a system segment (27.3.1.2)"),
        (
            cs_type == 3 && dpl(cs) != 0,
            "CS is a data segment and its DPL not 0 (27.3.1.2)",
        ),
        (
            matches!(cs_type, 9 | 11) && dpl(cs) != dpl(ss),
            "DPL of CS and SS differ (27.3.1.2)",
        ),
        (
            state.ia32e_entry && cs.access & (access::L | access::DB) == access::L | access::DB,
            "CS has both L and D/B set (27.3.1.2)",
        ),
        (
            usable(&ss) && !matches!(ss.access & 0xF, 3 | 7),
            "SS is no accessed writable data segment (27.3.1.2)",
        ),
        (
            usable(&ss) && !user(&ss),
            "SS is not present, or a system segment (27.3.1.2)",
        ),
        (
            (real || cs_type == 3) && dpl(ss) != 0,
            "SS.DPL is not 0 in real mode (27.3.1.2)",
        ),
        (
            data.iter()
                .any(|segment| usable(segment) && (!user(segment) || segment.access & 1 == 0)),
            "DS, ES, FS or GS is not present, not accessed, or a system segment (27.3.1.2)",
        ),
        (
            data.iter()
                .any(|segment| usable(segment) && segment.access & 0xA == 8),
            "DS, ES, FS or GS is an unreadable code segment (27.3.1.2)",
        ),
        (
            state.segments.iter().any(granular),
            "the G bit of a segment contradicts its limit (27.3.1.2)",
        ),
        (!usable(&tr), "TR is unusable (27.3.1.2)"),
        (
            !(tr_type == 11 || tr_type == 3 && !state.ia32e_entry),
            "TR is no busy TSS of the mode: type 11, or 3 outside IA-32e mode (27.3.1.2)",
        ),
        (
            tr.access & access::P == 0 || tr.selector & 4 != 0,
            "TR is not present, or in an LDT (27.3.1.2)",
        ),
        (
            usable(&ldtr) && ldtr.access & 0x9F != 0x82,
            "LDTR is no present LDT (27.3.1.2)",
        ),
        (
            [state.segments[SegmentName::Fs as usize], state.segments[GS], tr]
                .iter()
                .any(|segment| !is_canonical(segment.base)),
            "the base of FS, GS or TR is not canonical (27.3.1.2)",
        ),
        (
            [cs, ss, data[0], data[1]]
                .iter()
                .any(|segment| usable(segment) && segment.base >> 32 != 0),
            "the base of CS, SS, DS or ES has more than 32 bits (27.3.1.2)",
        ),
    ])
}

/// Whether the bits from `bits` on are all 0 or all 1.
fn is_sign(address: u64, bits: u32) -> bool {
    let above = (address as i64) >> bits.min(63);
    bits > 63 || above == 0 || above == -1
}

/// 27.3.1.4, "Checks on Guest RIP, RFLAGS, and SSP".
fn instruction_pointer(state: &GuestState) -> Option<&'static str> {
    let long = state.ia32e_entry && state.segments[CS].access & access::L != 0;
    let event_is_interrupt = state.event >> 31 != 0 && state.event & 0x700 == 0;
    first(&[
        (
            !long && state.rip >> 32 != 0,
            "RIP has more than 32 bits outside 64-bit mode (27.3.1.4)",
        ),
        // Not "canonical": bit N-1 may differ, as it does behind the last instruction of the lower half.
        (
            long && !is_sign(state.rip, state.linear_bits),
            "RIP is wider than linear addresses (27.3.1.4)",
        ),
        (
            state.rflags & !0x3F_7FD7 != 0 || state.rflags & 2 == 0,
            "RFLAGS has a reserved bit wrong (27.3.1.4)",
        ),
        (
            state.rflags & rflags::VM != 0 && (state.ia32e_entry || state.cr0 & cr0::PE == 0),
            "RFLAGS.VM in IA-32e or real mode (27.3.1.4)",
        ),
        (
            event_is_interrupt && state.rflags & rflags::IF == 0,
            "an external interrupt is injected while RFLAGS.IF is 0 (27.3.1.4)",
        ),
    ])
}

/// 27.3.1.5, "Checks on Guest Non-Register State".
fn events(state: &GuestState) -> Option<&'static str> {
    let (sti, mov_ss, nmi) = (
        state.interruptibility & 1 != 0,
        state.interruptibility & 2 != 0,
        state.interruptibility & 8 != 0,
    );
    let injected = (state.event >> 31 != 0).then_some(state.event >> 8 & 7);
    first(&[
        (
            state.interruptibility >> 5 != 0,
            "interruptibility has a reserved bit set (27.3.1.5)",
        ),
        (sti && mov_ss, "blocking by STI and by MOV SS at once (27.3.1.5)"),
        (
            sti && state.rflags & rflags::IF == 0,
            "blocking by STI while RFLAGS.IF is 0 (27.3.1.5)",
        ),
        (
            injected == Some(0) && (sti || mov_ss),
            "an interrupt is injected while STI or MOV SS blocks (27.3.1.5)",
        ),
        (
            injected == Some(2) && (mov_ss || nmi),
            "an NMI is injected while NMIs are blocked (27.3.1.5)",
        ),
        (state.activity > 3, "activity state above 3 (27.3.1.5)"),
        (
            state.activity != 0 && (sti || mov_ss),
            "blocking by STI or MOV SS while not active (27.3.1.5)",
        ),
    ])
}

/// Bits of the pending debug exceptions.
mod pending {
    /// 10:4, 13, 15 and from 17 on. Bit 11 reports bus locks on CPUs that detect them.
    pub(super) const RESERVED: u64 = !0x1_580F;
    pub(super) const SINGLE_STEP: u64 = 1 << 14;
    pub(super) const RTM: u64 = 1 << 16;
    /// A debug exception inside a transaction has bit 12 set and no cause.
    pub(super) const WITH_RTM: u64 = RTM | 1 << 12;
}

/// The part of 27.3.1.5 on pending debug exceptions.
fn pending_debug(state: &GuestState) -> Option<&'static str> {
    const BTF: u64 = 1 << 1;
    const HLT: u32 = 1;
    let bits = state.pending_debug;
    // Only here does the CPU compare BS with the flags; elsewhere the entry itself sees to it.
    let compared = state.interruptibility & 3 != 0 || state.activity == HLT;
    let steps = state.rflags & rflags::TF != 0 && state.debugctl & BTF == 0;
    let pending_step = bits & pending::SINGLE_STEP != 0;
    first(&[
        (
            bits & pending::RESERVED != 0,
            "pending debug exceptions have a reserved bit set (27.3.1.5)",
        ),
        (
            compared && steps && !pending_step,
            "no single step is pending although RFLAGS.TF is 1 and STI, MOV SS or HLT holds it (27.3.1.5)",
        ),
        (
            compared && !steps && pending_step,
            "a single step is pending although nothing steps (27.3.1.5)",
        ),
        (
            bits & pending::RTM != 0 && (bits != pending::WITH_RTM || state.interruptibility & 2 != 0),
            "a debug exception in a transaction is pending with others, or while MOV SS blocks (27.3.1.5)",
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest_state;

    fn after_reset() -> GuestState {
        let empty = DescriptorTable {
            base: 0,
            limit: 0xFFFF,
        };
        GuestState {
            cr0: cr0::NE | cr0::ET,
            cr3: 0,
            cr4: cr4::VMXE,
            efer: 0,
            ia32e_entry: false,
            dr7: guest_state::DR7,
            debugctl: 0,
            rip: guest_state::RIP,
            rflags: guest_state::RFLAGS,
            segments: guest_state::SEGMENTS.map(|(_, segment)| segment),
            gdtr: empty,
            idtr: empty,
            interruptibility: 0,
            activity: 0,
            pending_debug: 0,
            event: 0,
            physical_bits: 40,
            linear_bits: 48,
        }
    }

    fn flat(access: u32) -> Segment {
        Segment {
            selector: 8,
            base: 0,
            limit: 0xFFFF_FFFF,
            access,
        }
    }

    fn long_mode() -> GuestState {
        let data = flat(0xC093);
        let mut segments = [data; 8];
        segments[CS] = flat(0xA09B);
        segments[LDTR].access = access::UNUSABLE;
        segments[TR] = Segment {
            selector: 0x50,
            base: 0xFFFF_8000_0000_1000,
            limit: 0x67,
            access: 0x8B,
        };
        GuestState {
            cr0: cr0::PG | cr0::PE | cr0::NE | cr0::WP,
            cr3: 0x1000,
            cr4: cr4::VMXE | cr4::PAE,
            efer: efer::LME | efer::LMA,
            ia32e_entry: true,
            rip: 0xFFFF_FFFF_8010_0000,
            rflags: 0x202,
            segments,
            ..after_reset()
        }
    }

    #[test]
    fn the_reset_state_and_long_mode_are_fine() {
        assert_eq!(broken_rule(&after_reset()), None);
        assert_eq!(broken_rule(&long_mode()), None);
    }

    #[test]
    fn each_mistake_is_found() {
        fn check(start: GuestState, spoil: fn(&mut GuestState), words: &str) {
            let mut state = start;
            spoil(&mut state);
            let rule = broken_rule(&state).expect(words);
            assert!(rule.contains(words), "expected {words}, found {rule}");
        }
        check(after_reset(), |state| state.cr0 |= cr0::PG, "without CR0.PE");
        check(after_reset(), |state| state.efer = efer::LMA, "IA-32e mode guest");
        check(after_reset(), |state| state.rflags = 0, "RFLAGS");
        check(
            after_reset(),
            |state| state.segments[CS].access = 0x9A,
            "accessed code",
        );
        check(
            after_reset(),
            |state| state.segments[TR].access = 0x89,
            "busy TSS",
        );
        check(
            after_reset(),
            |state| state.segments[ES].limit = 0x1F_0000,
            "contradicts its limit",
        );
        check(after_reset(), |state| state.rip = 1 << 32, "32 bits outside");
        check(after_reset(), |state| state.event = 0x8000_0020, "RFLAGS.IF is 0");
        check(after_reset(), |state| state.interruptibility = 3, "at once");
        check(long_mode(), |state| state.segments[TR].access = 0x83, "busy TSS");
        check(
            long_mode(),
            |state| state.segments[CS].access = 0xE09B,
            "both L and D/B",
        );
        check(long_mode(), |state| state.rip = 1 << 48, "RIP is wider");
        check(long_mode(), |state| state.cr4 = cr4::VMXE, "without CR4.PAE");
        check(long_mode(), |state| state.gdtr.base = 1 << 60, "GDTR");
        check(long_mode(), |state| state.rflags |= rflags::VM, "virtual-8086");
        check(
            long_mode(),
            |state| {
                state.event = 0x8000_0202;
                state.interruptibility = 8;
            },
            "NMIs are blocked",
        );
    }

    #[test]
    fn rip_needs_only_the_bits_above_the_linear_address_alike() {
        let rule = |rip, linear_bits| {
            broken_rule(&GuestState {
                rip,
                linear_bits,
                ..long_mode()
            })
        };
        assert_eq!(rule(0x8000_0000_0000, 48), None, "behind the lower half");
        assert_eq!(rule(!0 << 48, 48), None);
        assert!(rule(0x00FF_0000_0000_0000, 48).is_some());
        assert_eq!(rule(0x00FF_0000_0000_0000, 57), None, "five-level paging");
        assert!(rule(1 << 63, 57).is_some());
        assert_eq!(rule(1 << 63, 64), None);
    }

    #[test]
    fn pending_debug_exceptions_agree_with_the_flags() {
        let rule = |pending_debug, rflags, interruptibility, activity| {
            broken_rule(&GuestState {
                pending_debug,
                rflags,
                interruptibility,
                activity,
                ..long_mode()
            })
        };
        let (off, on) = (0x202, 0x302);
        assert_eq!(rule(0, on, 0, 0), None, "the entry's own matter");
        assert_eq!(rule(1 << 14, off, 0, 0), None);
        for (interruptibility, activity) in [(1, 0), (2, 0), (0, 1)] {
            assert_eq!(rule(1 << 14, on, interruptibility, activity), None);
            assert_eq!(rule(0, off, interruptibility, activity), None);
            assert!(rule(0, on, interruptibility, activity).is_some());
            assert!(rule(1 << 14, off, interruptibility, activity).is_some());
        }
        assert!(rule(1 << 4, off, 0, 0).is_some() && rule(1 << 17, off, 0, 0).is_some());
        assert_eq!(rule(0x1001, off, 0, 0), None, "a breakpoint");
        assert_eq!(rule(1 << 16 | 1 << 12, off, 0, 0), None);
        assert!(rule(1 << 16 | 1 << 12 | 1, off, 0, 0).is_some());
        assert!(rule(1 << 16 | 1 << 12, off, 2, 0).is_some());
    }
}
