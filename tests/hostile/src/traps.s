# For guests that compare debug exceptions: an instruction behind another one that may hold them off, under a condition that raises one,
# in one ring or the other. Every exception that comes is said as one value, and the end of each case as 0:
#
#   31:24 vector   23:8 DR6's conditions (B0-B3, BD, BS)   7:0 where it came, from the instruction on; EE: elsewhere, as in a handler

        .set    CASE_AT, 0x5460                 # the instruction
        .set    CASE_FLAGS, 0x5468              # the flags with which it runs
        .set    CASE_STACK, 0x6C00              # its stack, in both rings
        .set    WATCHED, 0x5480                 # a selector for SS

        .ifndef HOSTILE_TRAPS
        .set    HOSTILE_TRAPS, 1

# Handlers for everything that a case raises, with gates that ring 3 may use. Changes EAX, ECX, EDX.
        .macro  CASES_IN_PROTECTED_MODE
        CASE_HANDLERS 32, e, 4, iretl
        .endm

        .macro  CASES_IN_LONG_MODE
        CASE_HANDLERS 64, r, 8, iretq
        SYSCALL_TO 758b, 0x00200018
        .endm

        .macro  CASE_HANDLERS bits, p, word, return
        jmp     759f
        # On the stack: vector, address, CS, flags. From here on the trap flag is off.
751:    push    %\p\()ax
        push    %\p\()cx
        push    %\p\()dx
        push    %\p\()bx
        push    %\p\()si
        push    %\p\()di
        andl    $~0x100, 9*\word(%\p\()sp)
        orl     $0x10000, 9*\word(%\p\()sp)      # RF: one breakpoint a case
        movl    6*\word(%\p\()sp), %ebx
        shll    $24, %ebx
        mov     %dr6, %\p\()ax
        andl    $0xE00F, %eax
        shll    $8, %eax
        orl     %eax, %ebx
        movl    7*\word(%\p\()sp), %eax
        subl    CASE_AT, %eax
        cmpl    $0x40, %eax
        jb      752f
        movl    $0xEE, %eax
752:    orl     %ebx, %eax
        call    *VALUE
        xorl    %eax, %eax
        mov     %\p\()ax, %dr6
        cmpl    $6, 6*\word(%\p\()sp)
        je      758f
        cmpl    $13, 6*\word(%\p\()sp)
        je      758f
        ADDRESS 758f, %eax                      # SYSCALL, whose segments are none to return to
        cmpl    %eax, 7*\word(%\p\()sp)
        je      758f
        pop     %\p\()di
        pop     %\p\()si
        pop     %\p\()bx
        pop     %\p\()dx
        pop     %\p\()cx
        pop     %\p\()ax
        add     $\word, %\p\()sp
        \return
753:    push    $1
        jmp     751b
754:    push    $3
        jmp     751b
755:    push    $4
        jmp     751b
756:    push    $6
        jmp     751b
757:    add     $\word, %\p\()sp                # the error code
        push    $13
        jmp     751b
760:    push    $28
        jmp     751b
758:    cli                                     # the end of a case
        xorl    %eax, %eax
        mov     %\p\()ax, %dr7
        movw    $DATA, %ax
        movw    %ax, %ss
        mov     LANDING_SP, %\p\()sp
        jmp     *LANDING
759:    CASE_GATE \bits, 1, 753b
        CASE_GATE \bits, 3, 754b
        CASE_GATE \bits, 4, 755b
        CASE_GATE \bits, 6, 756b
        CASE_GATE \bits, 13, 757b
        CASE_GATE \bits, 28, 760b
        CASE_GATE \bits, 29, 758b
        movb    $0xFF, %al                      # no interrupts behind STI
        outb    %al, $0x21
        outb    %al, $0xA1
        movw    $DATA_RING3, %ax
        movw    %ax, %ds
        movw    %ax, %es
        .endm

        .macro  CASE_GATE bits, vector, label
        HANDLE  \bits, \vector, \label
        movb    $0xEE, IDT + \vector * (\bits / 4) + 5
        .endm

# What raises a debug exception: for CASE. Change EAX.
        .macro  STEPPED p
        mov     $0x3902, %\p\()ax               # IOPL 3, OF, TF
        movl    %eax, CASE_FLAGS
        .endm

        .macro  WATCHING p                      # what SS is loaded from
        movl    $0x3802, CASE_FLAGS
        BREAKPOINT %\p\()ax, 0, $WATCHED, 7
        .endm

        .macro  WATCHING_STACK p
        movl    $0x3802, CASE_FLAGS
        BREAKPOINT %\p\()ax, 0, $(CASE_STACK - 8), 7
        .endm

        .macro  BREAKING p
        movl    $0x3802, CASE_FLAGS
        BREAKPOINT %\p\()ax, 0, CASE_AT, 0
        .endm

        .macro  DETECTING p                     # accesses of debug registers, and steps
        movl    $0x3902, CASE_FLAGS
        movl    $0x2400, %eax
        mov     %\p\()ax, %dr7
        .endm

# What comes before the instruction: for CASE.
        .macro  AT_ONCE
        .endm

        .macro  FROM_MEMORY
        movw    WATCHED, %ss
        .endm

        .macro  FROM_STACK                      # outside 64-bit mode
        pop     %ss
        .endm

        .macro  WITH_STI
        sti
        .endm

# A case: a condition of those above, what comes before the instruction, and the instruction. It finds EAX and EBX 0, ECX 16,
# EDX 80 (a port), ESI and EDI at 60000. `user` has the bits of its segments' RPL. Changes all registers.
        .macro  CASE bits, user, condition, shadow, instruction:vararg
        .if     \bits == 64
        CASE_FOR r, CODE64, iretq, \user, \condition, \shadow, \instruction
        .else
        CASE_FOR e, CODE32, iretl, \user, \condition, \shadow, \instruction
        .endif
        .endm

        .macro  CASE_FOR p, code, return, user, condition, shadow, instruction:vararg
        ADDRESS 741f, %eax
        movl    %eax, CASE_AT
        ADDRESS 742f, %eax
        movl    %eax, LANDING
        mov     %\p\()sp, LANDING_SP
        movl    $(DATA + 27 * \user), WATCHED   # so far behind are the selectors of ring 3
        movl    $(DATA + 27 * \user), CASE_STACK - 8
        \condition \p
        push    $(DATA + 27 * \user)
        push    $CASE_STACK
        push    $0x3002
        push    $(\code + 27 * \user)
        ADDRESS 740f, %eax
        push    %\p\()ax
        \return
740:    mov     $(CASE_STACK - 8), %\p\()sp
        xorl    %eax, %eax
        xorl    %ebx, %ebx
        movl    $16, %ecx
        movl    $0x80, %edx
        movl    $0x60000, %esi
        movl    $0x60000, %edi
        push    CASE_FLAGS
        popf
        \shadow
741:    \instruction
        nop
        int     $29
742:    movw    $DATA_RING3, %ax
        movw    %ax, %ds
        movw    %ax, %es
        xorl    %eax, %eax
        call    *VALUE
        .endm

        .endif
