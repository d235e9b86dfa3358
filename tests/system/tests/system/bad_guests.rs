//! Guests that cannot work: one line says what is wrong and what to do, and everything else goes on.

use std::fs;

use anyhow::Result;
use harness::{Machine, RunDir, build_dir};
use system::steps::{MEMORY_FOR_GUESTS, flat_guest, guest_from, number_after, refused, start_guest};

/// Loads an empty interrupt descriptor table and uses it.
#[rustfmt::skip]
const TRIPLE_FAULT: [u8; 17] = [
    0xFA,                         // 7C00  cli
    0x31, 0xC0,                   // 7C01  xor  ax, ax
    0x8E, 0xD8,                   // 7C03  mov  ds, ax
    0x0F, 0x01, 0x1E, 0x0B, 0x7C, // 7C05  lidt [0x7C0B]
    0xCC,                         // 7C0A  int3
    0, 0, 0, 0, 0, 0,             // 7C0B  limit and base: nothing
];

/// Sends one character after another to the debug port.
#[rustfmt::skip]
const CHATTERBOX: [u8; 6] = [
    0xB0, b'x', // mov al, 'x'
    0xE6, 0xE9, // out 0xE9, al
    0xEB, 0xFC, // jmp to the out
];

/// A Multiboot kernel that writes to one page after another until it is stopped.
#[rustfmt::skip]
const GLUTTON: [u8; 47] = [
    0x02, 0xB0, 0xAD, 0x1B, 0x00, 0x00, 0x01, 0x00, 0xFE, 0x4F, 0x51, 0xE4, // magic, flags, checksum
    0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x10, 0x00,                         // header and load address: 1 MiB
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x10, 0x00, // all of the file, no .bss, entry
    0xBF, 0x00, 0x00, 0x20, 0x00,                                           // mov edi, 0x200000
    0x89, 0x3F,                                                             // mov [edi], edi
    0x81, 0xC7, 0x00, 0x10, 0x00, 0x00,                                     // add edi, 0x1000
    0xEB, 0xF6,                                                             // jmp to the write
];

/// A Multiboot kernel that waits in a function.
#[rustfmt::skip]
const CALLER: [u8; 51] = [
    0x02, 0xB0, 0xAD, 0x1B, 0x00, 0x00, 0x01, 0x00, 0xFE, 0x4F, 0x51, 0xE4, // magic, flags, checksum
    0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x10, 0x00,                         // header and load address: 1 MiB
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x10, 0x00, // all of the file, no .bss, entry
    0xBC, 0x00, 0x00, 0x20, 0x00,                                           // mov esp, 0x200000
    0x31, 0xED,                                                             // xor ebp, ebp
    0xE8, 0x02, 0x00, 0x00, 0x00,                                           // call the function
    0xEB, 0xFE,                                                             // 10002C  jmp here
    0x55,                                                                   // push ebp
    0x89, 0xE5,                                                             // mov ebp, esp
    0xEB, 0xFE,                                                             // jmp here
];

fn hello() -> Result<Vec<u8>> {
    Ok(fs::read(build_dir().join("usr-guests/guests/hello"))?)
}

#[test]
fn a_triple_fault_ends_in_a_report() -> Result<()> {
    let dir = RunDir::create("triple fault")?;
    let mut sweb = Machine::new("guest triple fault")
        .memory(MEMORY_FOR_GUESTS)
        .guest(flat_guest(&dir, "faulty", &TRIPLE_FAULT)?)
        .boot()?;
    sweb.command("vmrun --detach hello")?;

    let output = sweb.command("vmrun faulty")?;
    sweb.check(output.contains("triple fault"), "the triple fault is not named")?;
    sweb.check(output.contains("7c0a"), "RIP is not where the guest stopped")?;
    // The screen has no memory: what counts must still be on it.
    let seen = sweb.screen();
    sweb.check(
        ["stopped: triple fault", "hint:", "7c0a", "`vmreport faulty'"]
            .iter()
            .all(|part| seen.contains(part)),
        "what counts has scrolled off the screen",
    )?;
    let report = sweb.command("vmreport faulty")?;
    for part in ["triple fault", "0000000000007c0a", "rax", "idtr", "last exits"] {
        sweb.check(report.contains(part), &format!("the report lacks '{part}'"))?;
    }

    let list = sweb.command("vmlist")?;
    let row = |name: &str| list.lines().find(|row| row.contains(name)).unwrap_or_default();
    sweb.check(row("faulty").contains("failed"), "vmlist does not say 'failed'")?;
    sweb.check(row("hello").contains("running"), "the other VM has stopped")?;
    let memtest = sweb.command("memtest")?;
    sweb.check(memtest.contains("[PASS]"), "the host's programs do not go on")?;
    sweb.enter("vmconsole hello", "hello")?;
    sweb.wait_screen("Press a key to switch me off.")?;
    sweb.type_text("x")?;
    sweb.wait_return()
}

#[test]
fn broken_images_and_definitions_are_refused() -> Result<()> {
    let dir = RunDir::create("broken guests")?;
    let hello = hello()?;
    let header = hello
        .windows(4)
        .position(|word| word == 0x1BAD_B002_u32.to_le_bytes());
    let cut = &hello[..header.unwrap_or_default() + 16];
    let text = b"This is no kernel, but a text of some length.\n".repeat(100);
    let mut sweb = Machine::new("guest broken")
        .memory(MEMORY_FOR_GUESTS)
        .guest(guest_from(&dir, "cut", cut, "memory = 2M\n")?)
        .guest(guest_from(&dir, "text", &text, "memory = 2M\n")?)
        .guest(guest_from(&dir, "empty", b"", "memory = 2M\n")?)
        .guest(guest_from(&dir, "typo", &hello, "# one\n# two\nmemroy = 2M\n")?)
        .boot()?;
    let cases = [
        ("vmrun cut", &["guests/cut-image", "truncated"][..]),
        ("vmrun text", &["guests/text-image", "Multiboot", "format = flat"]),
        ("vmrun empty", &["guests/empty-image", "empty"]),
        ("vmrun typo", &["line 4", "memroy", "known keys"]),
        ("vmrun nobody", &["nobody", "/usr/guests"]),
        ("vmrun /usr/nothing", &["/usr/nothing", "o such file"]),
        (
            "vmrun --kernel /usr/nothing hello",
            &["/usr/nothing", "o such file"],
        ),
        ("vmrun --disk /usr/no.img hello", &["/usr/no.img", "o such file"]),
        ("vmrun --disk /dev/idez hello", &["/dev/idez", "o such file"]),
        (
            "vmrun --disk /usr/README.txt,rw hello",
            &["README.txt,rw", "',ro'"],
        ),
        (
            "vmrun --log /usr/none/log hello",
            &["/usr/none/log", "no such directory"],
        ),
        ("vmrun --log /usr hello", &["/usr", "directory", "--log"]),
        ("vmrun --memory 1K hello", &["--memory 1K", "2 MiB"]),
        ("vmrun --memory much hello", &["much", "16M"]),
        ("vmrun --memory 2M guest", &["memory", "kernel.x"]),
        ("vmrun --memroy 2M hello", &["--memroy"]),
        ("vmrun hello boot", &["one guest"]),
    ];
    // The first round fills what is kept for later: the heap's reserve, the buffers of the file system.
    let mut before = None;
    for _ in 0..2 {
        for (line, words) in cases {
            refused(&mut sweb, line, words)?;
        }
        let after = number_after(&sweb.command("cls; free")?, "free");
        sweb.check(
            after
                .zip(before.or(after))
                .is_some_and(|(after, before)| after + 2 >= before),
            &format!("{before:?} free pages became {after:?}"),
        )?;
        before = after;
    }
    sweb.enter("vmrun hello", "hello")?;
    sweb.wait_screen("Hello from a guest of SWEB!")
}

/// A guest reports its own end through the port that QEMU calls isa-debug-exit.
#[test]
fn the_exit_code_of_a_guest_is_shown() -> Result<()> {
    let dir = RunDir::create("exit code")?;
    let code = [0xB0, 0x05, 0xE6, 0xF4]; // mov al, 5; out 0xF4, al
    let mut sweb = Machine::new("guest exit code")
        .memory(MEMORY_FOR_GUESTS)
        .guest(flat_guest(&dir, "quitter", &code)?)
        .boot()?;
    let output = sweb.command("vmrun quitter")?;
    sweb.check(
        output.contains("switched itself off") && output.contains("exit code 5"),
        &format!("the exit code is not shown: {output}"),
    )
}

/// A mistake of the hypervisor, here one that was asked for, ends the VM it happened to and gives all of it back.
#[test]
fn a_panic_of_the_hypervisor_ends_one_vm() -> Result<()> {
    let dir = RunDir::create("panic")?;
    let mut sweb = Machine::new("hypervisor panic")
        .memory(MEMORY_FOR_GUESTS)
        .guest(guest_from(&dir, "caller", &CALLER, "memory = 8M\n")?)
        .boot()?;
    sweb.command("vmrun --detach --name other hello")?;
    // What is remembered of a VM that is over: its report and a page of its log. Its own pages are ten times as many.
    const REMEMBERED_PAGES: u64 = 3;
    let mut free = Vec::new();
    for _ in 0..2 {
        sweb.command("vmrun --detach --name unlucky caller")?;
        sweb.command("vmpanic unlucky")?;
        let report = sweb.command("vmreport unlucky")?;
        for part in [
            "stopped: the hypervisor panicked: a drill",
            "hint:",
            "rax",
            "called from, the latest call first:",
            "000000000010002c",
            "last exits",
        ] {
            sweb.check(
                report.contains(part),
                &format!("the report lacks '{part}': {report}"),
            )?;
        }
        let memory = sweb.command("free")?;
        free.extend(number_after(&memory, "free"));
    }
    let [first, second] = free[..] else {
        return Err(sweb.failure("free does not tell the free pages"));
    };
    sweb.check(
        second + REMEMBERED_PAGES >= first,
        &format!("memory is lost: {free:?}"),
    )?;
    let list = sweb.command("vmlist")?;
    let row = |name: &str| list.lines().find(|row| row.contains(name)).unwrap_or_default();
    sweb.check(row("unlucky").contains("failed"), "vmlist does not say 'failed'")?;
    sweb.check(row("other").contains("running"), "the other VM has stopped")?;
    let log = sweb.debug_log();
    let trace = log.split("HYPERVISOR PANIC: ").nth(1).unwrap_or_default();
    sweb.check(
        ["vm_run", "VcpuThread::runOnce"]
            .iter()
            .all(|name| trace.contains(name)),
        "the debug log has no backtrace",
    )?;
    sweb.enter("vmconsole other", "other")?;
    sweb.wait_screen("Press a key to switch me off.")?;
    sweb.type_text("x")?;
    sweb.wait_return()
}

/// A guest may have more memory than the host as long as it does not use it.
#[test]
fn a_guest_that_uses_up_the_host_is_ended() -> Result<()> {
    let dir = RunDir::create("glutton")?;
    let mut sweb = Machine::new("guest glutton")
        .memory(MEMORY_FOR_GUESTS)
        .guest(guest_from(&dir, "glutton", &GLUTTON, "memory = 1G\n")?)
        .boot()?;
    sweb.command("vmrun --detach hello")?;
    let output = sweb.command_within("vmrun glutton", 120)?;
    sweb.check(
        output.contains("glutton' stopped") && output.contains("memory"),
        "the report does not name the host's memory",
    )?;
    let memtest = sweb.command("memtest")?;
    sweb.check(memtest.contains("[PASS]"), "the host's programs do not go on")?;
    let list = sweb.command("cls; vmlist")?;
    sweb.check(list.contains("running"), "the other VM was ended, too")?;
    start_guest(&mut sweb)
}

/// The guest goes on without its log, and whoever looks is told.
#[test]
fn a_log_on_a_full_disk_is_given_up() -> Result<()> {
    let dir = RunDir::create("full log")?;
    let mut sweb = Machine::new("guest full log")
        .memory(MEMORY_FOR_GUESTS)
        .guest(flat_guest(&dir, "chatter", &CHATTERBOX)?)
        .boot()?;
    sweb.command("echo > /usr/log")?;
    let mut full = false;
    for number in 0..8 {
        let output = sweb.command_within(&format!("cp /usr/guests/guest.img /usr/copy{number}"), 600)?;
        full = full || output.contains("No space left");
        if full {
            break;
        }
    }
    sweb.check(full, "the disk does not get full")?;

    sweb.command("vmrun --detach --log /usr/log chatter")?;
    sweb.command("memtest")?;
    let statistics = sweb.command("vmstat chatter")?;
    sweb.check(
        statistics.contains("/usr/log is not complete: no space left"),
        "vmstat does not tell that the log has ended",
    )?;
    let killed = sweb.command("vmkill chatter")?;
    sweb.check(killed.contains("was ended"), "the guest did not go on")?;
    sweb.command("rm /usr/copy0")?;
    sweb.command("echo room again > /usr/room")?;
    let room = sweb.command("cat /usr/room")?;
    sweb.check(room.contains("room again"), "no room after removing a file")
}
