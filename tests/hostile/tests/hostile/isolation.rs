//! What a guest leaves in memory and registers is nobody else's, and what runs beside it does not change it.

use anyhow::Result;
use hostile::{Family, Guest, Host, Logs, guest};
use libtest_mimic::Trial;

/// Memory of the host, in MiB. Two guests of 40 MiB, one after the other, have frames in common.
const HOST_MEMORY: u32 = 64;

/// What a program takes after or before such a guest, in KiB.
const PROGRAM: u32 = 40 * 1024;

/// Seconds of the host's time for which guests run side by side.
const TOGETHER: u64 = 2;

/// Guests that look at each other's registers, one after the other.
pub fn family() -> &'static Family {
    Family::new(
        "isolation",
        vec![leaves_secrets_in_registers(), registers_begin_clean()],
    )
}

/// What needs more than one guest at a time.
pub fn trials() -> Vec<Trial> {
    let trial = |name: &str, test: fn() -> Result<()>| {
        Trial::test(format!("isolation::{name}"), move || {
            test().map_err(|error| format!("{error:?}").into())
        })
    };
    vec![
        trial("memory_is_scrubbed_before_it_has_a_new_owner", scrubbing),
        trial("guests_side_by_side_keep_what_is_theirs", side_by_side),
    ]
}

/// Fills all of its memory but the first MiB, ends, and so do others that look for what it left.
fn scrubbing() -> Result<()> {
    let guests = [
        fills_its_memory(),
        fills_its_memory_and_stays(),
        searches_its_memory(),
    ];
    let [secretive, stays, searcher] = &guests;
    let mut host = Host::boot("hostile scrubbing", HOST_MEMORY, Logs::Each, &guests)?;
    // A guest after a guest that ended, after one that was killed, after a program; then a program after a guest.
    host.run(secretive)?;
    host.run(searcher)?;
    host.start(stays.name)?;
    host.wait_for_statistic(stays.name, "4 KiB frames held", 39 * 256)?;
    host.kill(stays.name)?;
    host.run(searcher)?;
    let program = host.sweb.command_within(&format!("hog {PROGRAM}"), 60)?;
    host.sweb.check(
        program.contains("hog: took"),
        "the program does not get its memory",
    )?;
    host.run(searcher)?;
    host.run(secretive)?;
    let program = host.sweb.command_within(&format!("hog {PROGRAM}"), 60)?;
    host.sweb.check(
        program.contains("hog: took") && !program.contains("FAIL"),
        "a program sees what a guest left",
    )?;
    counts::add("micro-guests", 6);
    Ok(())
}

/// Each finds its memory and its registers as it left them, again and again, while the others do the same.
fn side_by_side() -> Result<()> {
    let guests = [
        memory_tenant!(memory_a, ".set SECRET, 0x5EC2E701"),
        memory_tenant!(memory_b, ".set SECRET, 0xA13D18FE"),
        register_tenant!(registers_a, ".set SECRET, 0x5EC2E70111112222"),
        register_tenant!(registers_b, ".set SECRET, 0xA13D18FEEEEEDDDD"),
    ];
    let mut host = Host::boot("hostile side by side", HOST_MEMORY, Logs::Each, &guests)?;
    for guest in &guests {
        host.start(guest.name)?;
    }
    host.sweb.idle(TOGETHER * counts::scale())?;
    let program = host.sweb.command("memtest")?;
    host.sweb
        .check(program.contains("[PASS]"), "the host's program fails beside them")?;
    // SYSCALL, RDTSCP and everything else that a program must not get away with, while a guest's MSRs are in the CPU.
    let program = host.sweb.command_within("nasty", 60)?;
    host.sweb
        .check(program.contains("[PASS]"), "a program sees registers of guests")?;
    for guest in &guests {
        let runs = host.runs(guest.name)?;
        host.sweb.check(runs, &format!("{} has ended", guest.name))?;
        host.kill(guest.name)?;
    }
    for guest in &guests {
        let said = host.said(guest.name)?;
        let rounds: Vec<&str> = said.lines().map(str::trim_end).collect();
        let well = rounds.len() >= 3 && rounds.iter().all(|round| *round == "=00000000");
        host.sweb
            .check(well, &format!("{} says {rounds:?}", guest.name))?;
    }
    host.check_pages()?;
    counts::add("micro-guests", guests.len() as u64);
    Ok(())
}

/// Writes to all of its memory from 1 MiB on.
fn fills_its_memory() -> Guest {
    guest!(fills_its_memory, Protected, says [], definition "memory = 40M\n",
        "movl $0x100000, %edi", "movl $(39 << 18), %ecx", "movl $0x5EC2E701, %eax", "rep stosl", "call *DONE")
}

/// The same, but it waits to be killed.
fn fills_its_memory_and_stays() -> Guest {
    guest!(fills_its_memory_and_stays, Protected, loops [], definition "memory = 40M\n",
        "movl $0x100000, %edi", "movl $(39 << 18), %ecx", "movl $0x5EC2E701, %eax", "rep stosl", "1: pause", "jmp 1b")
}

/// Says the first doubleword that is not zero, in what it has not written: low memory, and all from 1 MiB on.
fn searches_its_memory() -> Guest {
    guest!(searches_its_memory, Protected, says ["=00000000", "=00000000"], definition "memory = 40M\n",
        "xorl %eax, %eax", "movl $0x10000, %edi", "movl $(0x80000 / 4), %ecx", "repe scasl",
        "movl -4(%edi), %eax", "call *VALUE",
        "xorl %eax, %eax", "movl $0x100000, %edi", "movl $(39 << 18), %ecx", "repe scasl",
        "movl -4(%edi), %eax", "call *VALUE", "call *DONE")
}

/// Puts a secret into every register that a guest can load.
fn leaves_secrets_in_registers() -> Guest {
    guest!(leaves_secrets_in_registers, Long, says [],
        "AVX_ON",
        "movabsq $0x5EC2E70112345678, %rax",
        ".irp n, 8, 9, 10, 11, 12, 13, 14, 15", "movq %rax, %r\\n", ".endr",
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
        "vmovq %rax, %xmm\\n", "vpunpcklqdq %xmm\\n, %xmm\\n, %xmm\\n", "vinsertf128 $1, %xmm\\n, %ymm\\n, %ymm\\n",
        ".endr",
        ".irp n, 0, 1, 2, 3", "movq %rax, %dr\\n", ".endr",
        "movq %rax, %cr2",
        "fninit", "fldpi", "fldpi", "fldpi", "fldpi",
        "shrq $20, %rax", "movq %rax, %rdx", "shrq $32, %rdx",
        ".irp msr, 0xC0000081, 0xC0000082, 0xC0000083, 0xC0000102, 0x174, 0x175, 0x176",
        "movl $\\msr, %ecx", "wrmsr", ".endr",
        "call *DONE")
}

/// Says the union of each kind of register, as it finds them.
fn registers_begin_clean() -> Guest {
    guest!(registers_begin_clean, Long,
        says ["=00000000", "=00000000", "=00000000", "=00000000", "=00000000", "=00000000", "=ffff0ff0", "=00000400"],
        // General registers.
        "xorl %eax, %eax",
        ".irp n, 8, 9, 10, 11, 12, 13, 14, 15", "orq %r\\n, %rax", ".endr",
        "orq %rbp, %rax",
        "SAY_ANY",
        // Vector registers, the upper halves too, which the guest has not had so far.
        "AVX_ON",
        "xorl %eax, %eax",
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
        "vmovq %xmm\\n, %rcx", "orq %rcx, %rax",
        "vpextrq $1, %xmm\\n, %rcx", "orq %rcx, %rax",
        "vextractf128 $1, %ymm\\n, %xmm\\n", "vmovq %xmm\\n, %rcx", "orq %rcx, %rax",
        "vpextrq $1, %xmm\\n, %rcx", "orq %rcx, %rax",
        ".endr",
        "SAY_ANY",
        // The x87 stack.
        "fxsave 0x60000",
        "xorl %eax, %eax", "movl $(0x60000 + 32), %esi",
        "1: orq (%rsi), %rax", "addl $8, %esi", "cmpl $(0x60000 + 160), %esi", "jb 1b",
        "SAY_ANY",
        // Breakpoints and the last page fault's address.
        "xorl %eax, %eax",
        ".irp n, 0, 1, 2, 3", "movq %dr\\n, %rcx", "orq %rcx, %rax", ".endr",
        "SAY_ANY",
        "movq %cr2, %rax",
        "SAY_ANY",
        // STAR, LSTAR, CSTAR, KERNEL_GS_BASE, SYSENTER.
        "xorl %r8d, %r8d",
        ".irp msr, 0xC0000081, 0xC0000082, 0xC0000083, 0xC0000102, 0x174, 0x175, 0x176",
        "movl $\\msr, %ecx", "rdmsr", "orl %edx, %eax", "orl %eax, %r8d", ".endr",
        "movq %r8, %rax",
        "SAY_ANY",
        "movq %dr6, %rax", "call *VALUE",
        "movq %dr7, %rax", "call *VALUE",
        "call *DONE")
}

/// A guest that fills 4 MiB with a pattern of its own, and says after each round how many doublewords have changed.
macro_rules! memory_tenant {
    ($name:ident, $secret:literal) => {
        guest!($name, Protected, loops [], definition "memory = 6M\n",
            $secret,
            "movl $0x100000, %edi",
            "1: movl %edi, %eax", "xorl $SECRET, %eax", "stosl", "cmpl $0x500000, %edi", "jb 1b",
            "2: movl $0x100000, %esi", "xorl %ebp, %ebp",
            "3: lodsl", "xorl $SECRET, %eax", "addl $4, %eax", "cmpl %esi, %eax", "je 4f", "incl %ebp",
            "4: cmpl $0x500000, %esi", "jb 3b",
            "movl %ebp, %eax", "call *VALUE", "jmp 2b")
    };
}
use memory_tenant;

/// A guest that keeps a pattern of its own in its registers, and says after each round whether one has changed.
macro_rules! register_tenant {
    ($name:ident, $secret:literal) => {
        guest!($name, Long, loops [],
            "AVX_ON",
            $secret, "movabsq $SECRET, %r15",
            ".irp n, 8, 9, 10, 11, 12, 13, 14", "movq %r15, %r\\n", ".endr",
            "movl %r15d, %edx", "movl %r15d, %eax", "andl $0x7FFF, %edx",
            // STAR, LSTAR, CSTAR, KERNEL_GS_BASE, SYSENTER; FMASK and TSC_AUX have 32 bits.
            ".irp msr, 0xC0000081, 0xC0000082, 0xC0000083, 0xC0000102, 0x175", "movl $\\msr, %ecx", "wrmsr", ".endr",
            "xorl %edx, %edx",
            ".irp msr, 0xC0000084, 0xC0000103", "movl $\\msr, %ecx", "wrmsr", ".endr",
            ".irp n, 0, 1, 2, 3", "movq %r15, %dr\\n", ".endr",
            "movq %r15, %cr2",
            ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
            "vmovq %r15, %xmm\\n", "vpunpcklqdq %xmm\\n, %xmm\\n, %xmm\\n", "vinsertf128 $1, %xmm\\n, %ymm\\n, %ymm\\n",
            ".endr",
            "1: movl $100000, %ebp",
            "2: pause", "decl %ebp", "jnz 2b",
            // General registers, one by one against each other; a vector register's both halves; the rest.
            "xorl %ebx, %ebx",
            ".irp n, 8, 9, 10, 11, 12, 13, 14", "movq %r\\n, %rax", "xorq %r15, %rax", "orq %rax, %rbx", ".endr",
            ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
            "vmovq %xmm\\n, %rax", "xorq %r15, %rax", "orq %rax, %rbx", ".endr",
            // Their upper halves, through memory, which leaves them as they are.
            ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
            "vmovups %ymm\\n, 0x60000", "movq 0x60018, %rax", "xorq %r15, %rax", "orq %rax, %rbx", ".endr",
            ".irp n, 0, 1, 2, 3", "movq %dr\\n, %rax", "xorq %r15, %rax", "orq %rax, %rbx", ".endr",
            "movq %cr2, %rax", "xorq %r15, %rax", "orq %rax, %rbx",
            ".irp msr, 0xC0000081, 0xC0000082, 0xC0000083, 0xC0000084, 0xC0000102, 0xC0000103, 0x175",
            "movl $\\msr, %ecx", "rdmsr", "xorl %r15d, %eax", "orq %rax, %rbx", ".endr",
            "movq %rbx, %rax", "SAY_ANY",
            "jmp 1b")
    };
}
use register_tenant;
