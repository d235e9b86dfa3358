//! A disk whose driver does everything wrong: it must do what ATA/ATAPI-6 says, and the next sector must be readable.

use hostile::disk::{SECTORS, content};
use hostile::{Family, guest};

/// The disk is ready; it has data for the guest or wants some; it has refused a command, with these reasons.
const READY: u32 = 0x50;
const DATA: u32 = 0x58;
const ABORTED: u32 = 0x0451;
const NO_SUCH_SECTOR: u32 = 0x1051;
const WRITE_PROTECTED: u32 = 0x4451;
/// After diagnostics and resets, with the code for "passed".
const PASSED: u32 = 0x0150;

/// What `SAY_SECTOR` says of a sector that holds this.
const fn sector(data: u32) -> [u32; 3] {
    [DATA, data, READY]
}

/// The commands that a disk without DMA and packets has, with the status in which they leave it, each given once with a good
/// address (ATA/ATAPI-6 clause 8; the doubled and the CHS ones from its predecessors). Not among them: those with MULTIPLE in
/// their names before SET MULTIPLE MODE, and SET FEATURES without a feature.
fn accepted_commands() -> Vec<u32> {
    let ready = (0x10..=0x1F)
        .chain([0x27, 0x40, 0x41, 0x42])
        .chain(0x70..=0x7F)
        .chain(0x91..=0x91);
    let ready = ready
        .chain(0x94..=0x99)
        .chain(0xC6..=0xC6)
        .chain(0xE0..=0xE3)
        .chain([0xE5, 0xE6, 0xE7, 0xEA, 0xF8]);
    let data = [0x20, 0x21, 0x24, 0x30, 0x31, 0x34, 0x3C, 0xEC];
    let mut all: Vec<u32> = ready.map(|command| command << 16 | READY).collect();
    all.extend(data.map(|command| command << 16 | DATA));
    all.push(0x90 << 16 | PASSED);
    all.sort_unstable();
    all
}

/// The guests.
pub fn family() -> &'static Family {
    Family::new(
        "disk",
        vec![
            guest!(every_command, Real, values [accepted_commands(), sector(content(5))], definition "disk = /usr/disk\n",
                "xorl %ebp, %ebp",
                "1: ATA_ADDRESS 48, 1",
                "movw $0x1F7, %dx", "movl %ebp, %eax", "outb %al, %dx", "ATA_WAIT",
                "ATA_STATUS", "cmpw $0x0451, %ax", "je 2f",
                "movl %ebp, %ecx", "shll $16, %ecx", "orl %ecx, %eax", "call *VALUE",
                // Reads from a disk that wants to be written move nothing.
                "ATA_IN 7", "testb $8, %al", "jz 2f", "ATA_TAKE",
                "ATA_IN 7", "testb $8, %al", "jz 2f", "ATA_GIVE",
                "2: incl %ebp", "cmpl $256, %ebp", "jb 1b",
                "SAY_SECTOR 5", "call *DONE"),
            guest!(no_such_sector, Real,
                values [[NO_SUCH_SECTOR], [NO_SUCH_SECTOR], [NO_SUCH_SECTOR, SECTORS, 4], [DATA, content(SECTORS - 1)],
                    [NO_SUCH_SECTOR], [NO_SUCH_SECTOR], [NO_SUCH_SECTOR], [NO_SUCH_SECTOR, SECTORS], [NO_SUCH_SECTOR],
                    sector(content(5))],
                definition "disk = /usr/disk\n",
                "ATA_COMMAND 0x20, 64, 1", "SAY_STATUS",
                "ATA_COMMAND 0x30, 64, 1", "SAY_STATUS",
                // A part exists: the registers tell which sector does not, and how many are left.
                "ATA_COMMAND 0x40, 60, 8", "SAY_STATUS",
                "xorl %eax, %eax", "ATA_IN 3", "call *VALUE", "xorl %eax, %eax", "ATA_IN 2", "call *VALUE",
                "ATA_COMMAND 0x20, 63, 2", "SAY_STATUS", "ATA_TAKE", "SAY_DATA", "SAY_STATUS",
                "ATA_COMMAND 0x20, 0x0FFFFFFF, 1", "SAY_STATUS",
                // 48 bits: the last address there is, and more sectors than there are.
                "ATA_ADDRESS 0, 1",
                ".irp register, 3, 4, 5", "ATA_OUT \\register, 0xFF", "ATA_OUT \\register, 0xFF", ".endr",
                "ATA_OUT 7, 0x24", "ATA_WAIT", "SAY_STATUS",
                "ATA_COMMAND 0x42, 0, 0", "SAY_STATUS", "xorl %eax, %eax", "ATA_IN 3", "call *VALUE",
                // There is no sector 0 in cylinders and heads.
                "ATA_ADDRESS 0, 1", "ATA_OUT 6, 0xA0", "ATA_OUT 7, 0x20", "ATA_WAIT", "SAY_STATUS",
                "SAY_SECTOR 5", "call *DONE"),
            guest!(reads_given_up, Real, values [[0], sector(content(5))], definition "disk = /usr/disk\n",
                // After so many words the driver resets the disk.
                "xorl %ebp, %ebp", "xorl %ebx, %ebx",
                "1: ATA_COMMAND 0x20, 8, 4",
                "movw $0x1F0, %dx", "movw $BUFFER, %di", "movl %ebp, %ecx", "rep insw",
                "ATA_RESET", "ATA_STATUS", "cmpw $0x0150, %ax", "je 2f", "incl %ebx",
                "2: addl $7, %ebp", "cmpl $1000, %ebp", "jb 1b",
                "movl %ebx, %eax", "call *VALUE", "SAY_SECTOR 5", "call *DONE"),
            guest!(commands_during_a_transfer, Real, values [[DATA, content(8), DATA, content(9), READY]],
                definition "disk = /usr/disk\n",
                "ATA_COMMAND 0x20, 8, 2", "ATA_TAKE 100",
                // All but EXECUTE DEVICE DIAGNOSTIC, which is for both devices in any state.
                "xorl %ecx, %ecx", "movw $0x1F7, %dx",
                "1: movb %cl, %al", "cmpb $0x90, %al", "je 2f", "outb %al, %dx", "2: incb %cl", "jnz 1b",
                "ATA_ADDRESS 3, 3", "SAY_STATUS",
                "ATA_TAKE 156", "SAY_DATA", "SAY_STATUS", "ATA_TAKE", "SAY_DATA", "SAY_STATUS", "call *DONE"),
            // What the disk has accepted in full reaches the medium, the rest does not.
            guest!(write_given_up, Real, values [[DATA, DATA, PASSED], sector(0xAAAA_0001), sector(content(41))],
                definition "disk = /usr/disk\n",
                "ATA_COMMAND 0x30, 40, 2", "SAY_STATUS",
                "movl $0xAAAA0001, %eax", "ATA_FILL", "ATA_GIVE", "SAY_STATUS",
                "movl $0xAAAA0002, %eax", "ATA_FILL", "ATA_GIVE 100",
                "ATA_RESET", "SAY_STATUS", "SAY_SECTOR 40", "SAY_SECTOR 41", "call *DONE"),
            guest!(reset_while_it_works, Real, values [[0], sector(content(5))], definition "disk = /usr/disk\n",
                "movl $100, %ebp", "xorl %ebx, %ebx",
                "1: ATA_ADDRESS 0, 64", "ATA_OUT 7, 0x20", "ATA_CONTROL 4",
                // Held in reset it hears nothing.
                "ATA_OUT 7, 0xEC", "ATA_CONTROL 0", "ATA_WAIT", "ATA_STATUS", "cmpw $0x0150, %ax", "je 2f", "incl %ebx",
                "2: decl %ebp", "jnz 1b",
                "movl %ebx, %eax", "call *VALUE", "SAY_SECTOR 5", "call *DONE"),
            guest!(write_protected, Real, values [[WRITE_PROTECTED; 4], sector(content(5)), sector(content(50))],
                definition "disk = /usr/disk,ro\n",
                "ATA_COMMAND 0x30, 50, 1", "SAY_STATUS", "ATA_GIVE",
                "ATA_COMMAND 0x34, 50, 1", "SAY_STATUS", "ATA_GIVE",
                "ATA_COMMAND 0x3C, 50, 1", "SAY_STATUS", "ATA_GIVE",
                "ATA_COMMAND 0xC6, 0, 2", "ATA_COMMAND 0xC5, 50, 1", "SAY_STATUS", "ATA_GIVE",
                "SAY_SECTOR 5", "SAY_SECTOR 50", "call *DONE"),
            guest!(multiple_sectors, Real, values [[ABORTED; 4], [READY, 0, READY]], definition "disk = /usr/disk\n",
                "ATA_COMMAND 0xC4, 0, 1", "SAY_STATUS",
                "ATA_COMMAND 0xC6, 0, 3", "SAY_STATUS",
                "ATA_COMMAND 0xC6, 0, 255", "SAY_STATUS",
                "ATA_COMMAND 0xC4, 0, 1", "SAY_STATUS",
                "ATA_COMMAND 0xC6, 0, 16", "SAY_STATUS",
                "ATA_COMMAND 0xC4, 0, 32", "xorl %ebp, %ebp", "xorl %ebx, %ebx",
                "1: ATA_TAKE", "movl BUFFER + 508, %eax", "subl $0xD15C0000, %eax", "cmpl %ebp, %eax", "je 2f", "incl %ebx",
                "2: incl %ebp", "cmpl $32, %ebp", "jb 1b",
                "movl %ebx, %eax", "call *VALUE", "SAY_STATUS", "call *DONE"),
            guest!(identifies_itself, Real, values [[DATA, 0, SECTORS, READY]], definition "disk = /usr/disk\n",
                "ATA_COMMAND 0xEC, 0, 0", "SAY_STATUS", "ATA_TAKE",
                // The bytes' sum, and the number of sectors.
                "xorl %eax, %eax", "movw $BUFFER, %si", "1: addb (%si), %al", "incw %si", "cmpw $(BUFFER + 512), %si", "jb 1b",
                "call *VALUE", "movl BUFFER + 120, %eax", "call *VALUE", "SAY_STATUS", "call *DONE"),
            // A byte moves a word, and two words are one of four bytes.
            guest!(data_in_all_widths, Real, values [[5, 0x0005_D15C, DATA, READY]], definition "disk = /usr/disk\n",
                "ATA_COMMAND 0x20, 5, 1", "movw $0x1F0, %dx",
                "xorl %eax, %eax", "inb %dx, %al", "call *VALUE",
                "movw $0x1F0, %dx", "inl %dx, %eax", "call *VALUE",
                "SAY_STATUS", "ATA_TAKE 253", "SAY_STATUS", "call *DONE"),
            guest!(without_a_command, Real, values [[0xFFFF, 0, 0xFF], sector(content(5))],
                definition "disk = /usr/disk\n",
                "ATA_GIVE", "ATA_TAKE", "xorl %eax, %eax", "movw BUFFER, %ax", "call *VALUE",
                // There is no slave, and nothing on the other channel.
                "ATA_OUT 6, 0xF0", "ATA_OUT 7, 0x20", "xorl %eax, %eax", "ATA_IN 7", "call *VALUE",
                "movw $0x177, %dx", "movb $0x20, %al", "outb %al, %dx", "xorl %eax, %eax", "inb %dx, %al", "call *VALUE",
                "SAY_SECTOR 5", "call *DONE"),
            // One for each block read, one after each block written, one for each command without data, none if not wanted.
            guest!(interrupts, Real, values [[4, 4, 1, 1, 0]], definition "disk = /usr/disk\n",
                "jmp 2f",
                "1: incl %ebp", "pushaw", "ATA_IN 7", "movb $0x20, %al", "outb %al, $0xA0", "outb %al, $0x20", "popaw", "iretw",
                "2: ADDRESS 1b, %eax", "movw %ax, 0x76 * 4", "movw $0, 0x76 * 4 + 2",
                "movb $0xFB, %al", "outb %al, $0x21", "movb $0xBF, %al", "outb %al, $0xA1", "sti",
                "xorl %ebp, %ebp", "ATA_COMMAND 0x20, 8, 4", ".rept 4", "ATA_TAKE", ".endr", "movl %ebp, %eax", "call *VALUE",
                "xorl %ebp, %ebp", "ATA_COMMAND 0x30, 52, 4", ".rept 4", "ATA_GIVE", ".endr", "movl %ebp, %eax", "call *VALUE",
                "xorl %ebp, %ebp", "ATA_COMMAND 0xE7, 0, 0", "movl %ebp, %eax", "call *VALUE",
                "xorl %ebp, %ebp", "ATA_COMMAND 0x00, 0, 0", "movl %ebp, %eax", "call *VALUE",
                "ATA_CONTROL 2",
                "xorl %ebp, %ebp", "ATA_COMMAND 0x20, 8, 1", "ATA_TAKE", "movl %ebp, %eax", "call *VALUE", "call *DONE"),
            // The status that is polled with interrupts off drops INTRQ, and the guest waits for the interrupt all the same.
            guest!(completion_that_was_polled_interrupts, Real, values [[42]], definition "disk = /usr/disk\n",
                "jmp 2f", "1: incl %ebp", "pushaw", "SERVED", "popaw", "iretw",
                "2: HANDLER 0x5E, 1b", "PICS 0xFB, 0xBF", "ATA_CONTROL 0", "xorl %ebp, %ebp",
                "3: cli", "leal 1(%ebp), %ebx", "ATA_COMMAND 0x30, 60, 1", "ATA_GIVE", "4: ATA_IN 7", "testb $0x80, %al", "jnz 4b",
                "sti", "5: cmpl %ebx, %ebp", "jb 5b", "cmpl $42, %ebp", "jb 3b",
                "cli", "movl %ebp, %eax", "call *VALUE", "call *DONE"),
            // Anything into any register, with addresses that are mostly good.
            guest!(noise, Real, values [sector(content(5))], definition "disk = /usr/disk,ro\n",
                "movl $20000, %ebp", "movl $12345, %ebx",
                "1: imull $1664525, %ebx, %ebx", "addl $1013904223, %ebx",
                "movl %ebx, %edx", "shrl $24, %edx", "andl $15, %edx", "movl %ebx, %eax", "shrl $16, %eax",
                "cmpw $8, %dx", "jb 2f", "je 4f",
                // Half of the time the data port, some words in a row.
                "movw $0x1F0, %dx", "movw $BUFFER, %di", "movw $BUFFER, %si", "movl %ebx, %ecx", "shrl $19, %ecx",
                "andl $63, %ecx", "testl $0x10000, %ebx", "jz 5f", "rep outsw", "jmp 3f", "5: rep insw", "jmp 3f",
                "4: movw $0x3F6, %dx", "outb %al, %dx", "jmp 3f",
                "2: cmpw $4, %dx", "jb 6f", "cmpw $6, %dx", "ja 6f", "movb $0xE0, %al", "je 6f", "movb $0, %al",
                "6: addw $0x1F0, %dx", "outb %al, %dx",
                "3: decl %ebp", "jnz 1b",
                "ATA_CONTROL 0", "ATA_RESET", "SAY_SECTOR 5", "call *DONE"),
            guest!(reads_for_ever, Real, loops [], definition "disk = /usr/disk\n",
                "1: ATA_COMMAND 0x20, 0, 64", "movw $64, %bp", "2: ATA_TAKE", "decw %bp", "jnz 2b", "jmp 1b"),
            guest!(writes_for_ever, Real, loops [], definition "disk = /usr/disk\n",
                "1: ATA_COMMAND 0x30, 56, 4", "movw $4, %bp", "2: ATA_GIVE", "decw %bp", "jnz 2b", "jmp 1b"),
            guest!(flushes_for_ever, Real, loops [], definition "disk = /usr/disk\n",
                "1: ATA_COMMAND 0xE7, 0, 0", "jmp 1b"),
            guest!(resets_for_ever, Real, loops [], definition "disk = /usr/disk\n",
                "1: ATA_COMMAND 0x20, 0, 64", "ATA_TAKE 10", "ATA_RESET", "jmp 1b"),
            // The guest ends while its disk wants data; what was there stays.
            guest!(is_left_in_a_transfer, Real, values [[DATA, DATA]], definition "disk = /usr/disk\n",
                "ATA_COMMAND 0x30, 44, 2", "SAY_STATUS", "ATA_GIVE", "ATA_GIVE 44", "SAY_STATUS", "call *DONE"),
            guest!(after_all_that, Real, values [[0], sector(content(44))], definition "disk = /usr/disk\n",
                "ATA_COMMAND 0x20, 0, 32", "xorl %ebp, %ebp", "xorl %ebx, %ebx",
                "1: ATA_TAKE", "movw $BUFFER, %si", "2: lodsl", "subl $0xD15C0000, %eax", "cmpl %ebp, %eax", "je 3f", "incl %ebx",
                "3: cmpw $(BUFFER + 512), %si", "jb 2b", "incl %ebp", "cmpl $32, %ebp", "jb 1b",
                "movl %ebx, %eax", "call *VALUE", "SAY_SECTOR 44", "call *DONE"),
            // Every sector that it may write, and one more; then all of them again.
            guest!(fills_its_disk, Real, values [[NO_SUCH_SECTOR, 0], sector(content(5))], definition "disk = /usr/disk\n",
                "movl $32, %ebp",
                "1: ATA_ADDRESS 0, 1", "movw $0x1F3, %dx", "movl %ebp, %eax", "outb %al, %dx", "ATA_OUT 7, 0x30", "ATA_WAIT",
                "movl %ebp, %eax", "xorl $0xF111ED00, %eax", "ATA_FILL", "ATA_GIVE", "incl %ebp", "cmpl $64, %ebp", "jb 1b",
                "ATA_COMMAND 0x30, 64, 1", "SAY_STATUS", "ATA_COMMAND 0xE7, 0, 0",
                "movl $32, %ebp", "xorl %ebx, %ebx",
                "2: ATA_ADDRESS 0, 1", "movw $0x1F3, %dx", "movl %ebp, %eax", "outb %al, %dx", "ATA_OUT 7, 0x20", "ATA_WAIT",
                "ATA_TAKE", "movw $BUFFER, %si",
                "3: lodsl", "xorl $0xF111ED00, %eax", "cmpl %ebp, %eax", "je 4f", "incl %ebx",
                "4: cmpw $(BUFFER + 512), %si", "jb 3b", "incl %ebp", "cmpl $64, %ebp", "jb 2b",
                "movl %ebx, %eax", "call *VALUE", "SAY_SECTOR 5", "call *DONE"),
        ],
    )
}
