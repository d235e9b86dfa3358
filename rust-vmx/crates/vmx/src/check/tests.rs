//! Images that keep every rule, and for every rule one that breaks it.

use super::*;
use crate::capability::Capabilities;
use crate::capability::tests::skylake_x;

/// A CPU as Bochs' corei7_skylake_x.
fn cpu() -> EntryCapabilities {
    EntryCapabilities::new(Capabilities::from_msrs(skylake_x), |leaf, _| match leaf {
        0 => [0x16, 0, 0, 0],
        0x8000_0000 => [0x8000_0008, 0, 0, 0],
        0x8000_0001 => [0, 0, 0, 1 << 11 | 1 << 20 | 1 << 29],
        0x8000_0008 => [48 << 8 | 40, 0, 0, 0],
        _ => [0; 4],
    })
}

#[test]
fn rules_have_names_of_their_own() {
    let mut names: std::vec::Vec<_> = rules().map(|rule| rule.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert_eq!(cpu().physical_bits, 40);
}
