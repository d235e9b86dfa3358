//! A guest that wants more than its share of the CPU does not get it from a guest that just computes.

use anyhow::Result;
use harness::TICKS_PER_SECOND;
use hostile::{Guest, Host, Logs, guest};
use libtest_mimic::Trial;

/// Memory of the host, in MiB.
const HOST_MEMORY: u32 = 64;
/// Ticks of the host for which shares are measured: two hundred turns of each guest.
const MEASURED: u64 = TICKS_PER_SECOND / 2;
/// What a guest keeps beside another, in percent of what it has alone. A fair scheduler leaves it 50; the rest is for the
/// measurement, whose ends the shell sets, and for what a rival makes the host do in its name.
const SHARE: f64 = 45.0;

/// The tests.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test(
        "fairness::no_rival_takes_more_than_its_share",
        || shares().map_err(|error| format!("{error:?}").into()),
    )]
}

/// Beside each rival in turn, the good guest gets its share.
fn shares() -> Result<()> {
    let rivals = rivals();
    let mut guests = vec![good()];
    guests.extend(rivals.iter().cloned());
    let mut host = Host::boot("hostile fairness", HOST_MEMORY, Logs::Each, &guests)?;
    host.start("good")?;
    let alone = share(&mut host)?;
    let mut unfair = Vec::new();
    for rival in &rivals {
        host.start(rival.name)?;
        let beside = share(&mut host)?;
        host.kill(rival.name)?;
        let percent = 100.0 * beside / alone;
        println!("{:<28} leaves {percent:.0} %", rival.name);
        if percent < SHARE {
            unfair.push(format!("{} leaves {percent:.0} %", rival.name));
        }
    }
    host.kill("good")?;
    host.check_pages()?;
    counts::add("micro-guests", guests.len() as u64);
    host.sweb.check(unfair.is_empty(), &unfair.join(", "))
}

/// The part of the CPU that the good guest has just now.
fn share(host: &mut Host) -> Result<f64> {
    let look = |host: &mut Host| -> Result<(u64, u64)> {
        let computed = host.statistic("good", "ticks in the guest")?;
        Ok((computed, host.sweb.ticks()))
    };
    let before = look(host)?;
    host.sweb.advance(MEASURED * counts::scale())?;
    let after = look(host)?;
    Ok((after.0 - before.0) as f64 / (after.1 - before.1) as f64)
}

/// Computes.
fn good() -> Guest {
    guest!(good, Protected, loops [], "PIC 0xFF", "sti", "1: incl %eax", "jmp 1b")
}

/// Who competes with it.
fn rivals() -> Vec<Guest> {
    vec![
        guest!(computes, Protected, loops [], "PIC 0xFF", "sti", "1: incl %eax", "jmp 1b"),
        guest!(pauses, Long, loops [], "1: pause", "jmp 1b"),
        guest!(exits, Long, loops [], "1: cpuid", "jmp 1b"),
        guest!(interrupts, Real, loops [],
            "COUNT_TIMER_INTERRUPTS", "PIC 0xFE", "TIMER 2", "sti", "1: jmp 1b"),
        guest!(halts, Real, loops [],
            "COUNT_TIMER_INTERRUPTS", "PIC 0xFE", "TIMER 2", "sti", "1: hlt", "jmp 1b"),
        guest!(talks, Real, loops [], "movb $'x', %al", "1: outb %al, $0xE9", "jmp 1b"),
        guest!(paints, Protected, loops [], "1: movl $0xB8000, %edi", "movl $1000, %ecx", "incl %eax",
            "rep stosl", "jmp 1b"),
        guest!(resets, Real, loops [], definition "triplefault = reset\nmemory = 16M\n",
            "lidtl 0x5800", "ud2"),
        // It sleeps when the host's clock is about to tick, and has the tick wake it.
        guest!(naps, Real, loops [],
            "COUNT_TIMER_INTERRUPTS", "PIC 0xFE",
            "1: rdtsc", "movl %eax, %ebx", "addl $175000, %ebx",
            "2: rdtsc", "subl %ebx, %eax", "js 2b",
            "movb $0x30, %al", "outb %al, $0x43", "movb $240, %al", "outb %al, $0x40", "movb $0, %al", "outb %al, $0x40",
            "sti", "hlt", "cli", "jmp 1b"),
        // It waits for the host's disk just long enough.
        guest!(waits, Real, loops [], definition "disk = /usr/disk\n",
            "1: rdtsc", "movl %eax, %ebx", "addl $175000, %ebx",
            "2: rdtsc", "subl %ebx, %eax", "js 2b",
            "ATA_COMMAND 0xE7, 0, 0", "jmp 1b"),
    ]
}
