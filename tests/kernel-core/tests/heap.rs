//! The kernel heap.

use kernel_core::ffi::new_heap;
use proptest::prelude::*;

const PAGE: usize = 4096;

#[test]
fn takes_no_memory_before_it_is_asked() {
    let heap = new_heap(64, 64);
    assert_eq!(heap.committed_pages(), 0);
    assert_eq!(heap.check().unwrap(), 0);
}

#[test]
fn memory_that_was_freed_is_used_again() {
    let mut heap = new_heap(64, 64);
    let first = heap.pin_mut().allocate(100, 16).unwrap();
    heap.pin_mut().free(first).unwrap();
    assert_eq!(heap.pin_mut().allocate(100, 16).unwrap(), first);
}

#[test]
fn gives_pages_back_when_it_empties() {
    let mut heap = new_heap(1024, 1024);
    let blocks: Vec<usize> = (0..200)
        .map(|_| heap.pin_mut().allocate(8000, 16).unwrap())
        .collect();
    let full = heap.committed_pages();
    assert!(full >= 200 * 8000 / PAGE);
    for block in blocks {
        heap.pin_mut().free(block).unwrap();
    }
    assert!(
        heap.committed_pages() <= 16,
        "{} of {full} pages are left",
        heap.committed_pages()
    );
}

#[test]
fn running_out_is_an_answer_and_freeing_helps() {
    let mut heap = new_heap(1024, 32);
    let mut blocks = Vec::new();
    loop {
        match heap.pin_mut().allocate(3000, 16).unwrap() {
            0 => break,
            block => blocks.push(block),
        }
    }
    assert!(blocks.len() > 30);
    heap.pin_mut().free(blocks.pop().unwrap()).unwrap();
    assert_ne!(heap.pin_mut().allocate(3000, 16).unwrap(), 0);
    assert_eq!(heap.pin_mut().allocate(usize::MAX, 16).unwrap(), 0);
    heap.check().unwrap();
}

#[test]
fn a_double_free_is_noticed() {
    let mut heap = new_heap(64, 64);
    let block = heap.pin_mut().allocate(64, 16).unwrap();
    let _keep = heap.pin_mut().allocate(64, 16).unwrap();
    heap.pin_mut().free(block).unwrap();
    let error = heap.pin_mut().free(block).unwrap_err().to_string();
    assert!(error.contains("freed twice"), "{error}");
}

#[test]
fn writing_over_the_end_is_noticed() {
    let mut heap = new_heap(64, 64);
    let block = heap.pin_mut().allocate(64, 16).unwrap();
    let _behind = heap.pin_mut().allocate(64, 16).unwrap();
    heap.pin_mut().poke(block + 64, 0);
    let error = heap.pin_mut().free(block).unwrap_err().to_string();
    assert!(error.contains("overwritten"), "{error}");
}

#[derive(Clone, Debug)]
enum Step {
    Allocate { size: usize, alignment: usize },
    Free { which: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let size = prop_oneof![8 => 0usize..300, 3 => 300usize..5000, 1 => 5000usize..40000];
    let allocate = (size, 4u32..=12).prop_map(|(size, power)| Step::Allocate {
        size,
        alignment: 1 << power,
    });
    let free = any::<usize>().prop_map(|which| Step::Free { which });
    proptest::collection::vec(prop_oneof![allocate, free], 1..300)
}

proptest! {
    /// Whatever is allocated and freed in whatever order: blocks are aligned, keep their contents, do not overlap (their
    /// patterns would), and the accounts are right after every step.
    #[test]
    fn any_sequence_keeps_the_heap_in_order(steps in steps(), budget in 8usize..200) {
        let mut heap = new_heap(1024, budget);
        let mut blocks = Vec::new();
        for step in steps {
            match step {
                Step::Allocate { size, alignment } => {
                    let block = heap.pin_mut().allocate(size, alignment).unwrap();
                    prop_assert_eq!(block % alignment, 0);
                    if block != 0 {
                        blocks.push(block);
                    }
                }
                Step::Free { which } if !blocks.is_empty() => {
                    let block = blocks.swap_remove(which % blocks.len());
                    heap.pin_mut().free(block).unwrap();
                }
                Step::Free { .. } => {}
            }
            prop_assert_eq!(heap.check().unwrap(), heap.used_bytes());
            prop_assert!(heap.committed_pages() <= budget);
        }
        for block in blocks {
            heap.pin_mut().free(block).unwrap();
        }
        prop_assert_eq!(heap.check().unwrap(), 0);
    }
}
