//! What may be entered, and which verdicts are right, without a CPU.

use super::containment::{guest_is_contained, host_is_safe, memory_is_known};
use super::expectation::{Expectation, Finding};
use super::known::Known;
use super::places::Places;
use super::states;
use super::verdict::{INVALID_CONTROLS, INVALID_HOST, Verdict};
use crate::addr::Hpa;
use crate::capability::Capabilities;
use crate::check::VmcsImage;
use crate::controls::{EntryControls, ExitControls, PinControls, SecondaryControls};
use crate::exit::reason;
use crate::field::{AnyField, Field, Role, Value, Width, control, guest, host};
use crate::registers::{access, cr0};
use std::vec::Vec;

/// A CPU that allows every control, with this revision and size of region.
fn cpu(revision: u64, region: u64) -> Capabilities {
    Capabilities::from_msrs(|number| match number {
        0x480 => 1 << 55 | region << 32 | revision,
        0x481..=0x484 | 0x48B | 0x48D..=0x490 => 0xFFFF_FFFF_0000_0000,
        0x487 | 0x489 => u64::MAX,
        _ => 0,
    })
}

fn bochs() -> Known {
    Known::of(&cpu(0x2B, 4096))
}

/// The good states of that CPU.
fn good_states() -> Vec<VmcsImage> {
    let places = Places::example();
    let image = |state: states::State| {
        let mut image = VmcsImage::default();
        for (field, value) in state.fields {
            image.set_raw(field, value);
        }
        image
    };
    states::all(&cpu(0x2B, 4096), &places)
        .into_iter()
        .map(image)
        .collect()
}

fn changed<R: Role, W: Width, V: Value>(good: &VmcsImage, field: Field<R, W, V>, value: V) -> VmcsImage {
    let mut image = good.clone();
    image.set(field, value);
    image
}

fn own(field: AnyField) -> u64 {
    Places::example()
        .fields()
        .find(|(one, _)| *one == field)
        .map(|(_, address)| address)
        .expect("an address of the experiment")
}

#[test]
fn good_states_harm_nobody() {
    for good in good_states() {
        assert!(host_is_safe(&good, &good, &Places::example()));
        assert!(memory_is_known(&good, &good, &Places::example()));
        assert!(guest_is_contained(&good));
    }
}

#[test]
fn what_an_exit_gives_the_host_may_not_change() {
    let exit = |good: &VmcsImage| good.get(control::EXIT_CONTROLS);
    for good in good_states() {
        let with_msr = changed(&good, control::EXIT_MSR_LOAD_COUNT, 1);
        assert!(host_is_safe(&with_msr, &good, &Places::example()));
        for damaged in [
            changed(&good, host::CR3, 0x5000),
            changed(&good, host::CR0, cr0::PG),
            changed(&good, host::CR4, 1 << 5),
            changed(&good, host::EFER, 1 << 11),
            changed(&good, host::PAT, 1),
            changed(&good, host::RIP, 0x1000),
            changed(&good, host::RSP, 0x1000),
            changed(&good, host::CS_SELECTOR, 0x18),
            changed(&good, host::SS_SELECTOR, 0x20),
            changed(&good, host::TR_SELECTOR, 0x28),
            changed(&good, host::TR_BASE, 0x1000),
            changed(&good, host::GDTR_BASE, 0x1000),
            changed(&good, host::IDTR_BASE, 0x1000),
            changed(
                &good,
                control::EXIT_CONTROLS,
                exit(&good) - ExitControls::HOST_ADDRESS_SPACE_SIZE,
            ),
            changed(
                &good,
                control::EXIT_CONTROLS,
                exit(&good) - ExitControls::LOAD_EFER,
            ),
            changed(
                &good,
                control::EXIT_CONTROLS,
                exit(&good) - ExitControls::LOAD_PAT,
            ),
            changed(
                &good,
                control::EXIT_CONTROLS,
                exit(&good) | ExitControls::LOAD_PERF_GLOBAL_CTRL,
            ),
            changed(&good, control::EXIT_MSR_LOAD_COUNT, 257),
            changed(&with_msr, control::EXIT_MSR_LOAD_ADDRESS, Hpa(0x5000)),
        ] {
            assert!(!host_is_safe(&damaged, &good, &Places::example()));
        }
    }
}

#[test]
fn what_the_next_exit_repairs_may_change() {
    for good in good_states() {
        for other in [
            changed(&good, host::FS_BASE, 0x1000),
            changed(&good, host::DS_SELECTOR, 0x7FF8),
            changed(&good, host::SYSENTER_EIP, 1 << 60),
            changed(&good, host::CR0, cr0::WP),
        ] {
            assert!(host_is_safe(&other, &good, &Places::example()));
        }
    }
}

#[test]
fn the_cpu_may_follow_no_address_but_the_experiments() {
    let elsewhere = Hpa(0x7000);
    for good in good_states() {
        let secondary = good.get(control::SECONDARY_CONTROLS);
        for damaged in [
            changed(&good, control::EPT_POINTER, elsewhere.0 | 3 << 3 | 6),
            changed(
                &good,
                control::SECONDARY_CONTROLS,
                secondary - SecondaryControls::EPT,
            ),
            changed(&good, control::IO_BITMAP_A, elsewhere),
            changed(&good, control::VIRTUAL_APIC_ADDRESS, elsewhere),
            changed(&good, control::POSTED_INTERRUPT_DESCRIPTOR, elsewhere),
            changed(&good, control::ENTRY_MSR_LOAD_COUNT, 257),
            changed(&good, control::EXIT_MSR_STORE_COUNT, 257),
            changed(&good, guest::VMCS_LINK_POINTER, elsewhere.0),
        ] {
            assert!(!memory_is_known(&damaged, &good, &Places::example()));
        }
        let swapped = changed(&good, control::IO_BITMAP_A, Hpa(own(control::MSR_BITMAP.any())));
        assert!(memory_is_known(&swapped, &good, &Places::example()));
    }
}

#[test]
fn a_guest_must_leave_at_once() {
    let entry = |good: &VmcsImage| good.get(control::ENTRY_CONTROLS);
    let pin = |good: &VmcsImage| good.get(control::PIN_CONTROLS);
    for good in good_states() {
        for damaged in [
            changed(&good, guest::PREEMPTION_TIMER, 1),
            changed(&good, guest::ACTIVITY, 3),
            changed(
                &good,
                control::PIN_CONTROLS,
                pin(&good) - PinControls::PREEMPTION_TIMER,
            ),
            changed(
                &good,
                control::PIN_CONTROLS,
                pin(&good) - PinControls::NMI_EXITING,
            ),
            changed(
                &good,
                control::PIN_CONTROLS,
                pin(&good) - PinControls::EXTERNAL_INTERRUPT_EXITING,
            ),
            changed(
                &good,
                control::ENTRY_CONTROLS,
                entry(&good) | EntryControls::ENTRY_TO_SMM,
            ),
            changed(
                &good,
                control::ENTRY_CONTROLS,
                entry(&good) | EntryControls::LOAD_PERF_GLOBAL_CTRL,
            ),
        ] {
            assert!(!guest_is_contained(&damaged));
        }
    }
}

/// Findings that alone would cause these verdicts.
fn expecting(findings: &[(&'static str, Verdict)]) -> Expectation {
    let findings = findings.iter().map(|(rule, verdict)| Finding {
        rule,
        verdict: *verdict,
    });
    Expectation {
        findings: findings.collect(),
    }
}

const CONTROLS: Verdict = Verdict::Error(INVALID_CONTROLS);
const HOST: Verdict = Verdict::Error(INVALID_HOST);
const GUEST: Verdict = Verdict::Refused(reason::ENTRY_GUEST_STATE, 0);
const LINK: Verdict = Verdict::Refused(reason::ENTRY_GUEST_STATE, 4);
const fn msr(entry: u64) -> Verdict {
    Verdict::Refused(reason::ENTRY_MSR_LOADING, entry)
}

#[test]
fn only_the_first_stage_decides_and_its_order_is_open() {
    let all = [CONTROLS, HOST, GUEST, LINK, msr(1), msr(3), Verdict::Entered];
    let cases: [(&[Verdict], &[Verdict]); 6] = [
        (&[], &[Verdict::Entered]),
        (&[CONTROLS, HOST, GUEST, msr(1)], &[CONTROLS, HOST]),
        (&[HOST], &[HOST]),
        (&[GUEST, msr(1)], &[GUEST]),
        (&[GUEST, LINK], &[GUEST, LINK]),
        // The list is loaded in order.
        (&[msr(3), msr(1)], &[msr(1)]),
    ];
    for (findings, right) in cases {
        let findings: Vec<_> = findings.iter().map(|verdict| ("some_rule", *verdict)).collect();
        let expectation = expecting(&findings);
        for verdict in all {
            assert_eq!(
                expectation.agrees(verdict),
                right.contains(&verdict),
                "{findings:?}: {verdict}"
            );
        }
    }
}

#[test]
fn a_peculiarity_explains_only_what_it_is_about() {
    let image = VmcsImage::default();
    let overlooked = expecting(&[("rip_width", GUEST)]);
    assert!(overlooked.explain(bochs(), Verdict::Entered, &image).is_some());
    // The rule next to it is not overlooked, so entering is wrong after all.
    let both = expecting(&[("rip_width", GUEST), ("rflags_reserved", GUEST)]);
    assert!(both.explain(bochs(), Verdict::Entered, &image).is_none());
    assert!(both.explain(bochs(), CONTROLS, &image).is_none());
    let outside = expecting(&[("outside_smm", CONTROLS)]);
    assert!(outside.explain(bochs(), GUEST, &image).is_some());
    assert!(outside.explain(bochs(), Verdict::Entered, &image).is_none());
    // Nothing explains a refusal without a finding, but for one quarrel about CS.
    assert!(expecting(&[]).explain(bochs(), GUEST, &image).is_none());
}

fn kvm() -> Known {
    Known::of(&cpu(0x11E5_7ED0, 4096))
}

#[test]
fn kvm_looks_at_no_halted_guest() {
    let halted = changed(&VmcsImage::default(), guest::ACTIVITY, 1);
    let broken = expecting(&[("rip_width", GUEST)]);
    assert!(broken.explain(kvm(), Verdict::Entered, &halted).is_some());
    assert!(
        broken
            .explain(kvm(), Verdict::Entered, &VmcsImage::default())
            .is_none()
    );
    let woken = changed(&halted, control::ENTRY_INTERRUPTION_INFO, 0x8000_0020);
    assert!(broken.explain(kvm(), Verdict::Entered, &woken).is_none());
    // Controls are looked at all the same.
    let rule = crate::check::rules().find(|rule| rule.stage == crate::check::Stage::Control);
    let control = rule.map_or("", |rule| rule.name);
    assert!(
        expecting(&[(control, CONTROLS)])
            .explain(kvm(), Verdict::Entered, &halted)
            .is_none()
    );
}

#[test]
fn kvm_loads_the_list_first() {
    let image = VmcsImage::default();
    let both = expecting(&[("rip_width", GUEST), ("list_smm", msr(2))]);
    assert!(both.explain(kvm(), msr(2), &image).is_some());
    for other in [msr(1), CONTROLS, Verdict::Entered] {
        assert!(both.explain(kvm(), other, &image).is_none(), "{other}");
    }
    assert!(
        expecting(&[("rip_width", GUEST)])
            .explain(kvm(), msr(2), &image)
            .is_none()
    );
    assert!(both.explain(bochs(), msr(2), &image).is_none());
}

#[test]
fn kvm_wants_a_usable_cs_of_a_restricted_guest() {
    let unusable = with_cs(0, 0x9B | access::UNUSABLE);
    assert!(kvm().adds(GUEST, &unusable).is_some());
    assert!(kvm().adds(GUEST, &with_cs(0, 0x9B)).is_none());
    let unrestricted = changed(
        &unusable,
        control::SECONDARY_CONTROLS,
        SecondaryControls::UNRESTRICTED_GUEST,
    );
    assert!(kvm().adds(GUEST, &unrestricted).is_none());
}

/// Whatever rule it breaks, and whatever CPU it is.
#[test]
fn nothing_waits_for_a_sipi() {
    let places = Places::example();
    for good in &good_states() {
        let waiting = changed(good, guest::ACTIVITY, 3);
        for known in [bochs(), kvm(), Known::default()] {
            for findings in [
                &[][..],
                &[("rflags_reserved", GUEST)],
                &[("some_control", CONTROLS)],
            ] {
                assert!(!expecting(findings).may_be_entered(known, &waiting, good, &places));
            }
        }
    }
}

#[test]
fn an_unknown_cpu_has_no_excuse() {
    for known in [cpu(0x12, 1024), cpu(0x12, 4096), cpu(4, 1024)] {
        let known = Known::of(&known);
        let overlooked = expecting(&[("rip_width", GUEST)]);
        assert!(
            overlooked
                .explain(known, Verdict::Entered, &VmcsImage::default())
                .is_none()
        );
        assert!(known.adds(GUEST, &with_cs(3, 0x9B)).is_none());
    }
}

/// CS with this RPL and these access rights.
fn with_cs(rpl: u16, rights: u32) -> VmcsImage {
    let mut image = VmcsImage::default();
    image.set(guest::CS_SELECTOR, 8 | rpl);
    image.set(guest::CS_ACCESS_RIGHTS, rights);
    image
}

#[test]
fn the_quarrel_about_cs_is_as_narrow_as_the_emulators_rule() {
    let dpl = |dpl: u32| dpl << 5;
    for (rpl, rights, quarrel) in [
        (0, 0x9B, false),
        (3, 0x9B, true),
        (3, 0x9B | dpl(3), false),
        // Conforming code serves the less privileged too.
        (3, 0x9F, false),
        (0, 0x9F | dpl(1), true),
        // A data segment, as an unrestricted guest may have it.
        (3, 0x93, false),
    ] {
        let image = with_cs(rpl, rights);
        assert_eq!(
            bochs().adds(GUEST, &image).is_some(),
            quarrel,
            "RPL {rpl}, {rights:#x}"
        );
        assert!(bochs().adds(CONTROLS, &image).is_none());
    }
}

#[test]
fn what_stops_the_emulator_is_not_tried() {
    let long = VmcsImage::default();
    let long = changed(&long, control::ENTRY_CONTROLS, EntryControls::IA32E_MODE_GUEST);
    assert!(bochs().dies_on(&long));
    assert!(!bochs().dies_on(&changed(&long, guest::CR0, cr0::PG)));
    let event = changed(
        &VmcsImage::default(),
        control::ENTRY_INTERRUPTION_INFO,
        0x8000_0700,
    );
    assert!(bochs().dies_on(&event));
    for harmless in [0x0000_0700, 0x8000_0600, 0] {
        assert!(!bochs().dies_on(&changed(&event, control::ENTRY_INTERRUPTION_INFO, harmless)));
    }
}

#[test]
fn rules_of_ss_are_overlooked_only_beside_a_null_selector_in_64_bit_code() {
    let mut image = VmcsImage::default();
    assert!(bochs().overlooks("ss_type", &image).is_none());
    image.set(guest::CS_ACCESS_RIGHTS, access::L);
    assert!(bochs().overlooks("ss_type", &image).is_some());
    image.set(guest::SS_SELECTOR, 8);
    assert!(bochs().overlooks("ss_type", &image).is_none());
}

#[test]
fn a_broken_rule_saves_the_host_only_when_the_cpu_looks_at_it() {
    let places = Places::example();
    let states = good_states();
    let good = &states[0];
    let escaping = changed(good, guest::PREEMPTION_TIMER, 1000);
    let may = |findings, image: &VmcsImage| expecting(findings).may_be_entered(bochs(), image, good, &places);
    assert!(may(&[], good));
    assert!(!may(&[], &escaping));
    assert!(may(&[("rflags_reserved", GUEST)], &escaping));
    assert!(
        !may(&[("rip_width", GUEST)], &escaping),
        "the emulator overlooks it and runs the guest"
    );
    let no_way_back = changed(&escaping, host::RIP, 0x1000);
    assert!(
        may(&[("some_control", CONTROLS)], &no_way_back),
        "nothing is loaded"
    );
    assert!(
        !may(&[("rflags_reserved", GUEST)], &no_way_back),
        "the host's state is loaded"
    );
    assert!(
        !may(&[("outside_smm", CONTROLS)], &no_way_back),
        "reported late, with the host's state loaded"
    );
}
