# For guests that look closely at when and how events come: handlers that keep what they see and return.

        .set    NOTED, 0x5440                   # how many came
        .set    NOTED_IP, 0x5448                # where the last one came
        .set    NOTED_FLAGS, 0x5450
        .set    ORDER, 0x5458                   # which came, a digit each
        .set    DEBUG_STACK_END, 0x7800

        .ifndef HOSTILE_EVENTS
        .set    HOSTILE_EVENTS, 1

# Sets the handler of a vector to a label. All code lies below 64 KiB: the upper bits of a gate stay as they are. Changes EAX.
        .macro  HANDLE bits, vector, label
        ADDRESS \label, %eax
        .if     \bits == 16
        movw    %ax, \vector * 4
        movw    $0, \vector * 4 + 2
        .elseif \bits == 32
        movw    %ax, IDT + \vector * 8
        .else
        movw    %ax, IDT + \vector * 16
        .endif
        .endm

# Keeps what the processor has pushed, and returns behind the `skip` bytes of the instruction, with the flags in `clear` off and those in
# `set` on.
# `error`: the exception pushes an error code. Changes no register.
        .macro  NOTE bits, error=0, skip=0, clear=0, set=0
        .if     \bits == 16
        popw    NOTED_IP
        popw    NOTED_FLAGS + 2
        popw    NOTED_FLAGS
        pushw   NOTED_FLAGS
        pushw   NOTED_FLAGS + 2
        pushw   NOTED_IP
        movw    $0, NOTED_FLAGS + 2
        incl    NOTED
        addw    $\skip, (%esp)
        andw    $~\clear & 0xFFFF, 4(%esp)
        .elseif \bits == 32
        .if     \error
        addl    $4, %esp
        .endif
        pushl   (%esp)
        popl    NOTED_IP
        pushl   8(%esp)
        popl    NOTED_FLAGS
        incl    NOTED
        addl    $\skip, (%esp)
        andl    $~\clear, 8(%esp)
        orl     $\set, 8(%esp)
        .else
        .if     \error
        addq    $8, %rsp
        .endif
        pushq   (%rsp)
        popq    NOTED_IP
        pushq   16(%rsp)
        popq    NOTED_FLAGS
        incl    NOTED
        addl    $\skip, (%rsp)
        andl    $~\clear, 16(%rsp)
        orl     $\set, 16(%rsp)
        .endif
        .endm

        .macro  RETURN bits
        .if     \bits == 16
        iretw
        .elseif \bits == 32
        iretl
        .else
        iretq
        .endif
        .endm

# From here on an exception is noted. Changes EAX.
        .macro  NOTE_EXCEPTION bits, vector, error=0, skip=0, clear=0, set=0
        jmp     771f
770:    NOTE    \bits, \error, \skip, \clear, \set
        RETURN  \bits
771:    HANDLE  \bits, \vector, 770b
        .endm

# 64-bit mode: behind an exception of this vector, the guest goes on behind TRY's instruction. Changes EAX.
        .macro  GO_ON_BEHIND vector, error=0
        jmp     768f
767:
        .if     \error
        addq    $8, %rsp
        .endif
        pushq   KEPT
        popq    (%rsp)
        iretq
768:    HANDLE  64, \vector, 767b
        .endm

# Changes EBX.
        .macro  TRY instruction:vararg
        ADDRESS 769f, %ebx
        movl    %ebx, KEPT
        movl    $0, KEPT + 4
        \instruction
769:
        .endm

# From here on the timer's interrupts are noted, and return with interrupts off. Changes EAX.
        .macro  NOTE_TIMER bits
        jmp     773f
772:    NOTE    \bits, 0, 0, 0x200
        push    %ax
        movb    $0x20, %al
        outb    %al, $0x20
        pop     %ax
        RETURN  \bits
773:    HANDLE  \bits, 8, 772b
        PIC     0xFE
        TIMER   0x400
        .endm

# With an interrupt waiting, STI and an instruction. Says how far from the address behind it the interrupt came. `prepare` is
# executed before STI; EAX, ECX and EDX are its own. Changes what the instruction and VALUE change.
        .macro  STI_AND prepare, instruction:vararg
        movl    $0, NOTED_IP
        movb    $0x0A, %al
        outb    %al, $0x20
774:    inb     $0x20, %al
        testb   $1, %al
        jz      774b
        \prepare
        sti
        \instruction
775:    nop
        cli
        ADDRESS 775b, %eax
        subl    NOTED_IP, %eax
        call    *VALUE
        .endm

# An instruction with the trap flag on that should raise another exception than the trap, as FAULTS. Changes EAX.
        .macro  STEP_FAULTS instruction:vararg
        ADDRESS 777f, %eax
        movl    %eax, EXPECTED
        ADDRESS 778f, %eax
        movl    %eax, LANDING
        movl    %esp, LANDING_SP
        pushf
        orw     $0x100, (%esp)
        popf
777:    \instruction
        call    *NO_FAULT
778:
        .endm

# For TRAPS STEP: an instruction behind a MOV to SS, which holds its trap off until then. Real mode: SS is 0, as is EBX.
        .macro  IN_SHADOW instruction:vararg
        movw    %bx, %ss
        \instruction
        .endm

# For TRAPS: loads SS from memory, and then one more instruction.
        .macro  LOAD_STACK_SEGMENT_AND instruction:vararg
        movw    0x5800, %ss
        \instruction
        .endm

# As FAULTS, where the stack is none to go on with.
        .macro  FAULTS_ON_STACK instruction:vararg
        ADDRESS 777f, %eax
        movl    %eax, EXPECTED
        ADDRESS 778f, %eax
        movl    %eax, LANDING
        movl    $RING0_STACK, LANDING_SP
777:    \instruction
        call    *NO_FAULT
778:
        .endm

# Protected mode: a GDT at 60000 in which the only task is not busy, and 48 is free. Changes EAX, ECX, ESI, EDI.
        .macro  FREE_TASK
        COPY_GDT 0x60000
        movb    $0x89, 0x6003D
        LOAD_TABLE lgdtl, 0x60000, 0x57
        .endm

# WRMSR. Changes EAX, ECX, EDX.
        .macro  SET_MSR number, low, high=0
        movl    $\number, %ecx
        movl    $\low, %eax
        movl    $\high, %edx
        wrmsr
        .endm

# RDMSR's lower half. Changes EAX, ECX, EDX and what VALUE changes.
        .macro  SAY_MSR number
        movl    $\number, %ecx
        rdmsr
        call    *VALUE
        .endm

# WRMSR of the address of a label.
        .macro  SET_MSR_TO_ADDRESS number, label
        movl    $\number, %ecx
        ADDRESS \label, %eax
        xorl    %edx, %edx
        wrmsr
        .endm

# SYSENTER goes to a label, with selectors from `selector` on. Changes EAX, ECX, EDX.
        .macro  SYSENTER_TO label, selector
        SET_MSR 0x174, \selector
        SET_MSR 0x175, RING0_STACK
        SET_MSR_TO_ADDRESS 0x176, \label
        .endm

# SYSCALL goes to a label, with selectors from STAR. Changes EAX, ECX, EDX.
        .macro  SYSCALL_TO label, selectors, mask=0
        SET_MSR 0xC0000081, 0, \selectors
        SET_MSR_TO_ADDRESS 0xC0000082, \label
        SET_MSR 0xC0000084, \mask
        .endm

# Says a segment register. Changes EAX.
        .macro  SAY_SELECTOR register
        xorl    %eax, %eax
        movw    \register, %ax
        call    *VALUE
        .endm

# Pushes the flags with the trap flag on, for TRAPS STEP.
        .macro  PUSH_STEP
        pushf
        orw     $0x100, (%esp)
        .endm

# Says DR6's conditions, and clears them. Changes EAX.
        .macro  SAY_CONDITIONS register
        mov     %dr6, \register
        andl    $0xE00F, %eax
        call    *VALUE
        xorl    %eax, %eax
        mov     \register, %dr6
        .endm

# A breakpoint at `address` with DR7's R/W and LEN bits `kind` (instruction 0, write 1, port 2, access 3; length minus 1 in the two
# bits above). Changes EAX.
        .macro  BREAKPOINT register, number, address, kind
        movl    \address, %eax
        mov     \register, %dr\number
        mov     %dr7, \register
        orl     $(2 << (2 * \number) | \kind << (16 + 4 * \number)), %eax
        mov     \register, %dr7
        .endm

# Protected mode: a gate whose handler runs in ring 3. Changes EAX.
        .macro  RING3_GATE vector, label, rights=0xEE00
        HANDLE  32, \vector, \label
        movw    $CODE32_RING3, IDT + \vector * 8 + 2
        movw    $\rights, IDT + \vector * 8 + 4
        .endm

# Protected mode: goes on at a label in ring 3, where alignment is checked and the stack is not aligned. Changes EAX.
        .macro  UNALIGNED_RING3 label, flags=0
        SET_CR0 18
        pushl   $DATA_RING3
        pushl   $(RING3_STACK - 1)
        pushl   $(\flags | 0x40002)
        pushl   $CODE32_RING3
        ADDRESS \label, %eax
        pushl   %eax
        movw    $DATA_RING3, %ax
        movw    %ax, %ds
        movw    %ax, %es
        iretl
        .endm

# Protected mode: an interrupt of the timer whose handler runs in ring 3 finds no aligned stack there, so #AC comes first, with its
# handler in ring 0 at `handler`. That of the interrupt is `interrupted`, and it comes at 765. Changes EAX.
        .macro  HOLD_INTERRUPT handler, interrupted
        HANDLE  32, 17, \handler
        RING3_GATE 0x20, \interrupted
        PIC     0xFE, 0x20
        TIMER   0x400
        movb    $0x0A, %al
        outb    %al, $0x20
766:    inb     $0x20, %al
        testb   $1, %al
        jz      766b
        UNALIGNED_RING3 765f, 0x3200
765:    jmp     765b
        .endm

# Protected mode: from here on an exception or interrupt is noted, and is the last digit of ORDER. Changes EAX.
        .macro  ORDERED vector, digit, clear=0
        jmp     764f
763:    shll    $4, ORDER
        orl     $\digit, ORDER
        NOTE    32, 0, 0, \clear
        iretl
764:    HANDLE  32, \vector, 763b
        movw    $CODE32, IDT + \vector * 8 + 2
        movw    $0x8E00, IDT + \vector * 8 + 4
        .endm

# 64-bit mode: #DB has a stack of its own, the same for each.
        .macro  DEBUG_STACK
        movl    $DEBUG_STACK_END, TSS + 36
        movb    $1, IDT + 1 * 16 + 4
        .endm

        .endif
