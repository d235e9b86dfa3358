//! For every rule a state that keeps it, though it applies, and one that differs and breaks it, and no other that does not overlap with it.

mod case;
mod control;
mod guest;
mod host;
mod msr_load;
mod situations;

use super::*;
use case::{Breach, Case};
use std::collections::BTreeSet;
use std::string::ToString;
use std::vec::Vec;

fn breaches() -> impl Iterator<Item = &'static Breach> {
    [
        control::BREACHES,
        host::BREACHES,
        guest::BREACHES,
        msr_load::BREACHES,
    ]
    .into_iter()
    .flatten()
}

#[test]
fn every_rule_is_kept_by_one_state_and_broken_alone_by_another() {
    let mut wrong = Vec::new();
    for breach in breaches() {
        let mut case = (breach.start)();
        (breach.prepare)(&mut case);
        let before = case.broken();
        (breach.spoil)(&mut case);
        let after: BTreeSet<_> = case.broken().into_iter().collect();
        let expected = breach.also.iter().copied().chain([breach.rule]).collect();
        if !before.is_empty() || after != expected {
            wrong.push(std::format!(
                "{}: before {before:?}, after {after:?}",
                breach.rule
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_rule_is_left_out() {
    let tested: BTreeSet<_> = breaches().map(|breach| breach.rule).collect();
    let missing: Vec<_> = rules()
        .map(|rule| rule.name)
        .filter(|name| !tested.contains(name))
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn rules_have_names_of_their_own() {
    let names: BTreeSet<_> = rules().map(|rule| rule.name).collect();
    assert_eq!(names.len(), rules().count());
}

/// Doing what the remedy says, where it is one field's value, mends the rule.
#[test]
fn remedies_mend() {
    let mut mended = 0;
    for breach in breaches() {
        let mut case = (breach.start)();
        (breach.prepare)(&mut case);
        (breach.spoil)(&mut case);
        let violation = violations(&case.situation())
            .find(|violation| violation.rule.name == breach.rule)
            .unwrap();
        let (field, value) = match violation.remedy() {
            Remedy::Set(field, mask) => (field, case.vmcs.raw(field) | mask),
            Remedy::Clear(field, mask) => (field, case.vmcs.raw(field) & !mask),
            Remedy::Write(field, value) => (field, value),
            Remedy::Do(_) => continue,
        };
        case.vmcs.set_raw(field, value);
        assert!(!case.broken().contains(&breach.rule), "{violation}");
        mended += 1;
    }
    assert!(mended > rules().count() / 2, "{mended} rules were tried");
}

/// Each stage is as the CPU reports it, and the stages come in the order in which it looks.
#[test]
fn rules_come_in_the_order_of_the_stages() {
    let stages: Vec<_> = rules().map(|rule| rule.stage).collect();
    assert!(stages.is_sorted());
}

#[test]
fn a_violation_says_field_value_rule_section_and_remedy() {
    let mut case = Case::long_mode();
    case.clear(crate::field::guest::CR4, crate::registers::cr4::VMXE);
    let text = check(&case.situation()).unwrap_err().to_string();
    assert_eq!(
        text,
        "guest CR4 = 0x20: CR4 has every bit that VMX operation fixes to 1\n  \
         rule: SDM 27.3.1.1, \"Checks on Guest Control Registers, Debug Registers, and MSRs\"\n  \
         remedy: set bit 13 (VMXE) of guest CR4"
    );
}

#[test]
fn the_explanation_names_bits_and_ends_with_the_verdict() {
    let mut case = Case::long_mode();
    let mut text = std::string::String::new();
    explain(&case.situation(), &mut text).unwrap();
    for part in [
        "VM-exit controls\n",
        "EXTERNAL_INTERRUPT_EXITING",
        "  Cs   selector 0008",
        "guest state",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(text.ends_with(&std::format!("all {} rules of VM entry hold\n", rules().count())));
    assert!(text.lines().all(|line| line.len() < 80), "{text}");

    case.vmcs.set(crate::field::guest::RFLAGS, 0);
    text.clear();
    explain(&case.situation(), &mut text).unwrap();
    assert!(text.contains("broken rule 1 (exit reason 33, invalid guest state):\n  guest RFLAGS = 0x0: "));
    assert!(text.contains("remedy: set bit 1 (RESERVED_ONE) of guest RFLAGS"));
}
