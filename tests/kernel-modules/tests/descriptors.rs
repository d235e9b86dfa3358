//! The table of descriptors: lowest free number first, a limit, and no reference forgotten.

use kernel_modules::{self as kernel, errno};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;

const FIRST: usize = 3;

proptest! {
    #[test]
    fn gives_the_lowest_free_number(limit in 1usize..12, ops in vec(prop::option::of(0usize..16), 0..80)) {
        let mut table = kernel::new_descriptors(limit);
        let mut open = BTreeSet::new();
        for op in ops {
            if let Some(fd) = op {
                prop_assert_eq!(table.pin_mut().remove(fd), open.remove(&fd));
                prop_assert!(!table.pin_mut().is_open(fd));
            } else {
                let lowest = (FIRST..).find(|fd| !open.contains(fd)).unwrap();
                let expected = if open.len() < limit { lowest as i64 } else { -errno::EMFILE };
                prop_assert_eq!(table.pin_mut().add(), expected);
                if expected > 0 {
                    open.insert(lowest);
                }
            }
            prop_assert_eq!(table.pin_mut().count(), open.len());
            prop_assert_eq!(table.references() as usize, open.len());
            for fd in 0..16 {
                prop_assert_eq!(table.pin_mut().is_open(fd), open.contains(&fd));
            }
        }
    }
}
