//! Kernel images that lie about themselves: each is refused with a reason, or runs in what it asked for, and the host has
//! all of its memory afterwards.

use anyhow::Result;
use harness::{Machine, RunDir, Session};
use object::elf::{SectionHeader32, Sym32};
use object::pod::bytes_of;
use object::{U16, U32};
use system::elf::{CODE_OFFSET, Elf32, Elf64, LE, constants};
use system::steps::{MEMORY_FOR_GUESTS, free_and_heap_pages, guest_from, refused};

/// What becomes of an image.
enum Outcome {
    /// The message says all of these words.
    Refused(&'static [&'static str]),
    /// It is loaded, and the guest's code runs.
    Runs,
    /// It is loaded and ends in a triple fault; the report says all of these words.
    TripleFault(&'static [&'static str]),
}

use Outcome::{Refused, Runs, TripleFault};

struct Case {
    name: &'static str,
    image: Vec<u8>,
    /// More lines of the definition.
    definition: &'static str,
    outcome: Outcome,
}

fn case(name: &'static str, image: Vec<u8>, outcome: Outcome) -> Case {
    Case {
        name,
        image,
        definition: "",
        outcome,
    }
}

/// Pages that the kernel may keep for itself: tables that it makes once.
const KEPT: u64 = 2;

const ADDRESS: u32 = 0x10_0000;
/// The bytes of a Multiboot header without addresses.
const HEADER: u32 = 12;
/// ... and with them.
const LONG_HEADER: u32 = 32;
const MAGIC: u32 = 0x1BAD_B002;
/// Of the header's flags: it has addresses.
const ADDRESSES: u32 = 1 << 16;

/// mov al, 5; out 0xF4, al: the guest ends with exit code 5.
const QUIT: [u8; 4] = [0xB0, 0x05, 0xE6, 0xF4];
/// lidt [esp]; ud2: with nothing but zeros there, the exception is one too many.
const CRASH: [u8; 6] = [0x0F, 0x01, 0x1C, 0x24, 0x0F, 0x0B];

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn multiboot(flags: u32) -> Vec<u8> {
    words(&[MAGIC, flags, 0u32.wrapping_sub(MAGIC).wrapping_sub(flags)])
}

/// A sound kernel: the Multiboot header, and the code behind it.
fn kernel32() -> Elf32 {
    Elf32::sound(ADDRESS, HEADER, &[multiboot(3), QUIT.to_vec()].concat())
}

fn kernel64() -> Elf64 {
    Elf64::sound(
        ADDRESS.into(),
        HEADER.into(),
        &[multiboot(3), QUIT.to_vec()].concat(),
    )
}

fn elf32(name: &'static str, outcome: Outcome, lie: impl FnOnce(&mut Elf32)) -> Case {
    case(name, kernel32().changed(lie).image(), outcome)
}

fn elf64(name: &'static str, outcome: Outcome, lie: impl FnOnce(&mut Elf64)) -> Case {
    case(name, kernel64().changed(lie).image(), outcome)
}

/// A kernel that is no ELF file: its header says what goes where.
fn flat(name: &'static str, outcome: Outcome, addresses: [u32; 5]) -> Case {
    let image = [multiboot(3 | ADDRESSES), words(&addresses), QUIT.to_vec()].concat();
    case(name, image, outcome)
}

/// Runs the cases in one boot, with a guest beside them that must not notice: every second one, and in the long form all of them.
fn run(name: &str, cases: &[Case]) -> Result<()> {
    let step = if counts::scale() > 1 { 1 } else { 2 };
    let cases: Vec<&Case> = cases.iter().step_by(step).collect();
    let dir = RunDir::create(name)?;
    let mut machine = Machine::new(name).memory(MEMORY_FOR_GUESTS);
    for case in &cases {
        let definition = format!("memory = 2M\n{}", case.definition);
        machine = machine.guest(guest_from(&dir, case.name, &case.image, &definition)?);
    }
    let mut sweb = machine.boot()?;
    sweb.command("vmrun --detach --name good hello")?;
    // The first VM that ends leaves behind what the kernel keeps for later.
    sweb.command("vmrun --detach --name first hello; vmkill first")?;
    let before = free_and_heap_pages(&mut sweb)?;
    for case in &cases {
        try_image(&mut sweb, case)?;
    }
    counts::add("hostile images", cases.len() as u64);
    let after = free_and_heap_pages(&mut sweb)?;
    sweb.check(
        after + KEPT >= before,
        &format!("{before} pages free or in the heap became {after}"),
    )?;
    let list = sweb.command("cls; vmlist")?;
    sweb.check(
        list.lines()
            .any(|row| row.contains("good") && row.contains("running")),
        "the good guest has ended",
    )?;
    sweb.enter("vmconsole good", "good")?;
    sweb.wait_screen("Press a key to switch me off.")?;
    sweb.type_text("x")?;
    sweb.wait_return()
}

fn try_image(sweb: &mut Session, case: &Case) -> Result<()> {
    let line = format!("vmrun {}", case.name);
    let (mut output, expected) = match case.outcome {
        Refused(words) => return refused(sweb, &line, &[&[case.name], words].concat()),
        Runs => (sweb.command(&line)?, &["switched itself off", "exit code 5"][..]),
        TripleFault(words) => (sweb.command(&line)?, words),
    };
    if let TripleFault(_) = case.outcome {
        output += &sweb.command(&format!("vmreport {}", case.name))?;
    }
    sweb.check(
        expected.iter().all(|words| output.contains(words)),
        &format!("'{line}' does not end with {expected:?}: {output}"),
    )
}

#[test]
fn elf_headers_that_lie() -> Result<()> {
    let big = u32::MAX;
    run(
        "kernels elf",
        &[
            elf32("sound32", Runs, |_| {}),
            elf64("sound64", Runs, |_| {}),
            case(
                "cut",
                kernel32().image()[..0x100F].to_vec(),
                Refused(&["truncated"]),
            ),
            elf32("class9", Refused(&["damaged", "header"]), |k| {
                k.header.e_ident.class = 9
            }),
            elf32("bigend", Refused(&["damaged", "little-endian"]), |k| {
                k.header.e_ident.data = constants::ELFDATA2MSB;
            }),
            elf32("arm", Refused(&["machine 40"]), |k| {
                k.header.e_machine.set(LE, constants::EM_ARM)
            }),
            elf32("notable", Refused(&["no program headers"]), |k| {
                k.header.e_phnum.set(LE, 0)
            }),
            elf32("toomany", Refused(&["too many"]), |k| {
                k.header.e_phnum.set(LE, 0xFFFF)
            }),
            elf32("entsize0", Refused(&["no program headers"]), |k| {
                k.header.e_phentsize.set(LE, 0)
            }),
            elf32("tableend", Refused(&["truncated"]), |k| {
                k.header.e_phoff.set(LE, u32::from(CODE_OFFSET) + 1);
            }),
            elf32("tablefar", Refused(&["truncated"]), |k| {
                k.header.e_phoff.set(LE, big)
            }),
            elf64("tablewrap", Refused(&["truncated"]), |k| {
                k.header.e_phoff.set(LE, u64::MAX - 8)
            }),
            // The file's own header is its table of program headers.
            elf32("ouroboros", Refused(&["nothing to load"]), |k| {
                k.header.e_phoff.set(LE, 0)
            }),
            elf32("notes", Refused(&["nothing to load"]), |k| {
                k.program().p_type.set(LE, constants::PT_NOTE)
            }),
            elf32("hollow", Refused(&["nothing to load"]), |k| {
                k.program().p_memsz.set(LE, 0)
            }),
            elf32("shrinks", Refused(&["larger in the file"]), |k| {
                k.program().p_memsz.set(LE, 8)
            }),
            elf32("behind", Refused(&["truncated"]), |k| {
                k.program().p_offset.set(LE, 0x10_0000)
            }),
            elf64("filewrap", Refused(&["truncated"]), |k| {
                k.program().p_offset.set(LE, u64::MAX - 7)
            }),
            elf64("filehuge", Refused(&["truncated"]), |k| {
                k.program().p_filesz.set(LE, u64::MAX);
                k.program().p_memsz.set(LE, u64::MAX);
            }),
        ],
    )
}

#[test]
fn segments_where_no_memory_is() -> Result<()> {
    let no_memory: &[&str] = &["no memory"];
    let place = |name, physical: u32| {
        elf32(name, Refused(no_memory), move |k| {
            k.program().p_paddr.set(LE, physical)
        })
    };
    run(
        "kernels memory",
        &[
            place("above", 0x20_0000),
            place("last", 0x1F_FFF8),
            place("video", 0xB_8000),
            place("rom", 0xF_0000),
            place("lastrom", 0xF_FFF8),
            place("infoblock", 0x9_0000),
            place("apic", 0xFEE0_0000),
            place("top", 0xFFFF_FFF8),
            elf64("wraps", Refused(no_memory), |k| {
                k.program().p_paddr.set(LE, u64::MAX - 4)
            }),
            elf64("huge", Refused(no_memory), |k| {
                k.program().p_memsz.set(LE, 1 << 62)
            }),
            // So large that every address is within it, also one below its beginning.
            elf64("everything", Refused(no_memory), |k| {
                k.program().p_memsz.set(LE, u64::MAX);
                k.program().p_vaddr.set(LE, 0x20_0000);
            }),
            elf32("bss", Refused(no_memory), |k| {
                k.program().p_memsz.set(LE, 0x8000_0000)
            }),
            elf32("fills", Runs, |k| k.program().p_memsz.set(LE, 0x10_0000)),
            // The interrupt vectors and the firmware's data are the guest's own.
            elf32("vectors", Runs, |k| {
                k.program().p_paddr.set(LE, 0);
                k.program().p_vaddr.set(LE, ADDRESS);
            }),
            elf32("entry0", Refused(&["entry point 0x0"]), |k| {
                k.header.e_entry.set(LE, 0)
            }),
            elf32("entryend", Refused(&["entry point 0x100010"]), |k| {
                k.header.e_entry.set(LE, ADDRESS + 16)
            }),
            elf64("entryhigh", Refused(&["entry point 0x100000000"]), |k| {
                k.header.e_entry.set(LE, 1 << 32)
            }),
            elf32("twice", Refused(&["overlap"]), |k| {
                let first = *k.program();
                k.programs.push(first);
                k.header.e_phnum.set(LE, 2);
            }),
            elf32("overlaps", Refused(&["overlap"]), |k| {
                let mut second = *k.program();
                second.p_paddr.set(LE, ADDRESS - 0x1000 + 1);
                second.p_memsz.set(LE, 0x1000);
                k.programs.insert(0, second);
                k.header.e_phnum.set(LE, 2);
            }),
            elf32("sixtyfour", Refused(&["overlap"]), |k| {
                let first = *k.program();
                k.programs = vec![first; 64];
                k.header.e_phnum.set(LE, 64);
            }),
        ],
    )
}

#[test]
fn multiboot_headers_that_lie() -> Result<()> {
    let none: &[&str] = &["no Multiboot header"];
    let contradict: &[&str] = &["contradict"];
    let at = ADDRESS;
    let end = at + LONG_HEADER + 4;
    let entry = at + LONG_HEADER;
    let shifted = |bytes: usize| [vec![0; bytes], multiboot(3)].concat();
    run(
        "kernels multiboot",
        &[
            flat("sound", Runs, [at, at, end, end, entry]),
            flat("soundzero", Runs, [at, at, 0, 0, entry]),
            case("checksum", words(&[MAGIC, 3, 0]), Refused(none)),
            case("unaligned", shifted(2), Refused(none)),
            case("toolate", shifted(8184), Refused(none)),
            case("lastplace", shifted(8180), Refused(&["no ELF file"])),
            case("cutheader", multiboot(3)[..8].to_vec(), Refused(none)),
            case("features", multiboot(0x40), Refused(&["features 0x40"])),
            case(
                "twofaced",
                [multiboot(0x8000), kernel32().image()].concat(),
                Refused(&["features 0x8000"]),
            ),
            case("noelf", multiboot(3), Refused(&["no ELF file"])),
            flat("headerlow", Refused(contradict), [at - 4, at, end, end, entry]),
            // The load address would be in front of the file.
            flat("headerhigh", Refused(contradict), [at + 4, at, end, end, entry]),
            flat("endlow", Refused(contradict), [at, at, at - 1, end, entry]),
            flat("bsslow", Refused(contradict), [at, at, end, end - 1, entry]),
            flat(
                "endfar",
                Refused(&["truncated"]),
                [at, at, end + 1, end + 1, entry],
            ),
            flat(
                "endhuge",
                Refused(&["truncated"]),
                [at, at, u32::MAX, u32::MAX, entry],
            ),
            flat("bsshuge", Refused(&["no memory"]), [at, at, end, u32::MAX, entry]),
            flat(
                "entrylow",
                Refused(&["entry point 0xfffff"]),
                [at, at, end, end, at - 1],
            ),
            flat("entrybss", Refused(&["entry point"]), [at, at, end, end, end]),
            flat(
                "inrom",
                Refused(&["no memory"]),
                [0xF_0000, 0xF_0000, 0, 0, 0xF_0020],
            ),
            flat(
                "attop",
                Refused(&["no memory"]),
                [0xFFFF_FFF0, 0xFFFF_FFF0, 0, 0, 0xFFFF_FFFF],
            ),
            Case {
                name: "chubby",
                image: vec![0x90; 0x9_0000],
                definition: "format = flat\n",
                outcome: Refused(&["larger than"]),
            },
        ],
    )
}

/// What a report reads to name the place where a guest stopped: three section headers, a symbol, and its name.
struct Symbols {
    table: SectionHeader32<LE>,
    names: SectionHeader32<LE>,
    symbol: Sym32<LE>,
    text: Vec<u8>,
}

/// A kernel that crashes, with a sound table of symbols after `lie` has changed it.
fn crashes(
    name: &'static str,
    words: &'static [&'static str],
    lie: impl FnOnce(&mut Elf32, &mut Symbols),
) -> Case {
    let mut kernel = Elf32::sound(ADDRESS, HEADER, &[multiboot(3), CRASH.to_vec()].concat());
    let begin = (u32::from(CODE_OFFSET) + kernel.code.len() as u32).next_multiple_of(4);
    let size = size_of::<SectionHeader32<LE>>() as u32;
    let word = |value| U32::new(LE, value);
    let section = |kind, offset, size, link| SectionHeader32 {
        sh_name: word(0),
        sh_type: word(kind),
        sh_flags: word(0),
        sh_addr: word(0),
        sh_offset: word(offset),
        sh_size: word(size),
        sh_link: word(link),
        sh_info: word(0),
        sh_addralign: word(1),
        sh_entsize: word(0),
    };
    let symbols = begin + 3 * size;
    let names = symbols + size_of::<Sym32<LE>>() as u32;
    let text = b"\0crash_here\0".to_vec();
    let mut parts = Symbols {
        table: section(constants::SHT_SYMTAB, symbols, names - symbols, 2),
        names: section(constants::SHT_STRTAB, names, text.len() as u32, 0),
        symbol: Sym32 {
            st_name: word(1),
            st_value: word(ADDRESS + HEADER),
            st_size: word(CRASH.len() as u32),
            st_info: constants::STT_FUNC,
            st_other: 0,
            st_shndx: U16::new(LE, 1),
        },
        text,
    };
    kernel.header.e_shoff.set(LE, begin);
    kernel.header.e_shentsize.set(LE, size as u16);
    kernel.header.e_shnum.set(LE, 3);
    lie(&mut kernel, &mut parts);
    let mut image = kernel.image();
    image.resize(begin as usize, 0);
    for header in [section(constants::SHT_NULL, 0, 0, 0), parts.table, parts.names] {
        image.extend(bytes_of(&header));
    }
    image.extend(bytes_of(&parts.symbol));
    image.extend(&parts.text);
    case(name, image, TripleFault(words))
}

/// The report of a guest that crashed looks into its kernel's file once more, and into parts that the loader did not need.
#[test]
fn symbol_tables_that_lie() -> Result<()> {
    let report: &[&str] = &["stopped: triple fault", "hint:", "last exits"];
    let named: &[&str] = &["stopped: triple fault", "crash_here", "last exits"];
    let far = u32::MAX - 3;
    run(
        "kernels symbols",
        &[
            crashes("sound", named, |_, _| {}),
            crashes("nosections", report, |k, _| k.header.e_shnum.set(LE, 0)),
            crashes("manysections", report, |k, _| k.header.e_shnum.set(LE, 0xFFFF)),
            crashes("sectionsize", report, |k, _| k.header.e_shentsize.set(LE, 1)),
            crashes("sectionsfar", report, |k, _| k.header.e_shoff.set(LE, far)),
            crashes("tablefar", report, |_, s| s.table.sh_offset.set(LE, far)),
            crashes("tablehuge", report, |_, s| s.table.sh_size.set(LE, far)),
            // The table of symbols is the whole file, headers and all, and its names are its own symbols.
            crashes("ouroboros", report, |_, s| {
                s.table.sh_offset.set(LE, 0);
                s.table.sh_link.set(LE, 1);
            }),
            crashes("nolink", report, |_, s| s.table.sh_link.set(LE, far)),
            crashes("namesfar", report, |_, s| s.names.sh_offset.set(LE, far)),
            crashes("namefar", report, |_, s| s.symbol.st_name.set(LE, far)),
            crashes("endless", report, |_, s| s.text = b"\0endless".to_vec()),
            crashes("control", report, |_, s| s.text = b"\0\x1b[2J\xff\xc3\0".to_vec()),
            crashes("beyond", report, |_, s| s.symbol.st_value.set(LE, u32::MAX)),
        ],
    )
}
