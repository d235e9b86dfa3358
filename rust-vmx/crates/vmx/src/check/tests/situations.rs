//! Whole states that a CPU takes, and borders between those it takes and those it does not.

use super::case::Case;
use crate::event::Event;
use crate::field::{control, guest};
use crate::registers::{efer, rflags};

#[test]
fn the_states_to_start_from_keep_every_rule() {
    for start in [
        Case::real_mode,
        Case::long_mode,
        Case::protected_mode,
        Case::virtual_8086,
    ] {
        assert_eq!(start().broken(), [""; 0]);
    }
}

#[test]
fn compatibility_mode_is_taken_with_a_rip_of_32_bits() {
    let mut case = Case::long_mode();
    case.put(guest::CS_ACCESS_RIGHTS, 0xC09B);
    assert_eq!(case.broken(), ["rip_of_32_bits"]);
    case.put(guest::RIP, 0x10_0000);
    assert_eq!(case.broken(), [""; 0]);
}

#[test]
fn rip_needs_only_the_bits_above_the_linear_address_alike() {
    let broken = |rip, linear_bits| {
        let mut case = Case::long_mode();
        case.put(guest::RIP, rip);
        case.cpu.linear_bits = linear_bits;
        !case.broken().is_empty()
    };
    assert!(!broken(0x8000_0000_0000, 48), "behind the lower half");
    assert!(!broken(!0 << 48, 48));
    assert!(broken(0x00FF_0000_0000_0000, 48));
    assert!(!broken(0x00FF_0000_0000_0000, 57), "five-level paging");
    assert!(broken(1 << 63, 57));
    assert!(!broken(1 << 63, 64));
}

#[test]
fn an_interrupt_needs_a_guest_that_takes_it() {
    let mut case = Case::long_mode();
    case.put(
        control::ENTRY_INTERRUPTION_INFO,
        Event::interrupt(0x20).interruption_info(),
    );
    assert_eq!(case.broken(), ["rflags_if"]);
    case.set(guest::RFLAGS, rflags::IF);
    assert_eq!(case.broken(), [""; 0]);
}

#[test]
fn faults_carry_error_codes_where_the_mode_and_the_vector_say_so() {
    let broken = |start: fn() -> Case, event: Event| {
        let mut case = start();
        case.put(control::ENTRY_INTERRUPTION_INFO, event.interruption_info());
        case.broken()
    };
    assert_eq!(broken(Case::long_mode, Event::GP), [""; 0]);
    assert_eq!(broken(Case::long_mode, Event::UD), [""; 0]);
    assert_eq!(broken(Case::long_mode, Event::fault(13)), ["error_code_wanted"]);
    assert_eq!(
        broken(Case::long_mode, Event::fault_with_code(6, 0)),
        ["error_code_unwanted"]
    );
    assert_eq!(broken(Case::real_mode, Event::fault(13)), [""; 0]);
    assert_eq!(broken(Case::real_mode, Event::GP), ["error_code_in_real_mode"]);
}

/// Without "load IA32_EFER" the MSR is not looked at.
#[test]
fn efer_counts_only_when_it_is_loaded() {
    let mut case = Case::long_mode();
    case.put(guest::EFER, efer::SCE);
    assert_eq!(case.broken(), ["efer_lma_follows_control"]);
    case.clear(
        control::ENTRY_CONTROLS,
        crate::controls::EntryControls::LOAD_EFER.bits(),
    );
    assert_eq!(case.broken(), [""; 0]);
}

/// The checker looks at what a fuzzer or a broken hypervisor puts there, and always comes back.
#[test]
fn any_image_is_judged() {
    let mut seed = 0x9E37_79B9_7F4A_7C15u64;
    let mut broken = 0;
    for _ in 0..2000 {
        let mut case = Case::long_mode();
        for field in super::VmcsImage::fields() {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            if seed.is_multiple_of(5) {
                case.vmcs.set_raw(field, seed.rotate_left(32));
            }
        }
        broken += usize::from(!case.broken().is_empty());
    }
    assert_eq!(broken, 2000, "nobody writes a VMCS by chance");
}
