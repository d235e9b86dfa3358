//! Inputs made from inputs, without knowledge of what they mean.

use vmx::cross_check::random::Random;

/// Values at the edges of things.
const EDGES: [u64; 12] = [
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    u64::MAX,
];
/// The longest input that mutations make.
const LONGEST: usize = 4096;

/// A new input from one of `corpus`, or from nothing if that is empty.
pub fn mutate(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let any = |random: &mut Random| match corpus {
        [] => Vec::new(),
        _ => corpus[random.below(corpus.len())].clone(),
    };
    let mut input = any(random);
    for _ in 0..1 + random.below(6) {
        change(&mut input, random, &any);
    }
    input.truncate(LONGEST);
    input
}

fn change(input: &mut Vec<u8>, random: &mut Random, any: &impl Fn(&mut Random) -> Vec<u8>) {
    let at = random.below(input.len() + 1);
    match random.below(9) {
        0 => insert(input, at, random),
        1 => input.truncate(at),
        2 => splice(input, at, &any(random), random),
        3 => repeat(input, at, random),
        4 => remove(input, at, random),
        5 => {
            let (size, value) = (1 << random.below(4), random.pick(&EDGES));
            overwrite(input, at, &value.to_le_bytes()[..size]);
        }
        6 => nudge(input, at, random),
        7 => overwrite(input, at, &[random.word() as u8]),
        _ => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
    }
}

fn overwrite(input: &mut [u8], at: usize, bytes: &[u8]) {
    for (place, byte) in input[at..].iter_mut().zip(bytes) {
        *place = *byte;
    }
}

fn insert(input: &mut Vec<u8>, at: usize, random: &mut Random) {
    let bytes: Vec<u8> = (0..1 + random.below(16)).map(|_| random.word() as u8).collect();
    input.splice(at..at, bytes);
}

fn remove(input: &mut Vec<u8>, at: usize, random: &mut Random) {
    let end = (at + 1 + random.below(16)).min(input.len());
    input.drain(at..end);
}

/// A number goes up or down by a little.
fn nudge(input: &mut [u8], at: usize, random: &mut Random) {
    let difference = (random.below(32) as u8).wrapping_sub(16);
    if let Some(byte) = input.get_mut(at) {
        *byte = byte.wrapping_add(difference);
    }
}

/// A stretch of the input once more.
fn repeat(input: &mut Vec<u8>, at: usize, random: &mut Random) {
    let end = (at + 1 + random.below(64)).min(input.len());
    let stretch = input[at..end].to_vec();
    for _ in 0..1 + random.below(4) {
        input.splice(end..end, stretch.iter().copied());
    }
}

/// The beginning of this input and the end of another.
fn splice(input: &mut Vec<u8>, at: usize, other: &[u8], random: &mut Random) {
    input.truncate(at);
    input.extend_from_slice(&other[random.below(other.len() + 1)..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn mutations_are_many_bounded_and_come_again_with_their_seed() {
        let corpus = [(0..100).collect::<Vec<u8>>(), vec![0x5A; 300], Vec::new()];
        let run = || {
            let mut random = Random::new(7);
            (0..1000)
                .map(|_| mutate(&corpus, &mut random))
                .collect::<Vec<_>>()
        };
        let inputs = run();
        assert_eq!(inputs, run());
        assert!(inputs.iter().all(|input| input.len() <= LONGEST));
        assert!(inputs.iter().collect::<BTreeSet<_>>().len() > 700);
        let mut random = Random::new(7);
        assert!((0..100).any(|_| !mutate(&[], &mut random).is_empty()));
    }
}
