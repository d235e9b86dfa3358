//! Where a CPU is known to differ from the SDM. Only those made of software have such tables: one of Intel's that disagrees with the
//! checker is a discovery.

use super::verdict::Verdict;
use crate::capability::Capabilities;
use crate::check::{self, Stage, VmcsImage};
use crate::controls::{EntryControls, SecondaryControls};
use crate::exit::reason;
use crate::field::{control, guest};
use crate::registers::{access, cr0};

/// Whether a CPU is one of Bochs' models. It has no signature of its own; but their VMCS has the revision 2BH or 4 and takes 4096 bytes
/// (IA32_VMX_BASIC), where Intel's take 1024.
fn is_bochs(cpu: &Capabilities) -> bool {
    matches!(cpu.revision(), 0x2B | 4) && cpu.region_size() == 4096
}

/// Whether a CPU is the one that Linux KVM gives its guests, by the revision of its VMCS.
fn is_kvm(cpu: &Capabilities) -> bool {
    cpu.revision() == 0x11E5_7ED0
}

/// A difference, and what decides that the checker is right.
#[derive(Debug)]
pub struct Peculiarity {
    /// What the CPU does otherwise.
    pub what: &'static str,
    /// The paragraph of the SDM that decides.
    pub sdm: &'static str,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// It does not apply these rules, by the checker's names, to these images.
    Overlooks(&'static [&'static str], fn(&VmcsImage) -> bool),
    /// The same, and what it enters then ends the emulator: not tried.
    Dies(&'static [&'static str], fn(&VmcsImage) -> bool),
    /// It reports these rules as another kind of failure.
    Reports(&'static [&'static str], fn(Verdict) -> bool),
    /// It applies no rule on the guest's state to these images.
    OverlooksGuest(fn(&VmcsImage) -> bool),
    /// It loads the list of MSRs before it looks at all of the guest's state.
    LoadsMsrsFirst,
    /// It refuses what no rule forbids.
    Adds(fn(Verdict, &VmcsImage) -> bool),
}

const ALWAYS: fn(&VmcsImage) -> bool = |_| true;
/// Activity state 1, "HLT".
const HALTED: u32 = 1;
const REFUSED_GUEST: Verdict = Verdict::Refused(reason::ENTRY_GUEST_STATE, 0);

const fn differs(what: &'static str, sdm: &'static str, kind: Kind) -> Peculiarity {
    Peculiarity { what, sdm, kind }
}

/// Linux KVM with nested VMX. It looks at a part of a VMCS itself and leaves the rest to the CPU under it, when that is entered.
const KVM: &[Peculiarity] = &[
    differs(
        "a halted guest is emulated and not entered, and its state not looked at before it wakes up",
        "27.3.1: all checks on the guest's state are made in every activity state",
        Kind::OverlooksGuest(|image| {
            image.get(guest::ACTIVITY) == HALTED && image.get(control::ENTRY_INTERRUPTION_INFO) >> 31 == 0
        }),
    ),
    differs(
        "the list of MSRs is loaded before all of the guest's state was looked at",
        "27: the guest's state is checked and loaded before MSRs are loaded from the list",
        Kind::LoadsMsrsFirst,
    ),
    differs(
        "CS must be usable where the guest is restricted",
        "27.3.1.2: \"unusable\" excuses other segments from checks, and forbids nothing for CS",
        Kind::Adds(|verdict, image| {
            verdict == REFUSED_GUEST
                && image.get(guest::CS_ACCESS_RIGHTS) & access::UNUSABLE != 0
                && !image
                    .get(control::SECONDARY_CONTROLS)
                    .contains(SecondaryControls::UNRESTRICTED_GUEST)
        }),
    ),
];

/// Bochs 2.7. It is in the wrong each time.
const BOCHS_2_7: &[Peculiarity] = &[
    differs(
        "IA-32e mode without paging is entered, and the emulator stops",
        "27.3.1.1: with \"IA-32e mode guest\", CR0.PG must be 1",
        Kind::Dies(&["ia32e_needs_paging"], |image| {
            image
                .get(control::ENTRY_CONTROLS)
                .contains(EntryControls::IA32E_MODE_GUEST)
                && image.get(guest::CR0) & cr0::PG == 0
        }),
    ),
    differs(
        "an event of type 7 is injected on a CPU without the monitor trap flag, and the emulator stops",
        "27.2.1.3: type 7 is reserved where \"monitor trap flag\" cannot be 1",
        Kind::Dies(&["event_type", "other_event_vector"], |image| {
            image.get(control::ENTRY_INTERRUPTION_INFO) & 0x8000_0700 == 0x8000_0700
        }),
    ),
    differs(
        "where exceptions may come without error code (IA32_VMX_BASIC[56]), the error code of no event is looked at",
        "27.2.1.3: bit 11 is for hardware exceptions only, and not for an unrestricted guest with CR0.PE = 0, IA32_VMX_BASIC[56] or not",
        Kind::Overlooks(&["error_code_of_exceptions", "error_code_in_real_mode"], ALWAYS),
    ),
    differs(
        "with a null selector in SS and a 64-bit CS the access rights of SS are not looked at",
        "27.3.1.2: the access rights of SS are checked unless they say \"unusable\", whatever its selector",
        Kind::Overlooks(
            &[
                "ss_type",
                "code_and_data_system",
                "ss_dpl_rpl",
                "ss_dpl_real",
                "code_and_data_present",
                "code_and_data_reserved",
                "code_and_data_fine",
                "code_and_data_coarse",
                "code_and_data_upper",
            ],
            |image| {
                image.get(guest::SS_SELECTOR) & !3 == 0 && image.get(guest::CS_ACCESS_RIGHTS) & access::L != 0
            },
        ),
    ),
    differs(
        "reserved bits of IA32_DEBUGCTL are not looked at",
        "27.3.1.1: with \"load debug controls\", reserved bits of IA32_DEBUGCTL must be 0",
        Kind::Overlooks(&["debugctl_reserved"], ALWAYS),
    ),
    differs(
        "only the lower half of pending debug exceptions is looked at",
        "27.3.1.5: bits 63:17 of pending debug exceptions must be 0",
        Kind::Overlooks(&["pending_reserved"], |image| {
            image.get(guest::PENDING_DEBUG) >> 32 != 0
        }),
    ),
    differs(
        "BS of pending debug exceptions is not compared with RFLAGS.TF and IA32_DEBUGCTL.BTF",
        "27.3.1.5: BS must be 1 if TF is 1 and BTF 0, else 0, while STI, MOV SS or HLT holds the event",
        Kind::Overlooks(&["step_pending", "no_step_pending"], ALWAYS),
    ),
    differs(
        "every event is injected into a halted guest",
        "27.3.1.5: a halted guest takes interrupts, NMIs, #DB, #MC and pending MTF only",
        Kind::Overlooks(&["activity_takes_event"], ALWAYS),
    ),
    differs(
        "RIP is not compared with the width of linear addresses",
        "27.3.1.4: in 64-bit mode the bits of RIP from that width on must be identical",
        Kind::Overlooks(&["rip_width"], ALWAYS),
    ),
    differs(
        "IA32_SMM_MONITOR_CTL is loaded outside SMM, as are other MSRs it does not know",
        "27.4: the list must not load an MSR that can be written in SMM only",
        Kind::Overlooks(&["list_smm"], ALWAYS),
    ),
    differs(
        "an entry to SMM from outside fails for the guest's state, not for the control",
        "27.2.1.3: outside SMM \"entry to SMM\" must be 0, which is VM-instruction error 7",
        Kind::Reports(&["outside_smm"], |verdict| verdict == REFUSED_GUEST),
    ),
    differs(
        "DPL of CS is not compared with DPL of SS, but with RPL of CS",
        "27.3.1.2: DPL of CS must equal DPL of SS, or not exceed it when conforming",
        Kind::Overlooks(&["cs_dpl_conforming", "cs_dpl_nonconforming"], ALWAYS),
    ),
    differs(
        "RPL of CS must fit DPL of CS",
        "27.3.1.2: of RPL of CS only that RPL of SS equals it, and not with an unrestricted guest",
        Kind::Adds(|verdict, image| verdict == REFUSED_GUEST && !rpl_of_cs_fits(image)),
    ),
];

/// As a far transfer would have it: RPL equals DPL of non-conforming code, and is not below that of conforming code.
fn rpl_of_cs_fits(image: &VmcsImage) -> bool {
    let rights = image.get(guest::CS_ACCESS_RIGHTS);
    let rpl = u32::from(image.get(guest::CS_SELECTOR) & 3);
    let dpl = (rights & access::DPL) >> 5;
    let code = rights & access::CODE != 0;
    let conforming = rights & access::CONFORMING != 0;
    !code || if conforming { rpl >= dpl } else { rpl == dpl }
}

fn is_about_the_guest(name: &str) -> bool {
    check::rules().any(|rule| rule.name == name && rule.stage == Stage::Guest)
}

/// The differences that a CPU is known for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known(&'static [Peculiarity]);

impl Known {
    /// Those of this CPU.
    #[must_use]
    pub fn of(cpu: &Capabilities) -> Self {
        Self(match cpu {
            cpu if is_bochs(cpu) => BOCHS_2_7,
            cpu if is_kvm(cpu) => KVM,
            _ => &[],
        })
    }

    /// Whether the CPU overlooks a rule.
    #[must_use]
    pub fn overlooks(self, rule: &str, image: &VmcsImage) -> Option<&'static Peculiarity> {
        self.0.iter().find(|one| match one.kind {
            Kind::Overlooks(rules, when) | Kind::Dies(rules, when) => rules.contains(&rule) && when(image),
            Kind::OverlooksGuest(when) => is_about_the_guest(rule) && when(image),
            _ => false,
        })
    }

    /// Whether the CPU must not be tried with an image.
    #[must_use]
    pub fn dies_on(self, image: &VmcsImage) -> bool {
        self.0
            .iter()
            .any(|one| matches!(one.kind, Kind::Dies(_, fatal) if fatal(image)))
    }

    /// Whether a broken rule ends in another kind of failure, which may load the host's state when the rule's own would not.
    #[must_use]
    pub fn misreports(self, rule: &str) -> bool {
        self.0
            .iter()
            .any(|one| matches!(one.kind, Kind::Reports(rules, _) if rules.contains(&rule)))
    }

    /// Whether the CPU reports a broken rule in this way of its own.
    #[must_use]
    pub fn reports(self, rule: &str, verdict: Verdict) -> Option<&'static Peculiarity> {
        self.0.iter().find(
            |one| matches!(one.kind, Kind::Reports(rules, fits) if rules.contains(&rule) && fits(verdict)),
        )
    }

    /// Whether the CPU may report the list of MSRs though the guest's state is broken, too.
    #[must_use]
    pub fn loads_msrs_first(self) -> Option<&'static Peculiarity> {
        self.0.iter().find(|one| matches!(one.kind, Kind::LoadsMsrsFirst))
    }

    /// Whether the CPU refuses an image for a reason of its own.
    #[must_use]
    pub fn adds(self, verdict: Verdict, image: &VmcsImage) -> Option<&'static Peculiarity> {
        self.0
            .iter()
            .find(|one| matches!(one.kind, Kind::Adds(fits) if fits(verdict, image)))
    }
}
