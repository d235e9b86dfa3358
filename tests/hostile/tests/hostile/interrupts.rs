//! Storms of interrupts, and interrupt hardware that is misused while they come.

use hostile::{Family, guest};

/// How many interrupts make a storm.
const STORM: u32 = 1000;

/// The guests.
#[rustfmt::skip]
pub fn family() -> &'static Family {
    Family::new(
        "interrupts",
        vec![
            guest!(pic_initialised_by_a_handler, Real, values [[3]],
                "jmp 2f", "1: incl %ebp", "ENDS_AT 3", "pushaw", "PICS 0xFE, 0xFF", "popaw", "iretw",
                "2: HANDLER 0x50, 1b", "PICS 0xFE, 0xFF", "xorl %ebp, %ebp", "TIMER 0x100", "LISTEN"),
            guest!(pic_initialised_in_part, Real, values [[0], [3]],
                "jmp 2f", "1: incl %ebp", "pushaw", "SERVED", "popaw", "iretw",
                "2: HANDLER 0x50, 1b", "PICS 0xFE, 0xFF", "xorl %ebp, %ebp", "TIMER 0x100",
                "OUT_BYTE 0x20, 0x11", "COUNTED",
                "OUT_BYTE 0x21, 0x50", "OUT_BYTE 0x21, 4", "OUT_BYTE 0x21, 1", "OUT_BYTE 0x21, 0xFE",
                "UNTIL 3", "call *DONE"),
            // Nobody says that an interrupt is served.
            guest!(pic_ends_interrupts_itself, Real, values [[STORM]],
                "jmp 2f", "1: incl %ebp", "iretw",
                "2: HANDLER 0x50, 1b", "PICS 0xFE, 0xFF, 3", "xorl %ebp, %ebp", "TIMER 0x100", "UNTIL 1000", "call *DONE"),
            // A poll takes the request, as an acknowledge does.
            guest!(pic_polled, Real, values [[0x80, 0x00]],
                "PICS 0xFE, 0xFF", "OUT_BYTE 0x43, 0x30", "OUT_BYTE 0x40, 0", "OUT_BYTE 0x40, 1", "WAIT_A_WHILE",
                "xorl %eax, %eax", "OUT_BYTE 0x20, 0x0C", "inb $0x20, %al", "call *VALUE",
                "xorl %eax, %eax", "SERVED", "OUT_BYTE 0x20, 0x0C", "inb $0x20, %al", "call *VALUE", "call *DONE"),
            // Nobody answers for the slave: the processor reads what the bus floats to.
            guest!(slave_by_another_name, Real, values [[0xFF]],
                "jmp 2f", "1: movl $0xFF, %eax", "call *VALUE", "call *DONE",
                "2: HANDLER 0xFF, 1b", "PICS 0xFB, 0xFE, 1, 4, 5", "RTC_OUT 10, 0x26", "RTC_OUT 11, 0x42", "LISTEN"),
            guest!(slave_that_is_a_serial_port, Real, values [[0xFF]],
                "jmp 2f", "1: movl $0xFF, %eax", "call *VALUE", "call *DONE",
                "2: HANDLER 0xFF, 1b", "PICS 0xEF, 0xFF, 1, 0x14", "UART_OUT 4, 8", "UART_OUT 1, 2", "LISTEN"),
            // The master answers itself.
            guest!(slave_that_the_master_denies, Real, values [[0x52]],
                "jmp 2f", "1: movl $0x52, %eax", "call *VALUE", "call *DONE",
                "2: HANDLER 0x52, 1b", "PICS 0xFB, 0xFE, 1, 0", "RTC_OUT 10, 0x26", "RTC_OUT 11, 0x42", "LISTEN"),
            // A vector of an exception, but no error code.
            guest!(interrupt_at_the_vector_of_double_faults, Protected, says ["=00000003"],
                "jmp 2f",
                "1: incl %ebp", "pushal", "OUT_BYTE 0x20, 0x20", "popal", "iretl",
                "2: ADDRESS 1b, %eax", "movw %ax, 0x4040", "shrl $16, %eax", "movw %ax, 0x4046",
                "PIC 0xFE", "xorl %ebp, %ebp", "TIMER 0x400", "UNTIL 3", "call *DONE"),
            // The transmitter is empty: one edge, however long the line stays high.
            guest!(line_that_stays_high, Real, values [[1]],
                "jmp 2f", "1: incl %ebp", "pushaw", "SERVED", "popaw", "iretw",
                "2: HANDLER 0x54, 1b", "PICS 0xEF, 0xFF", "xorl %ebp, %ebp", "UART_OUT 4, 8", "UART_OUT 1, 2", "COUNTED",
                "call *DONE"),
            // The same line, but it falls before the processor listens: its edge is remembered, as QEMU and KVM do.
            guest!(line_that_falls_before_anybody_listens, Real, values [[1]],
                "jmp 2f", "1: incl %ebp", "pushaw", "SERVED", "popaw", "iretw",
                "2: HANDLER 0x54, 1b", "PICS 0xEF, 0xFF", "xorl %ebp, %ebp", "UART_OUT 4, 8", "UART_OUT 1, 2",
                "movw $0x3FA, %dx", "inb %dx, %al", "COUNTED", "call *DONE"),
            // It falls, and nobody lets it through before the mask is opened.
            guest!(line_that_falls_behind_its_mask, Real, values [[0, 1]],
                "jmp 2f", "1: incl %ebp", "pushaw", "SERVED", "popaw", "iretw",
                "2: HANDLER 0x54, 1b", "PICS 0xFF, 0xFF", "xorl %ebp, %ebp", "UART_OUT 4, 8", "UART_OUT 1, 2",
                "movw $0x3FA, %dx", "inb %dx, %al", "COUNTED", "OUT_BYTE 0x21, 0xEF", "COUNTED", "call *DONE"),
            // A new start of the controllers forgets it.
            guest!(line_that_falls_before_the_controllers_start, Real, values [[0]],
                "jmp 2f", "1: incl %ebp", "pushaw", "SERVED", "popaw", "iretw",
                "2: HANDLER 0x54, 1b", "PICS 0xFF, 0xFF", "xorl %ebp, %ebp", "UART_OUT 4, 8", "UART_OUT 1, 2",
                "movw $0x3FA, %dx", "inb %dx, %al", "PICS 0xEF, 0xFF", "COUNTED", "call *DONE"),
            // A level-triggered line asks while it is high, and no longer.
            guest!(level_that_falls_before_anybody_listens, Real, values [[0]],
                "jmp 2f", "1: incl %ebp", "pushaw", "SERVED", "popaw", "iretw",
                "2: HANDLER 0x54, 1b", "PICS 0xEF, 0xFF", "movw $0x4D0, %dx", "movb $0x10, %al", "outb %al, %dx",
                "xorl %ebp, %ebp", "UART_OUT 4, 8", "UART_OUT 1, 2", "movw $0x3FA, %dx", "inb %dx, %al", "COUNTED",
                "call *DONE"),
            // The slave's line is masked after it rose: the slave takes its request back, and no default IRQ 15 comes.
            guest!(slave_that_is_masked_too_late, Real, values [[0]],
                "jmp 2f", "1: incl %ebp", "pushaw", "SERVED", "popaw", "iretw",
                "2: HANDLER 0x58, 1b", "HANDLER 0x5F, 1b", "PICS 0xFB, 0xFE", "xorl %ebp, %ebp", "RTC_OUT 10, 0x26",
                "RTC_OUT 11, 0x42", "OUT_BYTE 0xA0, 0x0A", "3: inb $0xA0, %al", "testb $1, %al", "jz 3b",
                "OUT_BYTE 0xA1, 0xFF", "COUNTED", "call *DONE"),
            // A level that nobody lowers interrupts again and again, until it is masked.
            guest!(level_that_nobody_lowers, Real, values [[STORM, STORM]],
                "jmp 2f", "1: incl %ebp", "pushaw", "cmpl $1000, %ebp", "jb 3f", "OUT_BYTE 0x21, 0xFF", "3: SERVED", "popaw",
                "iretw",
                "2: HANDLER 0x54, 1b", "PICS 0xEF, 0xFF", "movw $0x4D0, %dx", "movb $0x10, %al", "outb %al, %dx",
                "xorl %ebp, %ebp", "UART_OUT 4, 8", "UART_OUT 1, 2", "UNTIL 1000", "COUNTED", "call *DONE"),
            guest!(transmitter_storm, Real, values [[STORM]],
                "jmp 2f",
                "1: incl %ebp", "ENDS_AT 1000", "pushaw", "movw $0x3FA, %dx", "inb %dx, %al", "UART_OUT 1, 0", "UART_OUT 1, 2",
                "SERVED", "popaw", "iretw",
                "2: HANDLER 0x54, 1b", "PICS 0xEF, 0xFF", "xorl %ebp, %ebp", "UART_OUT 4, 8", "UART_OUT 1, 2", "LISTEN"),
            guest!(keyboard_storm, Real, values [[STORM]],
                "jmp 2f",
                "1: incl %ebp", "ENDS_AT 1000", "pushaw", "inb $0x60, %al", "OUT_BYTE 0x64, 0xD2", "OUT_BYTE 0x60, 0x5A", "SERVED",
                "popaw", "iretw",
                "2: HANDLER 0x51, 1b", "PICS 0xFD, 0xFF", "xorl %ebp, %ebp", "OUT_BYTE 0x64, 0xD2", "OUT_BYTE 0x60, 0x5A",
                "LISTEN"),
            guest!(mouse_storm, Real, values [[STORM]],
                "jmp 2f",
                "1: incl %ebp", "ENDS_AT 1000", "pushaw", "inb $0x60, %al", "OUT_BYTE 0x64, 0xD3", "OUT_BYTE 0x60, 0x5A", "SERVED",
                "popaw", "iretw",
                "2: HANDLER 0x5C, 1b", "PICS 0xFB, 0xEF", "OUT_BYTE 0x64, 0x60", "OUT_BYTE 0x60, 0x47", "xorl %ebp, %ebp",
                "OUT_BYTE 0x64, 0xD3", "OUT_BYTE 0x60, 0x5A", "LISTEN"),
            // 8192 interrupts a second, but the next one waits until register C is read.
            guest!(clock_that_is_not_read, Real, values [[1]],
                "jmp 2f", "1: incl %ebp", "pushaw", "SERVED", "popaw", "iretw",
                "2: HANDLER 0x58, 1b", "PICS 0xFB, 0xFE", "xorl %ebp, %ebp", "RTC_OUT 10, 0x23", "RTC_OUT 11, 0x42",
                "COUNTED", "call *DONE"),
            guest!(clock_storm, Real, values [[100]],
                "jmp 2f",
                "1: incl %ebp", "pushaw", "OUT_BYTE 0x70, 12", "inb $0x71, %al", "SERVED", "popaw", "iretw",
                "2: HANDLER 0x58, 1b", "PICS 0xFB, 0xFE", "xorl %ebp, %ebp", "RTC_OUT 10, 0x23", "RTC_OUT 11, 0x42",
                "UNTIL 100", "call *DONE"),
            // Exceptions, exits and interrupts at a time; none of the first is lost or doubled.
            guest!(storm_with_exceptions, Real, values [[STORM, 0, 3]],
                "jmp 3f", "1: incl %ebp", "pushaw", "SERVED", "popaw", "iretw", "2: incl %edi", "iretw",
                "3: HANDLER 0x50, 1b", "HANDLER 3, 2b", "PICS 0xFE, 0xFF", "xorl %ebp, %ebp", "TIMER 0x400",
                "xorl %edi, %edi", "xorl %esi, %esi", "sti",
                "4: int3", "movl $0x40000000, %eax", "cpuid", "movl %ebx, %eax", "pushl %eax", "movl $0x40000000, %eax", "cpuid",
                "popl %eax", "cmpl %ebx, %eax", "je 5f", "incl %esi",
                "5: incl 0x5800", "cmpl $1000, 0x5800", "jb 4b",
                "cli", "pushl %esi", "movl %edi, %eax", "call *VALUE", "popl %eax", "call *VALUE",
                "UNTIL 3", "call *DONE"),
            // Timer, clock, transmitter and keyboard at a time; all are heard, however often the last two are called.
            guest!(storm_from_all_sides, Real, values [[100, 0]],
                "jmp 6f",
                "1: incl 0x5800", "pushaw", "jmp 5f",
                "2: incl 0x5804", "pushaw", "inb $0x60, %al", "jmp 5f",
                "3: incl 0x5808", "pushaw", "movw $0x3FA, %dx", "inb %dx, %al", "jmp 5f",
                "4: incl %ebp", "pushaw", "movb $12, %al", "outb %al, $0x70", "inb $0x71, %al", "5: SERVED", "popaw", "iretw",
                "6: HANDLER 0x50, 1b", "HANDLER 0x51, 2b", "HANDLER 0x54, 3b", "HANDLER 0x58, 4b", "PICS 0xE8, 0xFE",
                "xorl %ebp, %ebp", "TIMER 0x800", "RTC_OUT 10, 0x26", "RTC_OUT 11, 0x42", "UART_OUT 4, 8", "sti",
                "7: OUT_BYTE 0x64, 0xD2", "OUT_BYTE 0x60, 0x5A", "UART_OUT 1, 0", "UART_OUT 1, 2", "cmpl $100, %ebp", "jb 7b",
                "cli", "movl $100, %eax", "call *VALUE",
                // How many of the others have been heard less than ten times.
                "xorl %ebx, %ebx", "movw $0x5800, %si", "8: lodsl", "cmpl $10, %eax", "adcl $0, %ebx", "cmpw $0x580C, %si",
                "jb 8b", "movl %ebx, %eax", "call *VALUE", "call *DONE"),
            // All modes of the timer, in binary and BCD, with the largest and the smallest counts.
            guest!(timer_in_all_modes, Real, values [[3]],
                "PICS 0xFF, 0xFF", "movl $0x30, %ebx",
                "1: .irp count, 0, 1, 2, 0xAA, 0xFF", "movb %bl, %al", "outb %al, $0x43", "OUT_BYTE 0x40, \\count",
                "inb $0x40, %al", "OUT_BYTE 0x40, 0", "inb $0x40, %al", "OUT_BYTE 0x43, 0xC2", "inb $0x40, %al",
                "inb $0x40, %al", ".endr",
                "incl %ebx", "cmpl $0x40, %ebx", "jb 1b",
                "jmp 3f", "2: incl %ebp", "pushaw", "SERVED", "popaw", "iretw",
                "3: HANDLER 0x50, 2b", "PICS 0xFE, 0xFF", "xorl %ebp, %ebp", "TIMER 0x100", "UNTIL 3", "call *DONE"),
            guest!(halt_with_everything_masked, Real, loops [], "PICS 0xFF, 0xFF", "TIMER 2", "sti", "1: hlt", "jmp 1b"),
            // The handler never says that it is done, and the guest waits for the next one.
            guest!(halt_behind_an_interrupt_in_service, Real, loops [],
                "jmp 2f", "1: iretw", "2: HANDLER 0x50, 1b", "PICS 0xFE, 0xFF", "TIMER 2", "sti", "3: hlt", "jmp 3b"),
        ],
    )
}
