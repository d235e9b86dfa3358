//! The four levels of page tables.

use kernel_core::ffi::new_page_tables;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn a_page_needs_three_tables_below_the_root() {
    let mut tables = new_page_tables(10);
    assert!(tables.pin_mut().map(0x123, 7));
    assert_eq!(tables.table_pages(), 4);
    assert_eq!(tables.frame_of(0x123), 7);
    assert_eq!(tables.size_of(0x123), 4096);
    assert_eq!(tables.frame_of(0x124), 0);
}

#[test]
fn a_mapped_page_is_not_mapped_again() {
    let mut tables = new_page_tables(10);
    assert!(tables.pin_mut().map(5, 7));
    assert!(!tables.pin_mut().map(5, 8));
    assert_eq!(tables.frame_of(5), 7);
}

#[test]
fn without_memory_for_a_table_nothing_changes() {
    for budget in 1..4 {
        let mut tables = new_page_tables(budget);
        assert!(!tables.pin_mut().map(0x7_FFFF_FFFF, 7));
        assert_eq!(tables.table_pages(), 1, "budget of {budget} pages");
        assert_eq!(tables.frame_of(0x7_FFFF_FFFF), 0);
    }
}

#[test]
fn empty_tables_go_and_used_ones_stay() {
    let mut tables = new_page_tables(10);
    assert!(tables.pin_mut().map(0, 7));
    assert!(tables.pin_mut().map(512, 8)); // the next page table of the same directory
    assert_eq!(tables.table_pages(), 5);
    assert_eq!(tables.pin_mut().unmap(0), 7);
    assert_eq!(tables.table_pages(), 4);
    assert_eq!(tables.frame_of(512), 8);
    assert_eq!(tables.pin_mut().unmap(512), 8);
    assert_eq!(tables.table_pages(), 1);
}

#[test]
fn a_large_page_is_found_for_each_of_its_small_ones() {
    let mut tables = new_page_tables(10);
    tables.pin_mut().map_large(1024, 0x200);
    assert_eq!(tables.size_of(1024), 2 << 20);
    assert_eq!(tables.frame_of(1024 + 37), 0x200 + 37);
    assert_eq!(tables.frame_of(1536), 0);
    assert!(!tables.pin_mut().map(1030, 5));
}

proptest! {
    /// The tables behave as a map from pages to frames, and destroying them hands out each frame once and frees every table.
    #[test]
    fn they_are_a_map(steps in proptest::collection::vec((any::<bool>(), page(), 1u64..1 << 28), 1..200)) {
        let mut tables = new_page_tables(usize::MAX);
        let mut model = BTreeMap::new();
        for (map, page, frame) in steps {
            if map {
                prop_assert_eq!(tables.pin_mut().map(page, frame), !model.contains_key(&page));
                model.entry(page).or_insert(frame);
            } else {
                prop_assert_eq!(tables.pin_mut().unmap(page), model.remove(&page).unwrap_or(0));
            }
        }
        for (page, frame) in &model {
            prop_assert_eq!(tables.frame_of(*page), *frame);
        }
        let frames: Vec<u64> = model.into_values().collect();
        prop_assert_eq!(tables.pin_mut().destroy(), frames);
        prop_assert_eq!(tables.table_pages(), 0);
    }
}

/// Pages of the lower half, close enough together that they share tables on every level.
fn page() -> impl Strategy<Value = u64> {
    (0u64..2, 0u64..2, 0u64..3, 0u64..4).prop_map(|(a, b, c, d)| a << 27 | b << 18 | c << 9 | d)
}
