//! What the checker's findings mean for the CPU's verdict.
//!
//! The SDM leaves the order of checks open within a stage ("VM Entries", 27: checks on controls and on host state in any order, then
//! the guest's state in any order, then the MSRs one after the other). So several verdicts may be right.

use super::containment;
use super::known::{Known, Peculiarity};
use super::lab::Lab;
use super::places::Places;
use super::verdict::{INVALID_CONTROLS, INVALID_HOST, Verdict};
use crate::check::{self, Situation, Stage, Violation, VmcsImage};
use crate::exit::reason;
use crate::frames::Frames;
use alloc::vec::Vec;

/// One broken rule: what it is called, and the verdict it alone would cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The checker's name of the rule.
    pub rule: &'static str,
    /// What a CPU says about it.
    pub verdict: Verdict,
}

impl Finding {
    fn of(violation: Violation) -> Self {
        let verdict = match violation.stage() {
            Stage::Control => Verdict::Error(INVALID_CONTROLS),
            Stage::Host => Verdict::Error(INVALID_HOST),
            Stage::Guest => Verdict::Refused(reason::ENTRY_GUEST_STATE, qualification(&violation)),
            Stage::MsrLoad => Verdict::Refused(
                reason::ENTRY_MSR_LOADING,
                violation.msr_entry().map_or(0, |entry| u64::from(entry.number)),
            ),
        };
        Self {
            rule: violation.rule.name,
            verdict,
        }
    }
}

/// The exit qualification of a refused guest (SDM 27.8, "VM-Entry Failures During or After Loading Guest State").
fn qualification(violation: &Violation) -> u64 {
    match violation.rule.section.number {
        "27.3.1.6" => 2,
        _ if violation.rule.name.starts_with("link_") => 4,
        _ => 0,
    }
}

/// All findings of one image.
#[derive(Clone, Debug, Default)]
pub struct Expectation {
    /// In the order of the checker.
    pub findings: Vec<Finding>,
}

impl Expectation {
    /// What the checker says about the image that a VMCS holds.
    pub(super) fn of<F: Frames + Clone>(lab: &Lab<F>) -> Self {
        let mut situation = Situation::new(lab.image(), lab.cpu(), lab.memory());
        situation.region = Some(lab.region());
        Self {
            findings: check::violations(&situation).map(Finding::of).collect(),
        }
    }

    /// Whether the SDM allows this verdict.
    #[must_use]
    pub fn agrees(&self, verdict: Verdict) -> bool {
        allows(self.findings.iter(), verdict)
    }

    /// The peculiarity of this CPU that explains a verdict which the SDM does not allow.
    #[must_use]
    pub fn explain(&self, known: Known, verdict: Verdict, image: &VmcsImage) -> Option<&'static Peculiarity> {
        let findings = || self.findings.iter();
        if allows(self.applied(known, image), verdict) {
            return findings().find_map(|finding| known.overlooks(finding.rule, image));
        }
        let guest =
            |finding: &&Finding| matches!(finding.verdict, Verdict::Refused(reason::ENTRY_GUEST_STATE, _));
        let without_guest = self.applied(known, image).filter(|finding| !guest(finding));
        if matches!(verdict, Verdict::Refused(reason::ENTRY_MSR_LOADING, _)) && allows(without_guest, verdict)
        {
            return known.loads_msrs_first();
        }
        findings()
            .find_map(|finding| known.reports(finding.rule, verdict))
            .or_else(|| known.adds(verdict, image))
    }

    /// Whether the host survives an entry.
    #[must_use]
    pub fn may_be_entered(&self, known: Known, image: &VmcsImage, good: &VmcsImage, places: &Places) -> bool {
        let fails_early = self
            .applied(known, image)
            .any(|finding| !finding.verdict.loads_host() && !known.misreports(finding.rule));
        let refused = self.applied(known, image).next().is_some();
        let harmless = containment::host_is_safe(image, good, places)
            && containment::memory_is_known(image, good, places)
            && (refused || containment::guest_is_contained(image));
        !known.dies_on(image) && !containment::waits_for_sipi(image) && (fails_early || harmless)
    }

    /// The findings that count: a rule that this CPU is known to overlook protects nobody.
    fn applied<'a>(&'a self, known: Known, image: &'a VmcsImage) -> impl Iterator<Item = &'a Finding> {
        self.findings
            .iter()
            .filter(move |finding| known.overlooks(finding.rule, image).is_none())
    }
}

/// Whether `verdict` is one of those that `findings` allow: errors of controls and host first, then the guest, then MSRs in order.
fn allows<'a>(findings: impl Iterator<Item = &'a Finding>, verdict: Verdict) -> bool {
    let stage = |verdict: Verdict| match verdict {
        Verdict::Invalid | Verdict::Error(_) => 0,
        Verdict::Refused(reason::ENTRY_MSR_LOADING, _) => 2,
        Verdict::Refused(..) => 1,
        Verdict::Entered => 3,
    };
    let verdicts: Vec<Verdict> = findings.map(|finding| finding.verdict).collect();
    let Some(first) = verdicts.iter().map(|one| stage(*one)).min() else {
        return verdict == Verdict::Entered;
    };
    // The list of MSRs is loaded in order: its first bad entry is the one reported.
    let entry = |verdict: &Verdict| match verdict {
        Verdict::Refused(reason::ENTRY_MSR_LOADING, entry) => *entry,
        _ => 0,
    };
    let first_entry = verdicts
        .iter()
        .filter(|one| stage(**one) == first)
        .map(entry)
        .min();
    verdicts
        .iter()
        .any(|one| stage(*one) == first && *one == verdict && Some(entry(one)) == first_entry)
}
