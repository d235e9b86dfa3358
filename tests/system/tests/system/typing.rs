//! Text that comes faster than a guest takes it, as whoever pastes or types ahead sends it.

use anyhow::Result;
use harness::{Machine, RunDir, Session};
use system::steps::{MEMORY_FOR_GUESTS, boot_for_guests, flat_guest, guest_command, start_guest};

/// Seconds of guest time in which what was pasted has been taken.
const PATIENCE: u64 = 90;

/// Pastes lines at a shell of SWEB that print themselves, in capitals and not, and looks whether they did.
fn paste_commands(sweb: &mut Session) -> Result<()> {
    let words: Vec<String> = (1..=6)
        .map(|line| format!("Line {line}: \"It is\" #{line}00 {{of}} 6 (A & B) ~ <Xy_Z>? *@^%!"))
        .collect();
    let commands: String = words.iter().map(|words| format!("echo '{words}'\n")).collect();
    assert!(commands.len() > 300);
    sweb.paste(&commands.replace('\n', "\r"))?;
    sweb.wait_until("the last line's output", PATIENCE, |sweb| {
        sweb.screen().text().lines().any(|row| row.trim_end() == words[5])
    })?;
    sweb.wait_prompt()?;
    let screen = sweb.screen().text();
    for words in &words {
        let printed = screen.lines().any(|row| row.trim_end() == *words);
        sweb.check(printed, &format!("'{words}' has not been printed"))?;
    }
    Ok(())
}

#[test]
fn a_paste_reaches_a_guest_whole() -> Result<()> {
    let mut sweb = boot_for_guests("typing guest")?;
    start_guest(&mut sweb)?;
    guest_command(&mut sweb, "cls")?;
    paste_commands(&mut sweb)
}

/// Prints what it reads through the BIOS, but first lets the BIOS's buffer, of fifteen keys, become full, and a second pass.
#[rustfmt::skip]
const READS_LATE: [u8; 47] = [
    0x31, 0xC0,                         // xor  %ax, %ax
    0x8E, 0xD8,                         // mov  %ax, %ds
    0xFB,                               // sti
    0xB8, 0x3A, 0x0E, 0xCD, 0x10,       // mov  $0x0E3A, %ax; int $0x10      ':'
    0xF4,                               // 1: hlt
    0xA1, 0x1C, 0x04,                   // mov  0x41C, %ax                   the buffer's tail
    0x83, 0xC0, 0x02,                   // add  $2, %ax
    0x3D, 0x3E, 0x00,                   // cmp  $0x3E, %ax                   its end
    0x75, 0x03,                         // jne  2f
    0xB8, 0x1E, 0x00,                   // mov  $0x1E, %ax                   its beginning
    0x3B, 0x06, 0x1A, 0x04,             // 2: cmp 0x41A, %ax                 its head
    0x75, 0xEB,                         // jne  1b
    0xB9, 0x12, 0x00,                   // mov  $18, %cx
    0xF4,                               // 3: hlt
    0xE2, 0xFD,                         // loop 3b
    0xB4, 0x00, 0xCD, 0x16,             // 4: mov $0, %ah; int $0x16
    0xB4, 0x0E, 0xCD, 0x10,             // mov  $0x0E, %ah; int $0x10
    0xEB, 0xF6,                         // jmp  4b
];

#[test]
fn the_bios_takes_what_was_typed_ahead() -> Result<()> {
    let dir = RunDir::create("typing bios guest")?;
    let mut sweb = Machine::new("typing bios")
        .memory(MEMORY_FOR_GUESTS)
        .guest(flat_guest(&dir, "late", &READS_LATE)?)
        .boot()?;
    sweb.enter("cls; vmrun late", "late")?;
    sweb.wait_until("the guest's colon", PATIENCE, |sweb| {
        sweb.screen().before_cursor() == ":"
    })?;
    let text: String = "The quick brown fox jumps over 12 lazy dogs; {Nobody} is #1! "
        .chars()
        .cycle()
        .take(300)
        .chain("[End]".chars())
        .collect();
    sweb.paste(&text)?;
    let printed = format!(":{text}");
    let shows = |sweb: &Session| sweb.screen().text().replace('\n', "").trim_end().to_owned();
    sweb.wait_until("the paste's end", PATIENCE, |sweb| shows(sweb).ends_with("[End]"))?;
    let shown = shows(&sweb);
    sweb.check(shown == printed, &format!("'{printed}' should be on the screen"))
}
