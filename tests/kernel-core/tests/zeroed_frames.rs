//! The page manager's map of frames that are zero already.

use kernel_core::ffi::new_zeroed_frames;
use proptest::prelude::*;

#[test]
fn a_stock_of_the_lowest_frames_is_zeroed() {
    let mut frames = new_zeroed_frames(64, 600);
    let order: Vec<u64> = (0..601).map(|_| frames.pin_mut().zero_ahead()).collect();
    assert_eq!(order, (1..=600).chain([0]).collect::<Vec<u64>>());
    assert_eq!(frames.num_zeroed(), 600);
}

#[test]
fn what_was_zeroed_ahead_need_not_be_zeroed_when_it_is_taken() {
    let mut frames = new_zeroed_frames(64, 700);
    while frames.pin_mut().zero_ahead() != 0 {}
    assert_eq!(frames.pin_mut().take(512).unwrap(), 512);
    assert_eq!(frames.zeroed_late(), 1024 - 701);
    assert_eq!(frames.num_zeroed(), 511);
    assert_eq!(frames.pin_mut().take(1).unwrap(), 1);
    assert_eq!(frames.zeroed_late(), 1024 - 701);
}

#[test]
fn what_comes_back_is_zeroed_again_beyond_the_stock_too() {
    let mut frames = new_zeroed_frames(1, 10);
    while frames.pin_mut().zero_ahead() != 0 {}
    let taken: Vec<u64> = (0..10).map(|_| frames.pin_mut().take(1).unwrap()).collect();
    while frames.pin_mut().zero_ahead() != 0 {}
    assert_eq!(frames.num_zeroed(), 10);
    for frame in taken {
        frames.pin_mut().give_back(frame, 1);
    }
    while frames.pin_mut().zero_ahead() != 0 {}
    assert_eq!(frames.num_zeroed(), 20);
}

#[test]
fn without_a_stock_nothing_is_touched() {
    let mut frames = new_zeroed_frames(4, 0);
    let first = frames.pin_mut().take(4).unwrap();
    frames.pin_mut().give_back(first, 4);
    assert_eq!(frames.pin_mut().zero_ahead(), 0);
}

proptest! {
    /// No frame is handed out dirty, none is zeroed twice, and there is no end of memory before its end.
    #[test]
    fn nobody_gets_what_another_has_left(
        stock in 0usize..300,
        steps in proptest::collection::vec((0u8..3, 0u32..=7, any::<prop::sample::Index>()), 1..120),
    ) {
        let mut frames = new_zeroed_frames(8, stock);
        let mut taken: Vec<(u64, usize)> = Vec::new();
        for (step, power, index) in steps {
            match step {
                0 => {
                    let first = frames.pin_mut().take(1 << power).unwrap();
                    if first != 0 {
                        taken.push((first, 1 << power));
                    }
                }
                1 if !taken.is_empty() => {
                    let (first, count) = taken.swap_remove(index.index(taken.len()));
                    frames.pin_mut().give_back(first, count);
                }
                _ => {
                    let before = frames.num_zeroed();
                    let zeroed = (0..1 << power).take_while(|_| frames.pin_mut().zero_ahead() != 0).count();
                    prop_assert_eq!(frames.num_zeroed(), before + zeroed);
                }
            }
        }
        for (first, count) in taken {
            frames.pin_mut().give_back(first, count);
        }
        let all = std::iter::from_fn(|| Some(frames.pin_mut().take(1).unwrap()).filter(|&frame| frame != 0));
        prop_assert_eq!(all.count(), 511);
        prop_assert_eq!(frames.num_zeroed(), 0);
    }
}
