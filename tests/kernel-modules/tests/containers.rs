//! The kernel's containers against Rust's.

use kernel_modules as kernel;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};

#[derive(Debug, Clone)]
enum BitOp {
    Set(usize),
    Unset(usize),
    SetByte(usize, u8),
    FindClear(usize),
}

fn bit_ops(bits: usize) -> impl Strategy<Value = Vec<BitOp>> {
    vec(
        prop_oneof![
            (0..bits).prop_map(BitOp::Set),
            (0..bits).prop_map(BitOp::Unset),
            (0..bits.div_ceil(8), any::<u8>()).prop_map(|(byte, value)| BitOp::SetByte(byte, value)),
            (0..bits + 9).prop_map(BitOp::FindClear),
        ],
        0..200,
    )
}

proptest! {
    #[test]
    fn bitmap_is_a_vector_of_bools((bits, ops) in (1usize..300).prop_flat_map(|bits| (Just(bits), bit_ops(bits)))) {
        let mut bitmap = kernel::new_bitmap(bits);
        let mut model = vec![false; bits];
        for op in ops {
            match op {
                BitOp::Set(bit) => {
                    prop_assert_eq!(bitmap.pin_mut().set_bit(bit), !model[bit]);
                    model[bit] = true;
                }
                BitOp::Unset(bit) => {
                    prop_assert_eq!(bitmap.pin_mut().unset_bit(bit), model[bit]);
                    model[bit] = false;
                }
                BitOp::SetByte(byte, value) => {
                    bitmap.pin_mut().set_byte(byte, value);
                    for (bit, flag) in model[byte * 8..].iter_mut().take(8).enumerate() {
                        *flag = value >> bit & 1 == 1;
                    }
                }
                BitOp::FindClear(from) => {
                    let expected = (from..bits).find(|&bit| !model[bit]).unwrap_or(usize::MAX);
                    prop_assert_eq!(bitmap.find_clear(from), expected);
                }
            }
            prop_assert_eq!(bitmap.num_bits_set(), model.iter().filter(|&&bit| bit).count());
        }
        for (bit, &expected) in model.iter().enumerate() {
            prop_assert_eq!(bitmap.get_bit(bit), expected);
        }
        let last_byte = (bits - 1) / 8;
        let beyond = u32::from(bitmap.get_byte(last_byte)) >> (bits - last_byte * 8);
        prop_assert_eq!(beyond, 0, "no bit exists behind the end");
    }

    #[test]
    fn ring_buffer_is_a_bounded_queue(capacity in 1usize..20, ops in vec(prop::option::of(0..40_u32), 0..200)) {
        let mut ring = kernel::new_ring(capacity);
        prop_assert!(ring.capacity() >= capacity);
        let mut model = VecDeque::new();
        let mut dropped = 0;
        for op in ops {
            if let Some(element) = op {
                let fits = model.len() < ring.capacity();
                prop_assert_eq!(ring.pin_mut().put(element), fits);
                if fits { model.push_back(element) } else { dropped += 1 }
            } else {
                let mut element = 0;
                let got = ring.pin_mut().get(&mut element).then_some(element);
                prop_assert_eq!(got, model.pop_front());
            }
            prop_assert_eq!(ring.count(), model.len());
            prop_assert_eq!(ring.dropped(), dropped);
            let held = (0..40).filter(|&element| ring.holds(element));
            prop_assert!(held.eq((0..40).filter(|element| model.contains(element))));
        }
    }

    #[test]
    fn fifo_is_a_bounded_queue(
        capacity in 1usize..20, overwrite: bool, ops in vec(prop::option::of(any::<u32>()), 0..200)
    ) {
        let mut queue = kernel::new_queue(capacity, overwrite);
        let mut model = VecDeque::new();
        for op in ops {
            if let Some(element) = op {
                let full = model.len() == capacity;
                prop_assert_eq!(queue.pin_mut().put(element), !full);
                if full && overwrite {
                    model.pop_front();
                }
                if !full || overwrite {
                    model.push_back(element);
                }
            } else {
                let (mut ahead, mut element) = (0, 0);
                let peeked = queue.pin_mut().peek_ahead(&mut ahead).then_some(ahead);
                let got = queue.pin_mut().try_get(&mut element).then_some(element);
                prop_assert_eq!(peeked, got);
                prop_assert_eq!(got, model.pop_front());
            }
            prop_assert_eq!(queue.pin_mut().count(), model.len());
        }
    }
}

#[test]
fn ring_buffer_keeps_order_between_two_threads() {
    for capacity in [1, 2, 64] {
        let received = kernel::ring_between_threads(capacity, 20_000);
        assert!(received.iter().copied().eq(0..20_000), "capacity {capacity}");
    }
}

#[test]
fn fifo_loses_and_reorders_nothing_between_threads() {
    const PRODUCERS: u32 = 4;
    const EACH: u32 = 5_000;
    for capacity in [1, 7] {
        let received = kernel::queue_between_threads(capacity, PRODUCERS, EACH);
        for producer in 0..PRODUCERS {
            let range = producer * EACH..(producer + 1) * EACH;
            let of_producer = received.iter().copied().filter(|element| range.contains(element));
            assert!(
                of_producer.eq(range.clone()),
                "capacity {capacity}, producer {producer}"
            );
        }
    }
}

#[derive(Debug, Clone)]
enum ListOp {
    PushBack(i32),
    PushFront(i32),
    Insert(usize, i32),
    Erase(usize, usize),
    Resize(usize, i32),
    Remove(i32),
    Rotate(usize),
    Sort,
}

fn list_op() -> impl Strategy<Value = ListOp> {
    let value = || -5..5i32;
    prop_oneof![
        4 => value().prop_map(ListOp::PushBack),
        2 => value().prop_map(ListOp::PushFront),
        2 => (any::<usize>(), value()).prop_map(|(index, value)| ListOp::Insert(index, value)),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(begin, count)| ListOp::Erase(begin, count)),
        1 => (0usize..40, value()).prop_map(|(size, value)| ListOp::Resize(size, value)),
        1 => value().prop_map(ListOp::Remove),
        1 => any::<usize>().prop_map(ListOp::Rotate),
        1 => Just(ListOp::Sort),
    ]
}

proptest! {
    #[test]
    fn list_is_a_vector(ops in vec(list_op(), 0..100)) {
        let mut list = kernel::new_numbers();
        let mut model: Vec<i32> = Vec::new();
        for op in ops {
            let length = model.len();
            match op {
                ListOp::PushBack(value) => {
                    list.pin_mut().push_back(value);
                    model.push(value);
                }
                ListOp::PushFront(value) => {
                    list.pin_mut().push_front(value);
                    model.insert(0, value);
                }
                ListOp::Insert(index, value) => {
                    let index = index % (length + 1);
                    list.pin_mut().insert(index, value);
                    model.insert(index, value);
                }
                ListOp::Erase(begin, count) => {
                    let begin = begin % (length + 1);
                    let end = begin + count % (length - begin + 1);
                    list.pin_mut().erase(begin, end);
                    model.drain(begin..end);
                }
                ListOp::Resize(size, value) => {
                    list.pin_mut().resize(size, value);
                    model.resize(size, value);
                }
                ListOp::Remove(value) => {
                    list.pin_mut().remove(value);
                    model.retain(|&element| element != value);
                }
                ListOp::Rotate(middle) => {
                    let middle = middle % (length + 1);
                    list.pin_mut().rotate(middle);
                    model.rotate_left(middle);
                }
                ListOp::Sort => {
                    list.pin_mut().sort();
                    model.sort_unstable();
                }
            }
            prop_assert_eq!(&list.contents(), &model);
        }
    }

    #[test]
    fn map_is_a_tree_map(ops in vec(("[a-c]{0,2}", -9..9i32, 0..3u8), 0..100)) {
        let mut map = kernel::new_dictionary();
        let mut model = BTreeMap::new();
        for (key, value, op) in ops {
            match op {
                0 => {
                    map.pin_mut().set(&key, value);
                    model.insert(key.clone(), value);
                }
                1 => {
                    let new = !model.contains_key(&key);
                    prop_assert_eq!(map.pin_mut().insert(&key, value), new);
                    model.entry(key.clone()).or_insert(value);
                }
                _ => prop_assert_eq!(map.pin_mut().erase(&key), model.remove(&key).is_some()),
            }
            prop_assert_eq!(map.lookup(&key, 99), model.get(&key).copied().unwrap_or(99));
            prop_assert!(map.keys().iter().eq(model.keys()));
        }
    }

    #[test]
    fn string_behaves_as_rusts(a in "[a-c]{0,12}", b in "[a-c]{0,3}", from in 0usize..14, count in 0usize..14) {
        prop_assert_eq!(kernel::string_append(&a, &b), a.clone() + &b);
        prop_assert_eq!(kernel::string_append_self(&a), a.repeat(2));
        let begin = from.min(a.len());
        let end = (begin + count).min(a.len());
        prop_assert_eq!(kernel::string_substr(&a, from, count), &a[begin..end]);
        prop_assert_eq!(kernel::string_erase(&a, from, count), a[..begin].to_string() + &a[end..]);
        let found = a.get(from..).and_then(|rest| rest.find(&b)).map_or(usize::MAX, |position| position + from);
        prop_assert_eq!(kernel::string_find(&a, &b, from), found);
        prop_assert_eq!(kernel::string_rfind(&a, b'b'), a.rfind('b').unwrap_or(usize::MAX));
        prop_assert_eq!(kernel::string_compare(&a, &b), a.cmp(&b) as i32);
    }
}
