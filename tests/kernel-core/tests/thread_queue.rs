//! The queues threads hang in.

use kernel_core::ffi::new_queues;
use proptest::prelude::*;
use std::collections::VecDeque;

#[test]
fn first_in_first_out() {
    let mut queues = new_queues(3);
    for link in 0..3 {
        queues.pin_mut().push_back(0, link);
    }
    assert_eq!(queues.pin_mut().pop_front(0), 0);
    assert_eq!(queues.pin_mut().pop_front(0), 1);
    assert_eq!(queues.pin_mut().pop_front(0), 2);
    assert_eq!(queues.pin_mut().pop_front(0), -1);
}

#[test]
fn removing_what_is_in_no_queue_does_nothing() {
    let mut queues = new_queues(2);
    queues.pin_mut().push_back(0, 0);
    queues.pin_mut().remove(1);
    queues.pin_mut().remove(0);
    queues.pin_mut().remove(0);
    assert!(queues.contents(0).is_empty());
}

proptest! {
    /// Two queues that exchange links behave as two VecDeques.
    #[test]
    fn they_are_lists(steps in proptest::collection::vec((0u8..5, 0usize..2, 0usize..8, 0usize..8), 1..200)) {
        let mut queues = new_queues(8);
        let mut model = [VecDeque::new(), VecDeque::new()];
        for (operation, queue, link, position) in steps {
            let linked = model.iter().any(|list| list.contains(&link));
            match operation {
                0 if !linked => {
                    queues.pin_mut().push_back(queue, link);
                    model[queue].push_back(link);
                }
                1 if !linked => {
                    queues.pin_mut().push_front(queue, link);
                    model[queue].push_front(link);
                }
                2 => {
                    let popped = queues.pin_mut().pop_front(queue);
                    prop_assert_eq!(popped, model[queue].pop_front().map_or(-1, |link| link as isize));
                }
                3 => {
                    queues.pin_mut().remove(link);
                    model.iter_mut().for_each(|list| list.retain(|&other| other != link));
                }
                4 if !linked => {
                    for list in &mut model {
                        if let Some(index) = list.iter().position(|&other| other == position) {
                            queues.pin_mut().insert_before(position, link);
                            list.insert(index, link);
                        }
                    }
                }
                _ => {}
            }
            for (queue, list) in model.iter().enumerate() {
                prop_assert_eq!(&queues.contents(queue), &Vec::from(list.clone()));
            }
            for link in 0..8 {
                prop_assert_eq!(queues.is_linked(link), model.iter().any(|list| list.contains(&link)));
            }
        }
    }
}
