//! Kernels are built here byte by byte, and what a kernel would find is read back.

use super::*;
use crate::testing::Ram;
use proptest::prelude::*;

const NOTHING: Parameters<'_> = Parameters {
    command_line: b"kernel",
    modules: &[],
    has_disk: false,
};

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn header(flags: u32) -> Vec<u8> {
    words(&[
        HEADER_MAGIC,
        flags,
        0u32.wrapping_sub(HEADER_MAGIC).wrapping_sub(flags),
    ])
}

/// An ELF32 file of one segment: physical, virtual, memory size.
fn elf32(entry: u32, physical: u32, virtual_: u32, memory_size: u32) -> Vec<u8> {
    let mut file = b"\x7fELF\x01\x01\x01".to_vec();
    file.resize(16, 0);
    file.extend(words(&[0x0003_0002, 1, entry, 52, 0, 0, 0x0020_0034, 1, 0]));
    file.extend(words(&[1, 0x80, virtual_, physical, 16, memory_size, 7, 4096]));
    file.resize(0x80, 0);
    file.extend(header(3));
    file.extend(b"CODE");
    file
}

/// The same as ELF64.
fn elf64(entry: u64, physical: u64, virtual_: u64, memory_size: u64) -> Vec<u8> {
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(16, 0);
    file.extend(words(&[0x003E_0002, 1]));
    for value in [entry, 64, 0] {
        file.extend(value.to_le_bytes());
    }
    file.extend(words(&[0, 0x0038_0040, 1, 0]));
    file.extend(words(&[1, 7]));
    for value in [0x80, virtual_, physical, 16, memory_size, 4096] {
        file.extend(value.to_le_bytes());
    }
    file.resize(0x80, 0);
    file.extend(header(3));
    file.extend(b"CODE");
    file
}

fn load_into(image: &Vec<u8>, parameters: &Parameters<'_>, ram: &mut Ram) -> Result<Loaded, LoadError> {
    load(image, parameters, &Layout::new(2 << 20), ram)
}

#[test]
fn elf32_with_a_virtual_entry() {
    let mut ram = Ram::new(2 << 20);
    ram.write(Gpa(0x10_0000), &[0xEE; 64]).unwrap();
    let loaded = load_into(
        &elf32(0x8010_0004, 0x10_0000, 0x8010_0000, 32),
        &NOTHING,
        &mut ram,
    )
    .unwrap();
    assert_eq!(
        loaded,
        Loaded {
            entry: 0x10_0004,
            info: INFO as u32
        }
    );
    assert_eq!(ram.bytes(0x10_000C, 4), b"CODE");
    assert_eq!(
        ram.bytes(0x10_0010, 17),
        [[0; 16].as_slice(), &[0xEE]].concat(),
        "bss is cleared, no more"
    );
}

#[test]
fn elf64_with_a_physical_entry() {
    let mut ram = Ram::new(2 << 20);
    let image = elf64(0x10_0008, 0x10_0000, 0xFFFF_FFFF_8010_0000, 16);
    assert_eq!(load_into(&image, &NOTHING, &mut ram).unwrap().entry, 0x10_0008);
}

#[test]
fn addresses_in_the_header() {
    let mut image = vec![0x90; 8];
    let addresses = [0x10_0008, 0x10_0000, 0, 0x10_0100, 0x10_0020];
    let flags = FLAG_ADDRESSES | 3;
    image.extend(header(flags));
    image.extend(words(&addresses));
    image.extend(b"text");
    let mut ram = Ram::new(2 << 20);
    assert_eq!(load_into(&image, &NOTHING, &mut ram).unwrap().entry, 0x10_0020);
    assert_eq!(ram.bytes(0x10_0000, 8), [0x90; 8]);
    assert_eq!(ram.bytes(0x10_0028, 4), b"text");
}

#[test]
fn what_the_kernel_is_told() {
    let (first, second) = (vec![1u8; 5000], vec![2u8; 3]);
    let modules = [
        Module {
            image: &first,
            text: b"/a one",
        },
        Module {
            image: &second,
            text: b"/b",
        },
    ];
    let parameters = Parameters {
        command_line: b"k x=1",
        modules: &modules,
        has_disk: true,
    };
    let mut ram = Ram::new(2 << 20);
    load_into(&elf32(0x10_0000, 0x10_0000, 0x10_0000, 16), &parameters, &mut ram).unwrap();
    let word = |at: u64| ram.read_u32(Gpa(at)).unwrap();
    let text = |at: u32| {
        let bytes = ram.bytes(u64::from(at), 32);
        let end = bytes.iter().position(|&b| b == 0).unwrap();
        std::string::String::from_utf8(bytes[..end].to_vec()).unwrap()
    };
    assert_eq!(word(INFO), 0b10_0100_1111);
    assert_eq!((word(INFO + 4), word(INFO + 8)), (639, 1024));
    assert_eq!(word(INFO + 12), 0x80FF_FFFF);
    assert_eq!(text(word(INFO + 16)), "k x=1");
    assert_eq!(text(word(INFO + 64)), "SWEB-VMX");
    assert_eq!(word(INFO + 20), 2);
    let table = u64::from(word(INFO + 24));
    assert_eq!((word(table), word(table + 4)), (0x10_1000, 0x10_1000 + 5000));
    assert_eq!((word(table + 16), word(table + 20)), (0x10_3000, 0x10_3003));
    assert_eq!(
        (text(word(table + 8)), text(word(table + 24))),
        ("/a one".into(), "/b".into())
    );
    assert_eq!(ram.bytes(0x10_3000, 3), [2; 3]);
    // The map as a kernel walks it: the size field does not count itself.
    let (mut at, end) = (
        u64::from(word(INFO + 48)),
        u64::from(word(INFO + 48) + word(INFO + 44)),
    );
    let mut usable = 0;
    while at < end {
        if word(at + 20) == 1 {
            usable += ram.get64(at + 12);
        }
        at += u64::from(word(at)) + 4;
    }
    assert_eq!(usable, 0x9_FC00 + (1 << 20));
}

#[test]
fn broken_images_are_refused() {
    let mut ram = Ram::new(2 << 20);
    let mut fails = |image: &Vec<u8>| load_into(image, &NOTHING, &mut ram).unwrap_err();
    assert_eq!(fails(&vec![]), LoadError::Empty);
    assert_eq!(fails(&vec![0; 9000]), LoadError::NotMultiboot);
    assert_eq!(fails(&header(0x10)), LoadError::UnknownFlags(0x10));
    assert_eq!(fails(&header(3)), LoadError::NotElf);
    assert_eq!(fails(&elf32(0, 0x10_0000, 0x10_0000, 16)), LoadError::BadEntry(0));
    let outside = LoadError::NoMemory {
        at: 0x1F_FFF8,
        length: 16,
    };
    assert_eq!(fails(&elf32(0x1F_FFF8, 0x1F_FFF8, 0x1F_FFF8, 16)), outside);
    let video = LoadError::NoMemory {
        at: 0xB_8000,
        length: 16,
    };
    assert_eq!(fails(&elf32(0xB_8000, 0xB_8000, 0xB_8000, 16)), video);
    let wraps = LoadError::NoMemory {
        at: u64::MAX - 4,
        length: 32,
    };
    assert_eq!(fails(&elf64(u64::MAX - 4, u64::MAX - 4, u64::MAX - 4, 32)), wraps);
    let mut short = elf32(0x10_0000, 0x10_0000, 0x10_0000, 16);
    short.truncate(0x8C);
    assert_eq!(fails(&short), LoadError::Truncated);
    let mut arm = elf32(0x10_0000, 0x10_0000, 0x10_0000, 16);
    arm[18] = 40;
    assert_eq!(fails(&arm), LoadError::WrongMachine(40));
    let mut shrunk = elf32(0x10_0000, 0x10_0000, 0x10_0000, 8);
    assert!(matches!(fails(&shrunk), LoadError::BadElf(_)));
    shrunk[44] = 0;
    assert!(matches!(fails(&shrunk), LoadError::BadElf(_)));
}

/// A segment so large that it seems to contain addresses below its beginning.
#[test]
fn a_segment_of_everything() {
    let mut ram = Ram::new(2 << 20);
    let image = elf64(0x10_0000, 0x10_0000, 0x20_0000, u64::MAX);
    let error = load_into(&image, &NOTHING, &mut ram).unwrap_err();
    assert!(matches!(error, LoadError::NoMemory { .. }), "{error}");
}

#[test]
fn segments_that_overlap() {
    let image = |distance: u32| {
        let mut image = elf32(0x10_0000, 0x10_0000, 0x10_0000, 16);
        // The second program header stands where the first one ends.
        image[44] = 2;
        image.copy_within(52..84, 84);
        image[84 + 12..84 + 16].copy_from_slice(&0x10_0000u32.wrapping_add(distance).to_le_bytes());
        image
    };
    let load = |distance| load_into(&image(distance), &NOTHING, &mut Ram::new(2 << 20));
    for distance in [0, 15, 0u32.wrapping_sub(15)] {
        assert!(
            matches!(load(distance), Err(LoadError::BadElf(_))),
            "{distance:#x}"
        );
    }
    assert!(load(16).is_ok());
    assert!(load(0x1000).is_ok());
}

#[test]
fn a_kernel_too_large_says_where() {
    let mut ram = Ram::new(2 << 20);
    let image = elf32(0x10_0000, 0x10_0000, 0x10_0000, 8 << 20);
    let error = load_into(&image, &NOTHING, &mut ram).unwrap_err();
    assert_eq!(
        std::format!("{error}"),
        "needs 8192 KiB at 0x100000, where the guest has no memory; raise 'memory = ...'"
    );
}

#[test]
fn modules_lie_below_4_gib() {
    let mut ram = Ram::new(2 << 20);
    let layout = Layout::new(6 << 30);
    let (module, nothing) = (vec![1u8; 10], vec![]);
    let mut load = |image: &Vec<u8>, kernel_end: u64| {
        let text = b"/m".as_slice();
        load_modules(&[Module { image, text }], kernel_end, &layout, &mut ram)
    };
    assert_eq!(load(&module, 0x10_0001), Ok(vec![(0x10_1000, 0x10_100A)]));
    for (image, kernel_end) in [
        (&module, 1 << 32),
        (&nothing, 1 << 32),
        (&module, u64::from(u32::MAX)),
    ] {
        assert_eq!(
            load(image, kernel_end),
            Err(LoadError::ModuleTooHigh {
                at: 1 << 32,
                length: image.len() as u64
            })
        );
    }
    let hole = load(&module, crate::memory::layout::HOLE);
    assert!(matches!(hole, Err(LoadError::NoMemory { .. })), "{hole:?}");
}

#[test]
fn text_that_does_not_fit() {
    let mut ram = Ram::new(2 << 20);
    let long = vec![b'x'; INFO_ROOM];
    let parameters = Parameters {
        command_line: &long,
        ..NOTHING
    };
    let image = elf32(0x10_0000, 0x10_0000, 0x10_0000, 16);
    assert_eq!(
        load_into(&image, &parameters, &mut ram),
        Err(LoadError::TooMuchText)
    );
}

proptest! {
    #[test]
    fn no_image_makes_it_panic(
        mut tail in proptest::collection::vec(any::<u8>(), 0..300),
        cut in 0usize..200,
        flags in prop_oneof![Just(3u32), Just(3 | FLAG_ADDRESSES)],
        holes in proptest::collection::vec((0usize..0x80, any::<u8>()), 0..6),
        wide in any::<bool>(),
    ) {
        let mut ram = Ram::new(2 << 20);
        let mut image = if wide { elf64(0, 0, 0, 16) } else { elf32(0, 0, 0, 16) };
        image.truncate(0x80);
        for (at, byte) in holes {
            image[at] = byte;
        }
        image.extend(header(flags));
        image.append(&mut tail);
        image.truncate(image.len().saturating_sub(cut));
        let _ = load_into(&image, &NOTHING, &mut ram);
        if let Ok(executable) = Executable::parse(&image) {
            let _ = executable.symbol(&image, 0x10_0000);
        }
    }
}
