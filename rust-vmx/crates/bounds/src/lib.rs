//! Arrays and slices whose access cannot fail.
//!
//! Where a guest has a say in an index, indexing could panic, and the panic would be the host's. The crates of the
//! hypervisor deny the lint `indexing_slicing` and use what is here instead: what hardware does with a number that has too
//! many bits is to leave the upper ones unconnected, and that is [`Cyclic`]; what a transfer does at the end of a buffer is
//! to stop, and that is [`Clip`] and [`copy`].
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]
// No panic that a guest can reach.
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

use core::ops::{Index, IndexMut};
use serde::{Deserialize, Serialize};

/// An array whose index wraps, as an address decoder with too few lines does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    transparent,
    bound(serialize = "[T; N]: Serialize", deserialize = "[T; N]: Deserialize<'de>")
)]
#[repr(transparent)]
pub struct Cyclic<T, const N: usize>(pub [T; N]);

impl<T, const N: usize> Index<usize> for Cyclic<T, N> {
    type Output = T;

    #[expect(
        clippy::indexing_slicing,
        reason = "a remainder is below its divisor; an empty array does not compile"
    )]
    #[inline]
    fn index(&self, index: usize) -> &T {
        const { assert!(N > 0) };
        &self.0[index % N]
    }
}

impl<T, const N: usize> IndexMut<usize> for Cyclic<T, N> {
    #[expect(
        clippy::indexing_slicing,
        reason = "a remainder is below its divisor; an empty array does not compile"
    )]
    #[inline]
    fn index_mut(&mut self, index: usize) -> &mut T {
        const { assert!(N > 0) };
        &mut self.0[index % N]
    }
}

impl<T, const N: usize> Cyclic<T, N> {
    /// The elements in order, once each.
    pub fn iter(&self) -> core::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> core::slice::IterMut<'_, T> {
        self.0.iter_mut()
    }
}

impl<T: Default, const N: usize> Default for Cyclic<T, N> {
    fn default() -> Self {
        Self(core::array::from_fn(|_| T::default()))
    }
}

/// Parts of a slice that end where the slice does.
pub trait Clip {
    /// The first `count` elements, or all if there are fewer.
    fn upto(&self, count: usize) -> &Self;
    /// The same, to be changed.
    fn upto_mut(&mut self, count: usize) -> &mut Self;
    /// What follows the first `count` elements, which may be nothing.
    fn past(&self, count: usize) -> &Self;
    /// The same, to be changed.
    fn past_mut(&mut self, count: usize) -> &mut Self;
}

impl<T> Clip for [T] {
    #[inline]
    fn upto(&self, count: usize) -> &Self {
        self.get(..count).unwrap_or(self)
    }

    #[inline]
    fn upto_mut(&mut self, count: usize) -> &mut Self {
        let count = count.min(self.len());
        self.get_mut(..count).unwrap_or_default()
    }

    #[inline]
    fn past(&self, count: usize) -> &Self {
        self.get(count..).unwrap_or_default()
    }

    #[inline]
    fn past_mut(&mut self, count: usize) -> &mut Self {
        self.get_mut(count..).unwrap_or_default()
    }
}

/// Copies from the beginning of one slice to the beginning of another, as far as both reach; the number of elements.
#[inline]
pub fn copy<T: Copy>(to: &mut [T], from: &[T]) -> usize {
    let count = to.len().min(from.len());
    to.upto_mut(count).copy_from_slice(from.upto(count));
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_wraps() {
        let mut array = Cyclic([1, 2, 3]);
        array[4] = 7;
        assert_eq!((array[0], array[1], array[5]), (1, 7, 3));
        assert_eq!(array.iter().sum::<i32>(), 11);
        assert_eq!(array[usize::MAX], array[usize::MAX % 3]);
        assert_eq!(Cyclic::<u8, 4>::default(), Cyclic([0; 4]));
    }

    #[test]
    fn parts_end_where_the_slice_does() {
        let mut bytes = [1, 2, 3];
        assert_eq!((bytes.upto(2), bytes.upto(9)), (&[1, 2][..], &[1, 2, 3][..]));
        assert_eq!((bytes.past(2), bytes.past(9)), (&[3][..], &[][..]));
        bytes.upto_mut(1).fill(8);
        bytes.past_mut(2).fill(9);
        bytes.past_mut(4).fill(0);
        bytes.upto_mut(0).fill(0);
        assert_eq!(bytes, [8, 2, 9]);
        assert_eq!(bytes.upto_mut(7).len(), 3);
    }

    #[test]
    fn a_copy_is_as_long_as_the_shorter() {
        let mut to = [0; 4];
        assert_eq!(copy(&mut to, &[1, 2]), 2);
        assert_eq!(copy(to.past_mut(3), &[5, 6]), 1);
        assert_eq!(to, [1, 2, 0, 5]);
    }
}
