//! Every basic exit reason of the SDM (appendix C), with the guest here that provokes it, or why no guest can.
//!
//! `vmstat` must count a reason for its guest, and must count none of the others for any.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use hostile::{Family, Guest, Host, Logs, guest};
use libtest_mimic::Trial;

use crate::{debugging, shadows};

/// Memory of the host, in MiB.
const HOST_MEMORY: u32 = 64;
/// How often the host is asked what it has counted.
const PATIENCE: u32 = 5;
/// The last reason.
const LAST: u16 = 79;
/// Numbers that are no reason.
const UNUSED: [u16; 4] = [35, 38, 42, 71];

/// Who provokes a reason.
#[derive(Clone, Copy, Debug)]
enum By {
    /// The guest of this name, whose exits `vmstat` counts under this name of the reason.
    Guest(&'static str, &'static str),
    /// The guest of this name, whose VM ends with this report.
    End(&'static str, &'static str),
    /// The guest of this family and name, which sees what becomes of it: the vCPU deals with the exit, and nobody counts it.
    Uncounted(fn() -> &'static Family, &'static str),
    /// No guest, for this reason. What `vmstat` would call it.
    Nobody(&'static str, &'static str),
}
use By::{End, Guest as Of, Nobody, Uncounted};

const SIGNAL: &str = "comes from outside the machine, and is the host's";
const CONTROL_OFF: &str = "the control is off, so the instruction is executed, or is an invalid opcode";
const FAILED_ENTRY: &str =
    "the VM entry fails, which no guest brings about: the checker and its comparison test that";
const NO_APIC: &str = "there is no virtual APIC";
const NOT_THERE: &str = "needs a feature or a control that is never switched on";

/// The table.
const REASONS: [(u16, By); 76] = [
    (
        0,
        Uncounted(debugging::family, "debugging::step_over_cpuid_in_long_mode"),
    ),
    (1, Of("computes", "external interrupt")),
    (2, Of("shuts_down", "triple fault")),
    (3, Nobody("INIT", SIGNAL)),
    (4, Nobody("start-up IPI", SIGNAL)),
    (5, Nobody("SMI", SIGNAL)),
    (6, Nobody("SMI", SIGNAL)),
    (7, Of("waits", "interrupt window")),
    (8, Nobody("NMI window", "no device of the machine sends an NMI")),
    (9, End("switches_tasks", "hardware task switch")),
    (10, Of("instructions", "CPUID")),
    (
        11,
        Nobody(
            "GETSEC",
            "CR4.SMXE cannot be set: an invalid opcode, which comes first",
        ),
    ),
    (12, Of("waits", "HLT")),
    (13, Of("instructions", "INVD")),
    (14, Nobody("INVLPG", CONTROL_OFF)),
    (15, Of("instructions", "RDPMC")),
    (16, Nobody("RDTSC", CONTROL_OFF)),
    (
        17,
        Nobody("RSM", "an invalid opcode outside of SMM, which comes first"),
    ),
    (18, Of("instructions", "VMCALL")),
    (19, Of("vmx", "VMCLEAR")),
    (20, Of("vmx", "VMLAUNCH")),
    (21, Of("vmx", "VMPTRLD")),
    (22, Of("vmx", "VMPTRST")),
    (23, Of("vmx", "VMREAD")),
    (24, Of("vmx", "VMRESUME")),
    (25, Of("vmx", "VMWRITE")),
    (26, Of("vmx", "VMXOFF")),
    (27, Of("vmx", "VMXON")),
    (28, Of("registers", "control register")),
    (
        29,
        Uncounted(
            shadows::family,
            "shadows::step_over_the_first_access_of_a_debug_register",
        ),
    ),
    (30, Of("registers", "port I/O")),
    (31, Of("registers", "RDMSR")),
    (32, Of("registers", "WRMSR")),
    (33, Nobody("entry: guest state", FAILED_ENTRY)),
    (34, Nobody("entry: MSR loading", FAILED_ENTRY)),
    (36, Of("instructions", "MWAIT")),
    (37, Nobody("monitor trap", CONTROL_OFF)),
    (39, Of("instructions", "MONITOR")),
    (40, Nobody("PAUSE", CONTROL_OFF)),
    (41, Nobody("entry: machine check", FAILED_ENTRY)),
    (43, Nobody("TPR below threshold", NO_APIC)),
    (44, Nobody("APIC access", NO_APIC)),
    (45, Nobody("virtual EOI", NO_APIC)),
    (46, Nobody("GDTR or IDTR", CONTROL_OFF)),
    (47, Nobody("LDTR or TR", CONTROL_OFF)),
    (48, Of("registers", "EPT violation")),
    (
        49,
        Nobody(
            "EPT misconfiguration",
            "the host writes the EPT, by types that have no such entry",
        ),
    ),
    (50, Of("vmx", "INVEPT")),
    (51, Nobody("RDTSCP", CONTROL_OFF)),
    (52, Of("has_no_such_instruction", "preemption timer")),
    (53, Of("vmx", "INVVPID")),
    (54, Of("instructions", "WBINVD")),
    (55, Of("instructions", "XSETBV")),
    (56, Nobody("APIC write", NO_APIC)),
    (57, Nobody("RDRAND", CONTROL_OFF)),
    (58, Nobody("INVPCID", CONTROL_OFF)),
    (59, Nobody("VMFUNC", CONTROL_OFF)),
    (60, Nobody("ENCLS", NOT_THERE)),
    (61, Nobody("RDSEED", CONTROL_OFF)),
    (62, Nobody("page log full", NOT_THERE)),
    (63, Nobody("XSAVES", CONTROL_OFF)),
    (64, Nobody("XRSTORS", CONTROL_OFF)),
    (65, Nobody("other", NOT_THERE)),
    (66, Nobody("other", NOT_THERE)),
    (67, Nobody("other", NOT_THERE)),
    (68, Nobody("other", NOT_THERE)),
    (69, Nobody("other", NOT_THERE)),
    (70, Nobody("other", NOT_THERE)),
    (72, Nobody("other", NOT_THERE)),
    (73, Nobody("other", NOT_THERE)),
    (74, Nobody("other", NOT_THERE)),
    (75, Nobody("other", NOT_THERE)),
    (
        76,
        Nobody("other", "SEAMCALL is an invalid opcode, which comes first"),
    ),
    (77, Nobody("other", NOT_THERE)),
    (78, Nobody("other", NOT_THERE)),
    (79, Nobody("other", NOT_THERE)),
];

/// The tests.
pub fn trials() -> Vec<Trial> {
    let trial = |name: &str, test: fn() -> Result<()>| {
        Trial::test(format!("reasons::{name}"), move || {
            test().map_err(|error| format!("{error:?}").into())
        })
    };
    vec![
        trial("the_table_is_complete", complete),
        trial("guests_provoke_what_the_table_says", provoked),
    ]
}

/// Each number once, in order, and no guest without a reason.
fn complete() -> Result<()> {
    let numbers: Vec<u16> = REASONS.iter().map(|(number, _)| *number).collect();
    let all: Vec<u16> = (0..=LAST).filter(|number| !UNUSED.contains(number)).collect();
    ensure!(numbers == all, "the table has {numbers:?}");
    for (number, by) in REASONS {
        if let Uncounted(family, name) = by {
            let exists = family().trials().iter().any(|trial| trial.name() == name);
            ensure!(exists, "there is no {name} for reason {number}");
        }
    }
    for guest in guests() {
        let named = REASONS.iter().any(|(_, by)| match by {
            Of(name, _) | End(name, _) => *name == guest.name,
            Uncounted(..) | Nobody(..) => false,
        });
        ensure!(named, "{} provokes nothing", guest.name);
    }
    Ok(())
}

/// Runs each guest until all of its reasons are counted.
fn provoked() -> Result<()> {
    let guests = guests();
    let mut host = Host::boot("hostile reasons", HOST_MEMORY, Logs::Last, &guests)?;
    let mut wanted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (_, by) in REASONS {
        match by {
            Of(guest, row) => wanted.entry(guest).or_default().push(row),
            End(guest, report) => {
                let printed = host.run_to_its_end(guest)?;
                let reported = printed.contains(report);
                host.sweb
                    .check(reported, &format!("{guest} ends with {printed}"))?;
            }
            Uncounted(..) | Nobody(..) => {}
        }
    }
    for (guest, rows) in wanted {
        host.start(guest)?;
        let table = counted(&mut host, guest, &rows)?;
        host.kill(guest)?;
        for (number, by) in REASONS {
            if let Nobody(row, why) = by {
                let seen = table.lines().any(|line| line.starts_with(&format!("{row} ")));
                let text = format!("{guest} provokes reason {number}, and should not: {why}\n{table}");
                host.sweb.check(!seen, &text)?;
            }
        }
    }
    host.check_pages()?;
    counts::add("micro-guests", guests.len() as u64);
    Ok(())
}

/// What `vmstat` says as soon as it has all of these rows.
fn counted(host: &mut Host, guest: &str, rows: &[&str]) -> Result<String> {
    for _ in 0..PATIENCE {
        let table = host.sweb.command(&format!("cls; vmstat {guest}"))?;
        let has = |row: &&str| table.lines().any(|line| line.starts_with(&format!("{row} ")));
        if rows.iter().all(has) {
            return Ok(table);
        }
    }
    let table = host.sweb.command(&format!("cls; vmstat {guest}"))?;
    Err(host
        .sweb
        .failure(&format!("{guest} provokes {rows:?}, but there is only\n{table}")))
}

/// The guests.
fn guests() -> Vec<Guest> {
    vec![
        guest!(computes, Long, loops [], "PIC 0xFF", "sti", "1: jmp 1b"),
        guest!(shuts_down, Protected, loops [], definition "triplefault = reset\n",
            "LOAD_TABLE lidtl, 0, 0", "ud2"),
        guest!(
            switches_tasks,
            Protected,
            fails["hardware task switch to 0x0038 by JMP"],
            "FREE_TASK",
            "ljmp $0x38, $0"
        ),
        guest!(waits, Long, loops [],
            "NOTE_TIMER 64",
            "1: WAIT_A_WHILE", "sti", "nop", "nop", "sti", "hlt", "cli", "jmp 1b"),
        guest!(instructions, Long, loops [],
            "GO_ON_BEHIND 6",
            "GO_ON_BEHIND 13, 1",
            "movq %cr4, %rax", "orl $0x40000, %eax", "movq %rax, %cr4",
            "1: xorl %eax, %eax", "cpuid",
            "invd", "wbinvd",
            "TRY rdpmc",
            // VMCALL, MONITOR, MWAIT
            "TRY .byte 0x0F, 0x01, 0xC1",
            "TRY .byte 0x0F, 0x01, 0xC8",
            "TRY .byte 0x0F, 0x01, 0xC9",
            "xorl %ecx, %ecx", "xorl %edx, %edx", "movl $1, %eax", "xsetbv",
            "jmp 1b"),
        guest!(registers, Long, loops [], definition "memory = 8M\n",
            "movl 0x600000, %eax",
            "1: movq %cr8, %rax",
            "inb $0x61, %al",
            "movl $0x1B, %ecx", "rdmsr", "wrmsr",
            "jmp 1b"),
        guest!(vmx, Long, loops [],
            "GO_ON_BEHIND 6",
            "movl $0x60000, %eax",
            // VMCLEAR, VMLAUNCH, VMPTRLD, VMPTRST, VMREAD, VMRESUME, VMWRITE, VMXOFF, VMXON, INVEPT, INVVPID
            "1: TRY .byte 0x66, 0x0F, 0xC7, 0x30",
            "TRY .byte 0x0F, 0x01, 0xC2",
            "TRY .byte 0x0F, 0xC7, 0x30",
            "TRY .byte 0x0F, 0xC7, 0x38",
            "TRY .byte 0x0F, 0x78, 0xC0",
            "TRY .byte 0x0F, 0x01, 0xC3",
            "TRY .byte 0x0F, 0x79, 0xC0",
            "TRY .byte 0x0F, 0x01, 0xC4",
            "TRY .byte 0xF3, 0x0F, 0xC7, 0x30",
            "TRY .byte 0x66, 0x0F, 0x38, 0x80, 0x00",
            "TRY .byte 0x66, 0x0F, 0x38, 0x81, 0x00",
            "jmp 1b"),
        // What must not exit; once, and then it computes.
        guest!(has_no_such_instruction, Long, loops [],
            "GO_ON_BEHIND 6",
            // GETSEC, RSM, INVPCID, VMFUNC, XSAVES, XRSTORS, ENCLS
            "movl $0x60000, %eax",
            "TRY .byte 0x0F, 0x37",
            "TRY .byte 0x0F, 0xAA",
            "TRY .byte 0x66, 0x0F, 0x38, 0x82, 0x00",
            "TRY .byte 0x0F, 0x01, 0xD4",
            "TRY .byte 0x0F, 0xC7, 0x28",
            "TRY .byte 0x0F, 0xC7, 0x18",
            "TRY .byte 0x0F, 0x01, 0xCF",
            "TRY invlpg 0x60000",
            "TRY rdtsc",
            "TRY rdtscp",
            "TRY rdrand %eax",
            "TRY rdseed %eax",
            "TRY sgdt 0x5800",
            "TRY lgdt 0x5800",
            "TRY sldt %ax",
            "TRY str %ax",
            "1: pause",
            "jmp 1b"),
    ]
}
