//! Programs that call the BIOS: under a monitor of virtual-8086 mode, by the clock, and from a diskette.

use std::arch::global_asm;
use std::fs;

use anyhow::{Context, Result};
use harness::{GuestFolder, Machine, RunDir, Session};
use hostile::{Family, Guest, guest};
use libtest_mimic::Trial;

/// Memory of the host, in MiB.
const HOST_MEMORY: u32 = 64;
/// Sectors of a diskette with 1.44 MB.
const SECTORS: usize = 2880;
/// Bytes of one.
const SECTOR: usize = 512;
/// What the second and the last sector say.
const SECOND: &str = "A new diskette.";
const LAST: &str = "The last sector of the diskette.";

/// The guests.
pub fn family() -> &'static Family {
    Family::new(
        "firmware",
        vec![calls_under_a_monitor(), calls_under_a_paging_monitor(), waits()],
    )
}

/// What needs a disk of its own.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test("firmware::a_diskette_is_drive_0", || {
        diskette().map_err(|error| format!("{error:?}").into())
    })]
}

/// INT, and PUSHF with a far call, in virtual-8086 mode with IOPL 3: the monitor has to pass on INT alone. Said are the memory's
/// size twice, AX and the carry flag of an unknown service, and the zero flag of an empty keyboard.
fn calls_under_a_monitor() -> Guest {
    guest!(
        calls_under_a_monitor,
        Protected,
        says["!0d 00000000", "=0000027f", "=0000027f", "=00018600", "=00000001"],
        "V86_MONITOR",
        "V86_BEHIND 0, 1f, 2f, 0x3000",
        "V86_CALLS",
        "SAY 0x5A00",
        "SAY 0x5A04",
        "SAY 0x5A08",
        "SAY 0x5A0C",
        "call *DONE"
    )
}

/// The same with paging on.
fn calls_under_a_paging_monitor() -> Guest {
    guest!(
        calls_under_a_paging_monitor,
        Protected,
        says["!0d 00000000", "=0000027f", "=0000027f", "=00018600", "=00000001"],
        "PAGING32",
        "V86_MONITOR",
        "V86_BEHIND 0, 1f, 2f, 0x3000",
        "V86_CALLS",
        "SAY 0x5A00",
        "SAY 0x5A04",
        "SAY 0x5A08",
        "SAY 0x5A0C",
        "call *DONE"
    )
}

/// 20 waits of a millisecond, with the timer's interrupt off: at 50 million ticks a second they take 1 million and, since each lasts
/// until the clock's next interrupt at most, 2 million, with something for the instructions. INT 15h is entered where the
/// firmware's table pointed.
fn waits() -> Guest {
    guest!(
        waits,
        Real,
        says["=00000000", "=00000001"],
        "OUT_BYTE 0x21, 0xFB",
        "sti",
        "rdtsc",
        "movl %eax, %ebp",
        "movw $20, %si",
        "1: movw $0x8600, %ax",
        "xorw %cx, %cx",
        "movw $1000, %dx",
        "pushfw",
        "lcallw $0xF000, $0xE0A8",
        "jc 2f",
        "decw %si",
        "jnz 1b",
        "2: rdtsc",
        "cli",
        "subl %ebp, %eax",
        "movl %eax, %ebp",
        "movzwl %si, %eax",
        "call *VALUE",
        "xorl %eax, %eax",
        "cmpl $1000000, %ebp",
        "jb 3f",
        "cmpl $2600000, %ebp",
        "ja 3f",
        "incl %eax",
        "3: call *VALUE",
        "call *DONE"
    )
}

global_asm!(
    // A boot sector: prints the second and the last sector of the drive it came from, and writes the last one over the second.
    ".pushsection .rodata.hostile_boot_sector, \"a\", @progbits",
    ".globl hostile_boot_sector",
    ".globl hostile_boot_sector_end",
    "hostile_boot_sector:",
    ".code16",
    "cli",
    "xorw %ax, %ax",
    "movw %ax, %ds",
    "movw %ax, %es",
    "movw %ax, %ss",
    "movw $0x7C00, %sp",
    "sti",
    "cld",
    // DL is the drive. Cylinder 0, head 0, sector 2.
    "movb $0, %dh",
    "movw $0x0002, %cx",
    "movw $0x0201, %ax",
    "movw $0x8000, %bx",
    "int $0x13",
    "jc 9f",
    "call 7f",
    // Cylinder 79, head 1, sector 18.
    "movb $1, %dh",
    "movw $0x4F12, %cx",
    "movw $0x0201, %ax",
    "movw $0x8000, %bx",
    "int $0x13",
    "jc 9f",
    "call 7f",
    "movb $0, %dh",
    "movw $0x0002, %cx",
    "movw $0x0301, %ax",
    "movw $0x8000, %bx",
    "int $0x13",
    "jc 9f",
    "movb %dl, %al",
    "addb $'0', %al",
    "movb $0x0E, %ah",
    "int $0x10",
    "9: movb $0, %ah",
    "int $0x16",
    "movw $0x604, %dx",
    "movw $0x2000, %ax",
    "outw %ax, %dx",
    "8: hlt",
    "jmp 8b",
    "7: movw $0x8000, %si",
    "6: lodsb",
    "testb %al, %al",
    "jz 5f",
    "movb $0x0E, %ah",
    "int $0x10",
    "jmp 6b",
    "5: ret",
    "hostile_boot_sector_end:",
    ".code64",
    ".popsection",
    options(att_syntax)
);

unsafe extern "C" {
    static hostile_boot_sector: u8;
    static hostile_boot_sector_end: u8;
}

/// An image of exactly 1,474,560 bytes.
fn image() -> Vec<u8> {
    // SAFETY: both labels are in one section, the second behind the first.
    let code = unsafe {
        hostile::guest::between(&raw const hostile_boot_sector, &raw const hostile_boot_sector_end)
    };
    let mut image = vec![0; SECTORS * SECTOR];
    image[..code.len()].copy_from_slice(code);
    image[SECTOR - 2..SECTOR].copy_from_slice(&[0x55, 0xAA]);
    image[SECTOR..][..SECOND.len()].copy_from_slice(SECOND.as_bytes());
    let last = (SECTORS - 1) * SECTOR;
    image[last..][..LAST.len()].copy_from_slice(LAST.as_bytes());
    image
}

/// Boots from a diskette, twice: the second time it says what the first has written.
fn diskette() -> Result<()> {
    let dir = RunDir::create("hostile diskette")?;
    let folder = dir.file("floppy");
    fs::create_dir(&folder).context("the guest's folder")?;
    fs::write(folder.join("floppy.vm"), "memory = 2M\ndisk = /usr/diskette\n")?;
    let mut sweb = Machine::new("hostile diskette")
        .memory(HOST_MEMORY)
        .file("/usr/diskette", image())
        .guest(GuestFolder::open(&folder)?)
        .boot()?;
    boot(&mut sweb, &format!("{SECOND}{LAST}0"))?;
    boot(&mut sweb, &format!("{LAST}{LAST}0"))
}

fn boot(sweb: &mut Session, greeting: &str) -> Result<()> {
    sweb.enter("cls; vmrun floppy", "floppy")?;
    sweb.wait_screen(greeting)?;
    sweb.type_text("x")?;
    sweb.wait_return()
}
