//! What may be entered. A mutation can take away what keeps a guest from the host, or damage what an exit gives back to the host; such
//! a VMCS is entered only when the CPU must refuse it before that matters.
//!
//! | when the CPU                      | it loads                                | so these must be harmless                |
//! |-----------------------------------|-----------------------------------------|------------------------------------------|
//! | refuses the controls or the host  | nothing                                 | -                                        |
//! | refuses the guest or its MSRs     | the host's state, the exit's MSRs       | [`host_is_safe`], [`memory_is_known`]    |
//! | enters                            | the guest, and at its exit the above    | also [`guest_is_contained`]              |
//!
//! A guest that is entered executes no instruction: the VMX-preemption timer is 0, so that it leaves after the delivery of an injected
//! event at the latest (SDM 26.5.1, "VMX-Preemption Timer", and 27.7.4). That delivery reaches two pages through EPT.

use super::places::{MSR_ENTRIES, Places};
use crate::check::VmcsImage;
use crate::controls::{EntryControls, ExitControls, PinControls, PrimaryControls, SecondaryControls};
use crate::field::{AnyField, control, guest, host};
use crate::registers::{cr0, cr4, efer};

/// Activity state 3, "wait-for-SIPI": there the preemption timer causes no exit (SDM 26.5.1).
const WAIT_FOR_SIPI: u32 = 3;

/// Host fields that an exit may load with any value: what they hold is not used before the next exit loads the good ones again.
/// DS to GS are loaded without a look at the descriptor table (SDM 28.5.2).
const HOST_FREE: &[AnyField] = &[
    host::ES_SELECTOR.any(),
    host::DS_SELECTOR.any(),
    host::FS_SELECTOR.any(),
    host::GS_SELECTOR.any(),
    host::FS_BASE.any(),
    host::GS_BASE.any(),
    host::SYSENTER_CS.any(),
    host::SYSENTER_ESP.any(),
    host::SYSENTER_EIP.any(),
    host::SSP.any(),
    host::S_CET.any(),
    host::INTERRUPT_SSP_TABLE.any(),
];
/// Bits of host fields that may change until the next exit. Not among them: what paging depends on (PG, PAE, LA57, NXE, PCIDE), and
/// CET, which the kernel is not built for.
const HOST_BITS: &[(AnyField, u64)] = &[
    (
        host::CR0.any(),
        cr0::MP | cr0::EM | cr0::TS | cr0::WP | cr0::AM | cr0::NW | cr0::CD,
    ),
    (
        host::CR4.any(),
        cr4::VME
            | cr4::PVI
            | cr4::TSD
            | cr4::DE
            | cr4::PSE
            | cr4::MCE
            | cr4::PGE
            | cr4::PCE
            | cr4::OSFXSR
            | cr4::OSXMMEXCPT
            | cr4::UMIP
            | cr4::FSGSBASE
            | cr4::OSXSAVE,
    ),
    (host::EFER.any(), efer::SCE),
    // The entries 1, 2 and 4 to 7: the kernel's memory uses entry 0, its devices entry 3.
    (host::PAT.any(), 0xFFFF_FFFF_00FF_FF00),
];

/// Whether the host survives an exit of `image`, of which `good` is the unmutated form.
#[must_use]
pub fn host_is_safe(image: &VmcsImage, good: &VmcsImage, places: &Places) -> bool {
    let exit = image.get(control::EXIT_CONTROLS);
    let required = ExitControls::HOST_ADDRESS_SPACE_SIZE | ExitControls::LOAD_EFER | ExitControls::LOAD_PAT;
    // Nobody would restore what these load or clear.
    let forbidden = ExitControls::LOAD_PERF_GLOBAL_CTRL;
    exit.contains(required)
        && !exit.intersects(forbidden)
        && host::ALL.iter().all(|(encoding, _)| {
            let field = AnyField(*encoding);
            host_field_is_safe(field, image.raw(field) ^ good.raw(field))
        })
        && list_is_safe(
            image,
            places,
            control::EXIT_MSR_LOAD_ADDRESS.any(),
            control::EXIT_MSR_LOAD_COUNT.any(),
        )
}

fn host_field_is_safe(field: AnyField, changed: u64) -> bool {
    let bits = HOST_BITS.iter().find(|(one, _)| *one == field);
    changed == 0 || HOST_FREE.contains(&field) || bits.is_some_and(|(_, bits)| changed & !bits == 0)
}

/// A list that is not empty must be the one made for it: an exit that cannot load one of its MSRs is the CPU's end (SDM 28.7, "VMX
/// Aborts"), and one that stores them writes to memory.
fn list_is_safe(image: &VmcsImage, places: &Places, address: AnyField, count: AnyField) -> bool {
    let count = image.raw(count);
    count == 0 || count <= MSR_ENTRIES && places.is_own_list(address, image.raw(address))
}

/// Whether the guest would wait for a SIPI, should the CPU enter it. Nothing here ends that wait, so it is never tried, not even
/// where a rule is broken that a CPU must refuse: the CPU may be one that does not look.
#[must_use]
pub fn waits_for_sipi(image: &VmcsImage) -> bool {
    image.get(guest::ACTIVITY) == WAIT_FOR_SIPI
}

/// Whether a guest that is entered with `image` leaves at once and reaches nothing but its own pages.
#[must_use]
pub fn guest_is_contained(image: &VmcsImage) -> bool {
    leaves_at_once(image) && loads_only_what_is_restored(image)
}

fn leaves_at_once(image: &VmcsImage) -> bool {
    let pin = image.get(control::PIN_CONTROLS);
    let required =
        PinControls::PREEMPTION_TIMER | PinControls::EXTERNAL_INTERRUPT_EXITING | PinControls::NMI_EXITING;
    pin.contains(required) && image.get(guest::PREEMPTION_TIMER) == 0 && !waits_for_sipi(image)
}

/// Whether all memory that the CPU follows addresses to is the experiment's: it changes no other, and the checker sees the same as the
/// CPU. A malformed link pointer is not followed.
#[must_use]
pub fn memory_is_known(image: &VmcsImage, good: &VmcsImage, places: &Places) -> bool {
    let secondary = image.get(control::SECONDARY_CONTROLS);
    let link = image.get(guest::VMCS_LINK_POINTER);
    let primary = image.get(control::PRIMARY_CONTROLS);
    // Without activation the CPU acts as if all secondary controls were 0.
    primary.contains(PrimaryControls::ACTIVATE_SECONDARY)
        && secondary.contains(SecondaryControls::EPT)
        && image.get(control::EPT_POINTER) & !0xFFF == places.ept_root()
        && places.fields().all(|(field, _)| {
            let address = image.raw(field);
            !Places::is_address(field) || address == good.raw(field) || places.owns(address)
        })
        && (link & 0xFFF != 0 || link >> 52 != 0 || places.owns(link))
        && list_is_safe(
            image,
            places,
            control::EXIT_MSR_STORE_ADDRESS.any(),
            control::EXIT_MSR_STORE_COUNT.any(),
        )
        && list_is_safe(
            image,
            places,
            control::ENTRY_MSR_LOAD_ADDRESS.any(),
            control::ENTRY_MSR_LOAD_COUNT.any(),
        )
}

/// Registers that only an exit with its own control gives back are not loaded; nor is SMM entered.
fn loads_only_what_is_restored(image: &VmcsImage) -> bool {
    let entry = image.get(control::ENTRY_CONTROLS);
    let exit = image.get(control::EXIT_CONTROLS);
    let both = |entry_bit, exit_bit| !entry.contains(entry_bit) || exit.contains(exit_bit);
    !entry.intersects(
        EntryControls::ENTRY_TO_SMM
            | EntryControls::DEACTIVATE_DUAL_MONITOR
            | EntryControls::LOAD_PERF_GLOBAL_CTRL
            | EntryControls::LOAD_BNDCFGS
            | EntryControls::LOAD_RTIT_CTL
            | EntryControls::LOAD_UINV
            | EntryControls::LOAD_LBR_CTL,
    ) && both(EntryControls::LOAD_CET, ExitControls::LOAD_CET)
        && both(EntryControls::LOAD_PKRS, ExitControls::LOAD_PKRS)
}
