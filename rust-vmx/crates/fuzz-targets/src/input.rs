//! A fuzzer's bytes, read as choices.

/// The bytes that are left. After the end every choice is 0, so that each input means something and mutations that make
/// one shorter or longer keep the meaning of its beginning.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// All bytes of a run.
    #[must_use]
    pub const fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Up to `count` bytes.
    pub fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, left) = self.0.split_at(count.min(self.0.len()));
        self.0 = left;
        taken
    }

    /// Everything that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        self.bytes(usize::MAX)
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        let taken = self.bytes(N);
        array[..taken.len()].copy_from_slice(taken);
        array
    }

    /// 8 bits.
    pub fn byte(&mut self) -> u8 {
        u8::from_le_bytes(self.array())
    }

    /// 16 bits.
    pub fn word(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    /// 32 bits.
    pub fn long(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    /// 64 bits.
    pub fn quad(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    /// One of a list.
    ///
    /// # Panics
    /// If the list is empty: a mistake of the target.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::from(self.byte()) % list.len()]
    }

    /// A number of any size in few bytes: four bits, shifted.
    pub fn magnitude(&mut self) -> u64 {
        let byte = self.byte();
        u64::from(byte >> 4) << (4 * (byte & 0xF))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_from_front_to_back_and_end_in_zeros() {
        let mut input = Input::new(&[1, 2, 3, 4, 5, 0x3F, 7]);
        assert_eq!((input.byte(), input.word()), (1, 0x0302));
        assert_eq!(input.pick(&[10, 20, 30]), 20);
        assert_eq!(input.bytes(1), [5]);
        assert_eq!(input.magnitude(), 3 << 60);
        assert!(!input.is_empty());
        assert_eq!((input.long(), input.quad(), input.rest()), (7, 0, &[][..]));
        assert!(input.is_empty());
    }
}
