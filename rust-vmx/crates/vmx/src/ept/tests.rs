//! The tables against a model, on frames of ordinary memory.

use super::*;
use crate::frames::fake::FakeFrames;
use proptest::prelude::*;
use std::collections::BTreeMap;

const FULL: EptFeatures = EptFeatures {
    size_2m: true,
    size_1g: true,
    execute_only: true,
};

/// # Safety
/// Nothing walks these tables but the test.
unsafe fn map<F: Frames + Clone>(
    ept: &mut Ept<F>,
    gpa: u64,
    hpa: u64,
    size: PageSize,
) -> Result<(), EptError> {
    // SAFETY: no guest runs on them.
    unsafe { ept.map(Gpa(gpa), Hpa(hpa), size, Permissions::ALL) }
}

#[test]
fn the_pointer_says_write_back_and_four_levels() {
    let frames = FakeFrames::new(8);
    let ept = Ept::new(&frames, FULL).unwrap();
    assert_eq!(ept.root().pointer() & 0xFFF, 0b001_1110);
}

#[test]
fn the_root_outlives_the_tables_empty_and_then_everything_is_free() {
    let frames = FakeFrames::new(8);
    let mut ept = Ept::new(&frames, FULL).unwrap();
    // SAFETY: no guest runs.
    unsafe { map(&mut ept, 0x1000, 0x5000, PageSize::Size4K) }.unwrap();
    assert_eq!((frames.outstanding(), ept.table_frames()), (4, 4));
    let root = ept.root();
    let before = root.generation();
    drop(ept);
    assert_ne!(root.generation(), before);
    assert_eq!(frames.outstanding(), 1);
    let mut entries = [1; 4096];
    root.table.read(0, &mut entries);
    assert_eq!(entries, [0; 4096]);
    drop(root);
    assert_eq!(frames.outstanding(), 0);
}

#[test]
fn running_out_of_frames_leaves_nothing_behind() {
    let frames = FakeFrames::new(3);
    let mut ept = Ept::new(&frames, FULL).unwrap();
    // SAFETY: no guest runs.
    let result = unsafe { map(&mut ept, 0, 0, PageSize::Size4K) };
    assert_eq!(result, Err(EptError::OutOfFrames));
    assert_eq!(frames.outstanding(), 1);
    // SAFETY: no guest runs. Two tables are enough for a large page.
    assert_eq!(unsafe { map(&mut ept, 0, 0, PageSize::Size2M) }, Ok(()));
}

#[test]
fn what_the_cpu_cannot_do_is_refused() {
    let frames = FakeFrames::new(8);
    let mut ept = Ept::new(&frames, EptFeatures::default()).unwrap();
    // SAFETY: no guest runs.
    unsafe {
        assert_eq!(map(&mut ept, 0, 0, PageSize::Size2M), Err(EptError::Unsupported));
        assert_eq!(
            map(&mut ept, 0x800, 0, PageSize::Size4K),
            Err(EptError::BadAddress)
        );
        assert_eq!(
            map(&mut ept, GPA_LIMIT, 0, PageSize::Size4K),
            Err(EptError::BadAddress)
        );
        for odd in [Permissions::WRITE, Permissions::EXECUTE, Permissions::empty()] {
            assert_eq!(
                ept.map(Gpa(0), Hpa(0), PageSize::Size4K, odd),
                Err(EptError::Unsupported)
            );
        }
    }
}

#[test]
fn a_run_is_mapped_as_a_whole_or_not_at_all() {
    let frames = FakeFrames::new(8);
    let mut ept = Ept::new(&frames, FULL).unwrap();
    let run = |ept: &mut Ept<_>, gpa, count| {
        // SAFETY: no guest runs.
        unsafe {
            ept.map_run(
                Gpa(gpa),
                Hpa(0x10_0000),
                PageSize::Size4K,
                count,
                Permissions::ALL,
            )
        }
    };
    assert_eq!(run(&mut ept, 0x1F_0000, 16), Ok(()));
    let last = ept.translate(Gpa(0x1F_F123)).unwrap();
    assert_eq!((last.hpa, last.size), (Hpa(0x10_F123), PageSize::Size4K));
    assert_eq!(run(&mut ept, 0x1E_8000, 16), Err(EptError::AlreadyMapped));
    assert!(ept.translate(Gpa(0x1E_8000)).is_none());
    assert_eq!(
        run(&mut ept, 0x3F_8000, 16),
        Err(EptError::BadAddress),
        "two tables"
    );
}

#[test]
fn only_what_takes_rights_away_makes_translations_stale() {
    let frames = FakeFrames::new(8);
    let mut ept = Ept::new(&frames, FULL).unwrap();
    let root = ept.root();
    // SAFETY: no guest runs.
    unsafe { map(&mut ept, 0, 0x7000, PageSize::Size4K) }.unwrap();
    assert_eq!(root.generation(), 0);
    ept.protect(Gpa(0), Permissions::READ).unwrap();
    let protected = root.generation();
    assert_ne!(protected, 0);
    ept.unmap(Gpa(0)).unwrap();
    assert_ne!(root.generation(), protected);
}

#[derive(Clone, Copy, Debug)]
enum Op {
    Map(u64, u64, PageSize),
    Unmap(u64),
    Protect(u64, Permissions),
}

/// Addresses near each other, so that operations meet: a few gibibytes, 2 MiB and 4 KiB pages of each.
fn address() -> impl Strategy<Value = u64> {
    (0..3u64, 0..3u64, 0..3u64).prop_map(|(g, m, k)| g << 39 | g << 30 | m << 21 | k << 12)
}

fn size() -> impl Strategy<Value = PageSize> {
    prop_oneof![
        Just(PageSize::Size4K),
        Just(PageSize::Size2M),
        Just(PageSize::Size1G)
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        (address(), address(), size()).prop_map(|(gpa, hpa, size)| {
            let mask = !(size.bytes() - 1);
            Op::Map(gpa & mask, hpa & mask & 0xF_FFFF_FFFF, size)
        }),
        address().prop_map(Op::Unmap),
        (
            address(),
            prop_oneof![Just(Permissions::READ), Just(Permissions::ALL)]
        )
            .prop_map(|(gpa, permissions)| Op::Protect(gpa, permissions)),
    ]
}

/// The model: first address of each mapping, with target, size and permissions.
type Model = BTreeMap<u64, (u64, PageSize, Permissions)>;

fn containing(model: &Model, gpa: u64) -> Option<(u64, (u64, PageSize, Permissions))> {
    let (&base, &mapping) = model.range(..=gpa).next_back()?;
    (gpa - base < mapping.1.bytes()).then_some((base, mapping))
}

proptest! {
    #[test]
    fn behaves_as_a_map_of_intervals(ops in proptest::collection::vec(op(), 1..80)) {
        let frames = FakeFrames::new(1000);
        let mut ept = Ept::new(&frames, FULL).unwrap();
        let mut model = Model::new();
        for op in ops {
            match op {
                Op::Map(gpa, hpa, size) => {
                    let free = containing(&model, gpa).is_none()
                        && model.range(gpa..gpa + size.bytes()).next().is_none();
                    // SAFETY: no guest runs.
                    let result = unsafe { map(&mut ept, gpa, hpa, size) };
                    prop_assert_eq!(result, if free { Ok(()) } else { Err(EptError::AlreadyMapped) });
                    if free {
                        model.insert(gpa, (hpa, size, Permissions::ALL));
                    }
                }
                Op::Unmap(gpa) => {
                    let expected = containing(&model, gpa);
                    let result = ept.unmap(Gpa(gpa));
                    match expected {
                        Some((base, (hpa, size, _))) => {
                            prop_assert_eq!(result, Ok((Hpa(hpa), size)));
                            model.remove(&base);
                        }
                        None => prop_assert_eq!(result, Err(EptError::NotMapped)),
                    }
                }
                Op::Protect(gpa, permissions) => {
                    let expected = containing(&model, gpa);
                    prop_assert_eq!(ept.protect(Gpa(gpa), permissions).is_ok(), expected.is_some());
                    if let Some((base, _)) = expected {
                        model.get_mut(&base).unwrap().2 = permissions;
                    }
                }
            }
            prop_assert_eq!(frames.outstanding() as u64, ept.table_frames());
        }
        for base in 0..3u64 {
            for offset in [0, 0x1FFF, 0x20_0000, 0x40_1234, 0x3FFF_FFFF] {
                let gpa = base << 39 | base << 30 | offset;
                let expected = containing(&model, gpa)
                    .map(|(first, (hpa, size, permissions))| (Hpa(hpa + gpa - first), size, permissions));
                let got = ept.translate(Gpa(gpa)).map(|found| (found.hpa, found.size, found.permissions));
                prop_assert_eq!(got, expected);
            }
        }
        // Empty tables do not stay: with nothing mapped only the root is left.
        for &gpa in model.keys() {
            ept.unmap(Gpa(gpa)).unwrap();
        }
        prop_assert_eq!(frames.outstanding(), 1);
        drop(ept);
        prop_assert_eq!(frames.outstanding(), 0);
    }
}
