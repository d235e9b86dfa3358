//! Allocations with pages of their own.

use kernel_core::ffi::new_large_allocations;

const KIB: usize = 1024;

#[test]
fn the_last_one_that_was_freed_is_used_again() {
    let mut large = new_large_allocations(64);
    let first = large.pin_mut().allocate(60 * KIB + 1);
    assert_eq!((large.size_of(first), large.used_bytes()), (64 * KIB, 64 * KIB));
    assert!(large.pin_mut().free(first));
    assert_eq!((large.used_bytes(), large.visible_bytes()), (0, 0));
    assert_eq!(large.committed_bytes().unwrap(), 64 * KIB);
    assert_eq!(large.pin_mut().allocate(64 * KIB), first);
    assert_eq!(large.used_bytes(), large.committed_bytes().unwrap());
}

#[test]
fn what_waits_is_freed_already() {
    let mut large = new_large_allocations(64);
    let first = large.pin_mut().allocate(32 * KIB);
    assert!(large.pin_mut().free(first));
    assert!(!large.pin_mut().free(first), "a double free");
    assert_eq!(large.size_of(first), 0);
}

#[test]
fn one_waits_and_no_large_one() {
    let mut large = new_large_allocations(256);
    let [small, other, huge] = [32, 48, 128].map(|size| large.pin_mut().allocate(size * KIB));
    assert!(large.pin_mut().free(small) && large.pin_mut().free(other));
    assert_eq!(large.committed_bytes().unwrap(), (48 + 128) * KIB);
    assert!(large.pin_mut().free(huge));
    assert_eq!(large.committed_bytes().unwrap(), 48 * KIB);
}

#[test]
fn one_that_waits_can_be_made_to_give_its_pages_back() {
    let mut large = new_large_allocations(16);
    let first = large.pin_mut().allocate(64 * KIB);
    assert_eq!(large.pin_mut().allocate(32 * KIB), 0);
    assert!(!large.pin_mut().release_spare(), "nothing waits");
    assert!(large.pin_mut().free(first));
    assert_eq!(large.pin_mut().allocate(32 * KIB), 0);
    assert!(large.pin_mut().release_spare());
    assert_eq!(large.committed_bytes().unwrap(), 0);
    assert_ne!(large.pin_mut().allocate(32 * KIB), 0);
    assert_eq!(large.committed_bytes().unwrap(), 32 * KIB);
}
