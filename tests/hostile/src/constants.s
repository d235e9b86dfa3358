# Addresses and selectors that the runtime and the guests share.

        .set    BASE, 0x7C00
        .set    GUEST, 0x9000
        .set    IDT, 0x4000
        .set    LANDING, 0x5000                 # where to go on after an exception; 0: nowhere
        .set    LANDING_SP, 0x5008
        .set    EXPECTED, 0x5010                # the instruction that should raise it
        .set    EXCEPTION_VECTOR, 0x5018
        .set    EXCEPTION_ERROR, 0x5020
        .set    EXCEPTION_IP, 0x5028
        .set    ROUTINES, 0x5100
        .set    VALUE, ROUTINES                 # what a guest calls
        .set    NO_FAULT, ROUTINES + 8
        .set    DONE, ROUTINES + 16
        .set    RING3, ROUTINES + 24
        .set    TSS, 0x5200
        .set    RING0_STACK, 0x7C00
        .set    RING3_STACK, 0x6C00
        .set    TABLES, 0x70000
        .set    WINDOW, 0x800000                # for pages of 4 KiB
        .set    WINDOW_TABLE, TABLES + 0x3000

        .set    CODE32, 0x08
        .set    DATA, 0x10
        .set    CODE64, 0x18
        .set    CODE32_RING3, 0x23
        .set    DATA_RING3, 0x2B
        .set    CODE64_RING3, 0x33
        .set    TSS_SELECTOR, 0x38

# Many guests may end in one assembly.
        .ifndef HOSTILE_MACROS
        .set    HOSTILE_MACROS, 1

# Says 32 bits. Changes EAX, ECX, EDX, EBX, ESI and EDI.
        .macro  SAY value:vararg
        movl    \value, %eax
        call    *VALUE
        .endm

# The master 8259A: IRQ 0 at vector `base`, these IRQs masked.
        .macro  PIC mask, base=8
        movb    $0x11, %al
        outb    %al, $0x20
        movb    $\base, %al
        outb    %al, $0x21
        movb    $4, %al
        outb    %al, $0x21
        movb    $1, %al
        outb    %al, $0x21
        movb    $\mask, %al
        outb    %al, $0x21
        .endm

# Channel 0 of the 8254 in mode 2.
        .macro  TIMER divisor
        movb    $0x34, %al
        outb    %al, $0x43
        movb    $(\divisor & 0xFF), %al
        outb    %al, $0x40
        movb    $(\divisor >> 8), %al
        outb    %al, $0x40
        .endm

# Protected mode: PAE paging, with no-execute. The first 2 MiB are mapped to themselves for both rings. Changes EAX, ECX, EDX.
        .macro  PAE
        movl    $(TABLES + 0x2001), TABLES
        movl    $0x87, TABLES + 0x2000
        movl    $TABLES, %eax
        movl    %eax, %cr3
        movl    %cr4, %eax
        orl     $0x20, %eax
        movl    %eax, %cr4
        movl    $0xC0000080, %ecx
        rdmsr
        orl     $0x800, %eax
        wrmsr
        SET_CR0 31
        .endm

# Protected mode: 32-bit paging. The first 4 MiB are mapped to themselves for both rings; the window is PAGE32's. Changes EAX.
        .macro  PAGING32
        movl    $0x87, TABLES
        movl    $TABLES, %eax
        movl    %eax, %cr3
        movl    %cr4, %eax
        orl     $0x10, %eax
        movl    %eax, %cr4
        SET_CR0 31
        .endm

        .macro  PAGE32 page, entry
        movl    $(WINDOW_TABLE + 7), TABLES + (WINDOW >> 20)
        movl    $\entry, WINDOW_TABLE + \page * 4
        .endm

# Loads GDTR or IDTR, with `lgdtl`, `lidtq` and so on.
        .macro  LOAD_TABLE instruction, base, limit
        movw    $\limit, 0x5800
        movl    $\base, 0x5802
        movl    $0, 0x5806
        \instruction 0x5800
        .endm

# Copies the runtime's GDT. Changes EAX, ECX, ESI, EDI.
        .macro  COPY_GDT to, bytes=0x58
        sgdt    0x5800
        movl    0x5802, %esi
        movl    $\to, %edi
        movl    $\bytes, %ecx
        rep movsb
        .endm

# Protected mode: goes on at `first` in virtual-8086 mode, with DS and ES at `segment` and the others at 0. The instruction at `last`
# should raise an exception, and then it goes on at 798 in ring 0. Changes EAX.
        .macro  V86_BEHIND segment, first, last, flags=0
        ADDRESS \last, %eax
        movl    %eax, EXPECTED
        ADDRESS 798f, %eax
        movl    %eax, LANDING
        movl    %esp, LANDING_SP
        pushl   $0
        pushl   $0
        pushl   $\segment
        pushl   $\segment
        pushl   $0
        pushl   $RING3_STACK
        pushl   $(\flags | 0x20002)
        pushl   $0
        ADDRESS \first, %eax
        pushl   %eax
        iretl
        .endm

# The same for one instruction.
        .macro  V86_FAULTS flags, instruction:vararg
        V86_BEHIND 0, 797f, 797f, \flags
        .code16
797:    \instruction
        hlt
        .code32
798:
        .endm

# Protected mode: from now on INT of a program in virtual-8086 mode goes on where the table at 0 points, with a frame on the
# program's stack; IOPL is 3, so that is all that exceptions are needed for. Any other goes to the runtime. Changes EAX.
        .macro  V86_MONITOR
        movw    IDT + 13 * 8, %ax
        movw    %ax, 0x5A10
        movw    IDT + 13 * 8 + 6, %ax
        movw    %ax, 0x5A12
        ADDRESS 780f, %eax
        movw    %ax, IDT + 13 * 8
        shrl    $16, %eax
        movw    %ax, IDT + 13 * 8 + 6
        jmp     782f
780:    pushal                                  # behind it: error code, EIP, CS, EFLAGS, ESP, SS
        movl    $DATA, %eax
        movw    %ax, %ds
        movzwl  40(%esp), %ebx
        shll    $4, %ebx
        addl    36(%esp), %ebx
        cmpb    $0xCD, (%ebx)
        jne     781f
        subw    $6, 48(%esp)
        movzwl  52(%esp), %edi
        shll    $4, %edi
        movzwl  48(%esp), %eax
        addl    %eax, %edi
        movl    36(%esp), %eax
        addl    $2, %eax
        movw    %ax, (%edi)
        movl    40(%esp), %eax
        movw    %ax, 2(%edi)
        movl    44(%esp), %eax
        movw    %ax, 4(%edi)
        movzbl  1(%ebx), %edx
        movzwl  (,%edx,4), %eax
        movl    %eax, 36(%esp)
        movzwl  2(,%edx,4), %eax
        movl    %eax, 40(%esp)
        popal
        addl    $4, %esp
        iretl
781:    popal
        jmp     *%ss:0x5A10
782:
        .endm

# Behind V86_BEHIND 0, 1f, 2f: calls of the BIOS in virtual-8086 mode. Their results are at 5A00.
        .macro  V86_CALLS
        .code16
1:      xorl    %eax, %eax
        int     $0x12
        movl    %eax, 0x5A00
        xorl    %eax, %eax
        pushfw
        lcallw  *(4 * 0x12)
        movl    %eax, 0x5A04
        xorl    %ebx, %ebx
        movl    $0xC000, %eax
        int     $0x15
        setc    %bl
        shll    $16, %ebx
        orl     %ebx, %eax
        movl    %eax, 0x5A08
        movw    $0x0100, %ax
        xorl    %ebx, %ebx
        int     $0x16
        setz    %bl
        movl    %ebx, 0x5A0C
2:      hlt
        .code32
798:
        .endm

# Outside 64-bit mode. Changes EAX.
        .macro  SET_CR0 bit
        movl    %cr0, %eax
        btsl    $\bit, %eax
        movl    %eax, %cr0
        .endm

# 64-bit mode, or PAE: page number `page` of the window gets this entry; pages without are absent.
        .macro  PAGE page, entry
        movl    $(WINDOW_TABLE + 7), TABLES + 0x2000 + (WINDOW >> 18)
        movl    $\entry, WINDOW_TABLE + \page * 8
        .endm

# Real mode: the screen says `!!!!!!!!`. Changes EAX, ECX and EDI.
        .macro  EXCLAIM
        pushw   $0xB800
        popw    %es
        xorw    %di, %di
        movl    $0x0721, %eax
        movw    $8, %cx
        rep stosw
        pushw   $0
        popw    %es
        .endm

# Executes many instructions; changes ECX.
        .macro  WAIT_A_WHILE
        movl    $1000000, %ecx
796:    decl    %ecx
        jnz     796b
        .endm

# Real mode: a handler for IRQ 0 that counts in EBP, and ends the interrupt or not.
        .macro  COUNT_TIMER_INTERRUPTS eoi=1
        jmp     795f
794:    incl    %ebp
        .if     \eoi
        pushw   %ax
        movb    $0x20, %al
        outb    %al, $0x20
        popw    %ax
        .endif
        iretw
795:    xorl    %ebp, %ebp
        ADDRESS 794b, %eax
        movw    %ax, 4 * 8
        movw    $0, 4 * 8 + 2
        .endm

# Long mode: the upper halves of the vector registers are usable. Changes EAX, ECX and EDX.
        .macro  AVX_ON
        movq    %cr4, %rax
        orl     $0x40000, %eax                  # OSXSAVE
        movq    %rax, %cr4
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        movl    $7, %eax
        xsetbv
        .endm

# Long mode: says RAX, its halves united.
        .macro  SAY_ANY
        movq    %rax, %rcx
        shrq    $32, %rcx
        orl     %ecx, %eax
        call    *VALUE
        .endm

        .endif
