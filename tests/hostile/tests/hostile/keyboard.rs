//! Somebody types at guests that misuse their keyboard, or do not listen at all.

use anyhow::Result;
use harness::Key;
use hostile::{Guest, Host, Logs, guest};
use libtest_mimic::Trial;

/// Memory of the host, in MiB.
const HOST_MEMORY: u32 = 64;
/// Keys of a flood: more than a guest's keyboard keeps.
const FLOOD: usize = 1500;
/// Seconds in which a guest that listens has heard 200 codes.
const LISTENED: u64 = 7;
/// Keys that are typed one by one.
const TYPED: u32 = 50;
/// What a guest puts on its screen when it is ready.
const READY: &str = "!!!!!!!!";
/// Seconds of the host's time in which a guest hears and says.
const PATIENCE: u64 = 60;

/// The tests.
pub fn trials() -> Vec<Trial> {
    let trial = |name: &str, test: fn() -> Result<()>| {
        Trial::test(format!("keyboard::{name}"), move || {
            test().map_err(|error| format!("{error:?}").into())
        })
    };
    vec![
        trial("the_user_gets_away_from_guests_that_do_not_listen", floods),
        trial("every_key_arrives_amid_commands", typing),
        trial("shift_is_down_when_a_guest_looks_late", shifted),
    ]
}

/// A flood of keys for each guest, and then the one that leaves it.
fn floods() -> Result<()> {
    let guests = [
        halts_deaf(),
        spins_deaf(),
        reads_for_ever(),
        writes_noise(),
        asks_for_ever(),
    ];
    let mut host = Host::boot("hostile keyboard", HOST_MEMORY, Logs::Each, &guests)?;
    let flood: String = "The quick brown fox! \x1b[A\x1b[15~\t"
        .chars()
        .cycle()
        .take(FLOOD)
        .collect();
    for guest in &guests {
        open(&mut host, guest)?;
        host.sweb.paste(&flood)?;
        let listens = guest.name == "reads_for_ever";
        host.sweb.idle(if listens { LISTENED } else { 1 })?;
        host.sweb.leave()?;
        let runs = host.runs(guest.name)?;
        host.sweb.check(runs, &format!("{} has ended", guest.name))?;
        host.kill(guest.name)?;
        host.check_pages()?;
    }
    let said = host.said("reads_for_ever")?;
    host.sweb.check(
        said.contains("=000000c8"),
        &format!("the flood has not arrived: {said}"),
    )?;
    counts::add("micro-guests", guests.len() as u64);
    Ok(())
}

/// Text at once, for a guest that looks at Shift when it comes to its buffer.
fn shifted() -> Result<()> {
    /// Scancodes of `AbC!` and Enter, with Shift in bit 8.
    const HEARD: [&str; 5] = ["=0000011e", "=00000030", "=0000012e", "=00000102", "=0000001c"];
    let guests = [looks_late()];
    let [guest] = &guests;
    let mut host = Host::boot("hostile shift", HOST_MEMORY, Logs::Each, &guests)?;
    open(&mut host, guest)?;
    host.sweb.paste("AbC!\r")?;
    host.sweb.wait_return_within(PATIENCE)?;
    let said = host.said(guest.name)?;
    let heard: Vec<&str> = said.lines().map(str::trim_end).collect();
    host.sweb
        .check(heard == HEARD, &format!("of AbC! it heard {heard:?}"))?;
    counts::add("micro-guests", guests.len() as u64);
    host.check_pages()
}

/// Key by key, and each must be heard once.
fn typing() -> Result<()> {
    let guests = [counts_keys()];
    let [guest] = &guests;
    let mut host = Host::boot("hostile typing", HOST_MEMORY, Logs::Each, &guests)?;
    open(&mut host, guest)?;
    host.sweb.type_text(&"a".repeat(TYPED as usize))?;
    host.sweb.key(Key::Enter)?;
    host.sweb.wait_return_within(PATIENCE)?;
    let said = host.said(guest.name)?;
    let heard: Vec<&str> = said.lines().map(str::trim_end).collect();
    let typed = format!("={TYPED:08x}");
    host.sweb.check(
        heard == [&typed, &typed],
        &format!("of {TYPED} keys it heard {heard:?} pressed and released"),
    )?;
    counts::add("micro-guests", guests.len() as u64);
    host.check_pages()
}

/// Runs a guest and shows its screen.
fn open(host: &mut Host, guest: &Guest) -> Result<()> {
    host.sweb
        .enter(&format!("cls; vmrun {}", guest.name), guest.name)?;
    host.sweb.wait_screen(READY)
}

/// Waits for an interrupt that never comes.
fn halts_deaf() -> Guest {
    guest!(halts_deaf, Real, loops [], "EXCLAIM", "PICS 0xFF, 0xFF", "sti", "1: hlt", "jmp 1b")
}

/// Computes with interrupts off.
fn spins_deaf() -> Guest {
    guest!(spins_deaf, Real, loops [], "EXCLAIM", "cli", "1: incl %eax", "jmp 1b")
}

/// Reads whether there is something or not, and says when it has read enough that is new.
fn reads_for_ever() -> Guest {
    guest!(reads_for_ever, Real, loops [],
        "EXCLAIM", "xorl %ebp, %ebp",
        "1: inb $0x60, %al", "cmpb %bl, %al", "je 1b", "movb %al, %bl", "incl %ebp", "cmpl $200, %ebp", "jne 1b",
        "movl %ebp, %eax", "call *VALUE", "jmp 1b")
}

/// Writes random bytes to both ports, but never resets itself.
fn writes_noise() -> Guest {
    guest!(writes_noise, Real, loops [],
        "EXCLAIM", "movl $1, %ebp",
        "1: imull $1664525, %ebp, %ebp", "addl $1013904223, %ebp",
        "movl %ebp, %eax", "shrl $24, %eax", "testl $0x800000, %ebp", "jz 2f",
        "cmpb $0xF0, %al", "jae 1b", "cmpb $0xD1, %al", "je 1b", "outb %al, $0x64", "jmp 1b",
        "2: outb %al, $0x60", "jmp 1b")
}

/// Has the controller answer, and never listens.
fn asks_for_ever() -> Guest {
    guest!(asks_for_ever, Real, loops [],
        "EXCLAIM", "1: OUT_BYTE 0x64, 0x20", "OUT_BYTE 0x64, 0xAA", "OUT_BYTE 0x60, 0xEE", "OUT_BYTE 0x64, 0xD3",
        "OUT_BYTE 0x60, 0x55", "jmp 1b")
}

/// Counts how often A is pressed and released, up to Enter, and gives the controller commands all the while.
fn counts_keys() -> Guest {
    guest!(counts_keys, Real, loops [],
        "xorl %ebp, %ebp", "xorl %esi, %esi", "EXCLAIM", "xorl %edi, %edi", "jmp 2f",
        // Questions and their answers, keyboard and mouse off and on, and what is no command.
        "1: .byte 0x20, 0xA4, 0xAA, 0xAD, 0xAB, 0xC0, 0xAE, 0xD0, 0xE0, 0xA7, 0xA9, 0xA8, 0x00, 0x80, 0xB0, 0xF1",
        "2: inb $0x64, %al", "testb $1, %al", "jz 3f",
        "inb $0x60, %al",
        "cmpb $0x1C, %al", "je 4f", "cmpb $0x1E, %al", "jne 5f", "incl %ebp",
        "5: cmpb $0x9E, %al", "jne 2b", "incl %edi", "jmp 2b",
        "3: ADDRESS 1b, %ebx", "movb (%ebx,%esi), %al", "outb %al, $0x64", "incl %esi", "andl $15, %esi", "jmp 2b",
        "4: pushl %edi", "movl %ebp, %eax", "call *VALUE", "popl %eax", "call *VALUE", "call *DONE")
}

/// Puts scancodes into a ring in its interrupt, and takes them from there at every second tick of 18.2 Hz. Says each key that is
/// pressed, with Shift as it is then; Enter ends it.
fn looks_late() -> Guest {
    guest!(looks_late, Real, loops [],
        "jmp 5f",
        // The keyboard: the ring's end at 57F0, Shift at 57F4.
        "1: pushaw", "inb $0x60, %al", "movzbw 0x57F0, %bx", "movb %al, 0x5900(%bx)", "incb 0x57F0",
        "cmpb $0x2A, %al", "jne 2f", "movb $1, 0x57F4", "2: cmpb $0xAA, %al", "jne 3f", "movb $0, 0x57F4",
        "3: SERVED", "popaw", "iretw",
        "4: incl %ebp", "pushaw", "SERVED", "popaw", "iretw",
        "5: HANDLER 0x51, 1b", "HANDLER 0x50, 4b", "PICS 0xFC, 0xFF", "EXCLAIM", "sti",
        "6: xorl %ebp, %ebp", "7: hlt", "cmpl $2, %ebp", "jb 7b",
        // The ring's beginning at 57F2.
        "8: movzbw 0x57F2, %bx", "cmpb %bl, 0x57F0", "je 6b", "incb 0x57F2",
        "movzbl 0x5900(%bx), %eax", "testb $0x80, %al", "jnz 8b", "cmpb $0x2A, %al", "je 8b", "movb 0x57F4, %ah",
        "pushl %eax", "call *VALUE", "popl %eax", "cmpb $0x1C, %al", "jne 8b", "call *DONE")
}
