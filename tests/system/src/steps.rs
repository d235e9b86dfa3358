//! What several tests do.

use std::fs;

use anyhow::Result;
use harness::{Console, GuestFolder, Machine, RunDir, Session};

/// Memory for a machine that runs guests.
pub const MEMORY_FOR_GUESTS: u32 = 128;
/// Seconds of guest time in which a guest SWEB reaches its prompt.
pub const GUEST_BOOT: u64 = 60;

/// Boots a machine with room for guests.
pub fn boot_for_guests(name: &str) -> Result<Session> {
    Machine::new(name).memory(MEMORY_FOR_GUESTS).boot()
}

/// Makes a guest of a kernel image and the other lines of its definition, in a folder of `dir`.
pub fn guest_from(dir: &RunDir, name: &str, kernel: &[u8], definition: &str) -> Result<GuestFolder> {
    let folder = dir.file(name);
    fs::create_dir(&folder)?;
    fs::write(folder.join("image"), kernel)?;
    fs::write(
        folder.join(format!("{name}.vm")),
        format!("kernel = image\n{definition}"),
    )?;
    GuestFolder::open(&folder)
}

/// Makes a guest of 16-bit code; it runs at 0x7C00.
pub fn flat_guest(dir: &RunDir, name: &str, code: &[u8]) -> Result<GuestFolder> {
    let mut sector = code.to_vec();
    sector.resize(510, 0);
    sector.extend([0x55, 0xAA]);
    guest_from(dir, name, &sector, "format = flat\nmemory = 2M\n")
}

/// Types `vmrun guest` at the host's prompt and waits for the guest's.
pub fn start_guest(sweb: &mut Session) -> Result<()> {
    sweb.enter("vmrun guest", "guest")?;
    sweb.wait_prompt_within(GUEST_BOOT)
}

/// Types a line at a guest's prompt, waits for its next prompt, and returns what it printed, as far as that is still on its
/// screen.
pub fn guest_command(sweb: &mut Session, line: &str) -> Result<String> {
    let shown = sweb.shown().clone();
    sweb.check(
        shown != Console::Host,
        "a guest's command was to be typed at the host",
    )?;
    sweb.command_within(line, 120)
}

/// Runs a program that checks something and says `[PASS]`, and returns all it says.
pub fn passes(sweb: &mut Session, line: &str, seconds: u64) -> Result<String> {
    let output = sweb.command_within(line, seconds)?;
    sweb.check(output.contains("[PASS]"), &format!("'{line}' says:\n{output}"))?;
    Ok(output)
}

/// Switches off. What the kernel allocated in ways that cannot fail must have been set aside before (see the kernel's
/// `MemoryReservation`).
pub fn power_off_within_reservations(sweb: &mut Session) -> Result<()> {
    sweb.type_line("poweroff")?;
    sweb.wait_power_off()?;
    let log = sweb.debug_log();
    let line = log.lines().rfind(|line| line.contains("reservations: "));
    let number = |word| line.and_then(|line| number_after(line, word));
    let [used, of, without] = ["reservations: ", " of ", " used at most, "].map(number);
    sweb.check(
        line.is_some() && used <= of && without == Some(0),
        &format!("more was allocated than was reserved: {line:?}"),
    )?;
    let line = log.lines().rfind(|line| line.contains("kernel stacks: "));
    let number = |word| line.and_then(|line| number_after(line, word));
    let [used, of] = ["stacks: ", " of "].map(number);
    sweb.check(
        line.is_some() && used.map(|used| 4 * used) <= of.map(|of| 3 * of),
        &format!("a quarter of each kernel stack should be left: {line:?}"),
    )
}

/// The number in front of a word of a text.
pub fn number_before(text: &str, word: &str) -> Option<u64> {
    let before = &text[..text.find(word)?];
    let digits = before
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |last| last + 1);
    before[digits..].parse().ok()
}

/// The guest refuses to start with a message of a line or two that says all of `words`.
pub fn refused(sweb: &mut Session, line: &str, words: &[&str]) -> Result<()> {
    let output = sweb.command(line)?;
    // Behind the line itself, as the shell echoed it; what wraps at the screen's edge is one line here.
    let said: Vec<&str> = output.lines().filter(|said| !said.trim().is_empty()).collect();
    for word in words {
        sweb.check(
            output.contains(word),
            &format!("'{line}' does not mention '{word}': {output}"),
        )?;
    }
    sweb.check(
        (1..=3).contains(&said.len()),
        &format!("'{line}' says too much or nothing: {output}"),
    )
}

/// Pages that are free or in the kernel's heap, whose size depends on what is remembered of the last guests and read of
/// the last files.
pub fn free_and_heap_pages(sweb: &mut Session) -> Result<u64> {
    let output = sweb.command("cls; free")?;
    // "used ... (kernel heap: 449 KiB, 113 pages)", and in the next line "free 32148 ...".
    number_after(&output, "KiB,")
        .zip(number_after(&output, "free"))
        .map(|(heap, free)| heap + free)
        .ok_or_else(|| sweb.failure("free does not tell the pages"))
}

/// The first number behind a word of a text.
pub fn number_after(text: &str, word: &str) -> Option<u64> {
    first_number(&text[text.find(word)? + word.len()..])
}

/// The first number behind each place where the word stands.
pub fn numbers_after(text: &str, word: &str) -> impl Iterator<Item = u64> {
    text.split(word).skip(1).filter_map(first_number)
}

fn first_number(text: &str) -> Option<u64> {
    let digits: String = text
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}
