//! 27.4, "Loading MSRs".

use super::rule::{Broken, Checked, MsrEntry, Section, rules};
use super::values::MSR_ENTRY;
use super::{EntryCapabilities, Situation};
use crate::addr::Hpa;
use crate::control_register::takes_pat;
use crate::field::{control, guest};
use crate::msr;
use crate::registers::{cr0, efer};

const SECTION: Section = Section {
    number: "27.4",
    title: "Loading MSRs",
};

rules! {
    MsrLoad, SECTION;
    list_bases: "the list loads neither IA32_FS_BASE nor IA32_GS_BASE: segment registers have fields of their own",
    list_x2apic: "the list loads no register of an x2APIC (MSRs 800H to 8FFH)",
    list_smm: "outside SMM the list does not load IA32_SMM_MONITOR_CTL",
    list_microcode: "the list does not load the microcode-update MSRs",
    list_reserved: "bits 63:32 of an entry are 0",
    list_values: "each value is one that WRMSR takes at privilege level 0",
    list_efer: "with paging, the list does not change EFER.LME",
}

/// The entries, as far as memory can be looked at. No longer than the CPU recommends: what lies behind is undefined.
fn entries<'a>(s: &'a Situation<'_>) -> impl Iterator<Item = MsrEntry> + 'a {
    let Hpa(start) = s.get(control::ENTRY_MSR_LOAD_ADDRESS);
    let count = s
        .get(control::ENTRY_MSR_LOAD_COUNT)
        .min(s.cpu.vmx.msr_list_limit());
    (0..count).map_while(move |place| {
        let address = start.checked_add(MSR_ENTRY * u64::from(place))?;
        Some(MsrEntry {
            number: place + 1,
            index: s.memory.read(Hpa(address))?,
            value: s.memory.read(Hpa(address.checked_add(8)?))?,
        })
    })
}

/// The rule is broken by the first entry that is `wrong`.
fn none(s: &Situation<'_>, remedy: &'static str, wrong: impl Fn(&MsrEntry, u32) -> bool) -> Checked {
    match entries(s).find(|entry| wrong(entry, entry.index as u32)) {
        Some(entry) => Err(Broken::in_list(entry, remedy)),
        None => Ok(()),
    }
}

const REMOVE: &str = "remove the entry from the list";

fn list_bases(s: &Situation<'_>) -> Checked {
    none(
        s,
        "remove the entry, and write the base to guest FS_BASE or GS_BASE",
        |_, number| matches!(number, msr::IA32_FS_BASE | msr::IA32_GS_BASE),
    )
}

fn list_x2apic(s: &Situation<'_>) -> Checked {
    none(s, REMOVE, |_, number| number >> 8 == 8)
}

fn list_smm(s: &Situation<'_>) -> Checked {
    none(s, REMOVE, |_, number| number == msr::IA32_SMM_MONITOR_CTL)
}

fn list_microcode(s: &Situation<'_>) -> Checked {
    none(s, REMOVE, |_, number| {
        matches!(number, msr::IA32_BIOS_UPDT_TRIG | msr::IA32_BIOS_SIGN_ID)
    })
}

fn list_reserved(s: &Situation<'_>) -> Checked {
    none(s, "clear bits 63:32 of the entry", |entry, _| {
        entry.index >> 32 != 0
    })
}

/// As far as the architecture tells for the MSRs that are usually in a list.
fn takes(cpu: &EntryCapabilities, number: u32, value: u64) -> bool {
    match number {
        msr::IA32_PAT => takes_pat(value),
        msr::IA32_EFER => value & !cpu.features.efer == 0,
        msr::IA32_SYSENTER_ESP
        | msr::IA32_SYSENTER_EIP
        | msr::IA32_LSTAR
        | msr::IA32_CSTAR
        | msr::IA32_KERNEL_GS_BASE => cpu.is_canonical(value),
        msr::IA32_TSC_AUX => value >> 32 == 0,
        _ => true,
    }
}

fn list_values(s: &Situation<'_>) -> Checked {
    none(
        s,
        "write a value into the entry that WRMSR takes",
        |entry, number| !takes(s.cpu, number, entry.value),
    )
}

fn list_efer(s: &Situation<'_>) -> Checked {
    let paging = s.get(guest::CR0) & cr0::PG != 0;
    let lme = if s.ia32e() { efer::LME } else { 0 };
    none(
        s,
        "use the field guest EFER with \"load IA32_EFER\" instead",
        |entry, number| paging && number == msr::IA32_EFER && entry.value & efer::LME != lme,
    )
}
