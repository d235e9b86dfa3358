//! The loaders over any image.

use crate::input::Input;
use machine::loader::elf::Executable;
use machine::loader::multiboot::{self, Loaded, Module, Parameters};
use machine::loader::{Image, flat};
use machine::memory::{Layout, PhysicalMemory};
use machine::testing::Ram;
use vmx::addr::Gpa;

/// The guest's memory.
const MEMORY: u64 = 2 << 20;
/// As much as flat images can be loaded to.
const LOW_MEMORY: u64 = 1 << 20;
/// What the memory holds before anything is loaded.
const FILL: u8 = 0xEE;
/// The smallest address an image may use: the first, for conventional memory is usable.
const LOW_MEMORY_END: u64 = 0x9_FC00;
const HIGH_MEMORY: u64 = 0x10_0000;

/// The ELF reader: what it finds lies inside the file, and symbols are found or not.
pub fn elf(data: &[u8]) {
    let mut input = Input::new(data);
    let address = input.quad();
    let image = input.rest().to_vec();
    let Ok(executable) = Executable::parse(&image) else {
        return;
    };
    for segment in &executable.segments {
        assert!(segment.file_size <= segment.memory_size && segment.memory_size > 0);
        assert!(segment.offset + segment.file_size <= image.size());
    }
    let _entry = executable.physical_entry();
    for address in [address, executable.entry] {
        if let Some((name, offset)) = executable.symbol(&image, address) {
            assert!(!name.contains(&0) && offset < 1 << 20);
        }
    }
}

/// 16-bit images and boot sectors.
pub fn flat(data: &[u8]) {
    let image = data.to_vec();
    let mut ram = filled(LOW_MEMORY);
    let loaded = flat::load(&image, &mut ram).is_ok();
    let at = flat::ADDRESS;
    if loaded {
        assert_eq!(ram.bytes(at, data.len()), data);
    }
    let end = at + if loaded { data.len() as u64 } else { 0 };
    assert!(untouched(&ram, 0, at) && untouched(&ram, end, LOW_MEMORY));
    let mut ram = filled(LOW_MEMORY);
    let bootable = flat::load_boot_sector(&image, &mut ram).is_ok();
    assert_eq!(bootable, flat::is_boot_sector(&image));
    assert!(untouched(&ram, 0, at) && untouched(&ram, at + 512, LOW_MEMORY));
}

/// Multiboot kernels with modules. The first bytes say how the image is cut into kernel and modules.
pub fn multiboot(data: &[u8]) {
    let mut input = Input::new(data);
    let choice = input.byte();
    let modules: Vec<Vec<u8>> = (0..choice & 3)
        .map(|_| {
            let length = usize::from(input.byte());
            input.bytes(length).to_vec()
        })
        .collect();
    let modules: Vec<_> = modules
        .iter()
        .map(|image| Module {
            image,
            text: b"module text",
        })
        .collect();
    let image = input.rest().to_vec();
    let parameters = Parameters {
        command_line: b"kernel argument",
        modules: &modules,
        has_disk: choice & 4 != 0,
    };
    let mut ram = filled(MEMORY);
    let known = multiboot::is_multiboot(&image).expect("a vector can be read");
    match multiboot::load(&image, &parameters, &Layout::new(MEMORY), &mut ram) {
        Ok(loaded) => {
            assert!(known);
            check(&ram, loaded, &parameters);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    // Neither video memory nor the firmware's place is a loader's.
    assert!(untouched(&ram, LOW_MEMORY_END, HIGH_MEMORY));
}

/// What the specification promises the kernel.
fn check(ram: &Ram, loaded: Loaded, parameters: &Parameters<'_>) {
    assert!(u64::from(loaded.entry) < MEMORY);
    let word = |at: u32| ram.read_u32(Gpa(at.into())).expect("inside the memory");
    let info = |offset: u32| word(loaded.info + offset);
    assert_eq!(text(ram, info(16)), parameters.command_line);
    assert_eq!(info(20) as usize, parameters.modules.len());
    for (index, module) in (0..).zip(parameters.modules) {
        let entry = info(24) + 16 * index;
        let (start, end) = (word(entry), word(entry + 4));
        assert_eq!(start % 4096, 0);
        let mut content = vec![0; module.image.size() as usize];
        module.image.read(0, &mut content).expect("a vector can be read");
        assert_eq!(ram.bytes(start.into(), (end - start) as usize), content);
        assert_eq!(text(ram, word(entry + 8)), module.text);
    }
    // The memory map: entries of 20 bytes, one behind the other, ascending.
    let (mut at, end) = (info(48), info(48) + info(44));
    let mut last = 0;
    while at < end {
        assert_eq!(word(at), 20);
        let first = ram.get64(u64::from(at) + 4);
        assert!(first >= last);
        last = first + ram.get64(u64::from(at) + 12);
        at += 24;
    }
}

/// A string that ends in NUL.
fn text(ram: &Ram, at: u32) -> Vec<u8> {
    let bytes = ram.bytes(at.into(), 64);
    bytes.into_iter().take_while(|byte| *byte != 0).collect()
}

fn filled(size: u64) -> Ram {
    let mut ram = Ram::new(size as usize);
    ram.write_at(0, &vec![FILL; size as usize]);
    ram
}

fn untouched(ram: &Ram, from: u64, to: u64) -> bool {
    let length = (to - from) as usize;
    ram.bytes(from, length) == vec![FILL; length]
}
