//! The page manager's bitmap.

use kernel_core::ffi::new_frame_bitmap;
use proptest::prelude::*;

#[test]
fn everything_is_in_use_at_first() {
    let mut bitmap = new_frame_bitmap(2);
    assert_eq!(bitmap.num_free(), 0);
    assert_eq!(bitmap.pin_mut().find_free(1), 0);
    assert!(bitmap.is_used(127));
}

#[test]
fn a_run_of_2_mib_is_aligned_to_2_mib() {
    let mut bitmap = new_frame_bitmap(64);
    bitmap.pin_mut().mark_free(1, 4095);
    assert_eq!(bitmap.pin_mut().find_free(512), 512);
    bitmap.pin_mut().mark_used(700, 1);
    assert_eq!(bitmap.pin_mut().find_free(512), 1024);
}

#[test]
fn what_lies_beyond_the_end_does_not_count() {
    let mut bitmap = new_frame_bitmap(1);
    bitmap.pin_mut().mark_free(60, 1000);
    bitmap.pin_mut().mark_free(500, 10);
    assert_eq!(bitmap.num_free(), 4);
    bitmap.pin_mut().mark_used(63, usize::MAX);
    assert_eq!(bitmap.num_free(), 3);
}

proptest! {
    /// Against a vector of flags and the definition: the lowest aligned run whose frames are all free.
    #[test]
    fn it_finds_what_a_search_of_all_frames_finds(
        steps in proptest::collection::vec((any::<bool>(), 0u64..520, 0usize..200, 0u32..=8), 1..80),
    ) {
        const FRAMES: usize = 512;
        let mut bitmap = new_frame_bitmap(FRAMES / 64);
        let mut used = vec![true; FRAMES];
        for (free, first, count, power) in steps {
            if free {
                bitmap.pin_mut().mark_free(first, count);
            } else {
                bitmap.pin_mut().mark_used(first, count);
            }
            used.iter_mut().skip(first as usize).take(count).for_each(|flag| *flag = !free);
            used[0] = true;

            prop_assert_eq!(bitmap.num_free(), used.iter().filter(|flag| !**flag).count());
            let wanted = 1usize << power;
            let run = used.chunks(wanted).position(|run| run.len() == wanted && run.iter().all(|flag| !flag));
            prop_assert_eq!(bitmap.pin_mut().find_free(wanted), run.map_or(0, |run| (run * wanted) as u64));
        }
    }
}
