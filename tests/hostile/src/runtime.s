# What every micro-guest starts with: from the boot sector's entry to the mode the guest wants, with handlers for all
# exceptions, and a few routines. A flat image; the guest's own code follows at GUEST.
#
# A guest says what it sees on its debug port:
#
#   !0d 00000000            an exception: vector, error code (0 where there is none)
#   !0d 00000000 at 900a    the same, but not from the instruction that should raise it
#   =0000002a               a value
#   no fault                an instruction that should have faulted did not
#
# Memory below 640 KiB: 4000 IDT, 5000 variables, 6000 stack of ring 0 (down from 7C00) and of ring 3 (down from 6C00),
# 7C00 this file, 9000 the guest, 70000 page tables.

        .pushsection .rodata.hostile_runtime, "a", @progbits
        .globl  hostile_runtime
        .globl  hostile_runtime_end
hostile_runtime:
        .code16
        jmp     start16
        .org    hostile_runtime + 4
mode:   .byte   0                               # 0 real, 1 protected, 2 long; the builder sets it

# Routines that a guest calls through the table at ROUTINES, in its own mode: the same source for all three. They may
# change EAX, ECX, EDX, EBX, ESI and EDI.
        .macro  ROUTINES_FOR bits
put_\bits:                                      # AL: a character
        outb    %al, $0xE9
        ret
hex_\bits:                                      # EAX: the value, its last EDI digits
        movl    %eax, %esi
        movl    $8, %ecx
        subl    %edi, %ecx
        shll    $2, %ecx
        roll    %cl, %esi
1:      roll    $4, %esi
        movl    %esi, %eax
        andb    $15, %al
        addb    $'0', %al
        cmpb    $'9', %al
        jbe     2f
        addb    $('a' - '9' - 1), %al
2:      call    put_\bits
        subl    $1, %edi
        jnz     1b
        ret
value_\bits:                                    # EAX: a value to say
        movl    %eax, %ebx
        movb    $'=', %al
        call    put_\bits
        movl    %ebx, %eax
        movl    $8, %edi
        call    hex_\bits
        jmp     newline_\bits
no_fault_\bits:
        xorl    %ebx, %ebx
1:      movb    BASE + no_fault_text - hostile_runtime(%ebx), %al
        cmpb    $0, %al
        je      newline_\bits
        call    put_\bits
        incl    %ebx
        jmp     1b
newline_\bits:
        movb    $'\n', %al
        jmp     put_\bits
done_\bits:                                     # the end of the guest
        movb    $0, %al
        outb    %al, $0xF4
        movw    $0x8900, %dx                    # not in a VM any more: the power switch of the emulated PC
        xorl    %ebx, %ebx
1:      movb    BASE + shutdown_text - hostile_runtime(%ebx), %al
        outb    %al, %dx
        incl    %ebx
        cmpl    $8, %ebx
        jb      1b
2:      hlt
        jmp     2b
say_exception_\bits:
        movb    $'!', %al
        call    put_\bits
        movl    EXCEPTION_VECTOR, %eax
        movl    $2, %edi
        call    hex_\bits
        movb    $' ', %al
        call    put_\bits
        movl    EXCEPTION_ERROR, %eax
        movl    $8, %edi
        call    hex_\bits
        movl    EXCEPTION_IP, %ebx
        cmpl    EXPECTED, %ebx
        je      newline_\bits
        movb    $' ', %al
        call    put_\bits
        movb    $'a', %al
        call    put_\bits
        movb    $'t', %al
        call    put_\bits
        movb    $' ', %al
        call    put_\bits
        movl    %ebx, %eax
        movl    $8, %edi
        call    hex_\bits
        jmp     newline_\bits
        .endm

        # A guest calls them with the width of its mode, so each entry has eight bytes.
        .macro  TABLE_FOR bits
        movl    $(BASE + value_\bits - hostile_runtime), VALUE
        movl    $(BASE + no_fault_\bits - hostile_runtime), NO_FAULT
        movl    $(BASE + done_\bits - hostile_runtime), DONE
        .endm

        .code16
        ROUTINES_FOR 16

start16:
        cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    $RING0_STACK, %esp
        cld
        # Variables, routines and TSS begin as zeros.
        movw    $0x5000, %di
        movw    $0x800, %cx
        rep stosw
        cmpb    $0, BASE + mode - hostile_runtime
        je      real
        lgdtl   BASE + gdt_pointer - hostile_runtime
        movl    %cr0, %eax
        orl     $0x21, %eax                     # PE, NE
        movl    %eax, %cr0
        ljmpl   $CODE32, $(BASE + start32 - hostile_runtime)
real:
        TABLE_FOR 16
        # The interrupt vector table: exceptions only.
        xorw    %di, %di
        movw    $(BASE + stubs16 - hostile_runtime), %ax
1:      stosw
        movw    $0, (%di)
        addw    $2, %di
        addw    $8, %ax
        cmpw    $(32 * 4), %di
        jb      1b
        ljmpw   $0, $GUEST

stubs16:
        .set    vector, 0
        .rept   32
        .org    stubs16 + vector * 8
        pushw   $vector
        jmp     exception16
        .set    vector, vector + 1
        .endr
        .org    stubs16 + 32 * 8
exception16:                                    # on the stack: vector, IP, CS, FLAGS
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        popw    EXCEPTION_VECTOR
        popw    EXCEPTION_IP
        movw    %ax, %ss
        movl    LANDING_SP, %esp
        call    say_exception_16
        cmpw    $0, LANDING
        je      done_16
        jmpw    *LANDING

        .code32
        ROUTINES_FOR 32

start32:
        movw    $DATA, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %fs
        movw    %ax, %gs
        movw    %ax, %ss
        movl    $RING0_STACK, TSS + 4           # ESP0 and SS0; in 64-bit mode RSP0
        cmpb    $2, BASE + mode - hostile_runtime
        je      to_long
        movl    $DATA, TSS + 8
        movw    $104, TSS + 102                 # no I/O permission bitmap
        movw    $TSS_SELECTOR, %ax
        ltr     %ax
        TABLE_FOR 32
        movl    $(BASE + ring3_32 - hostile_runtime), RING3
        movl    $IDT, %edi
        movl    $(BASE + stubs32 - hostile_runtime), %eax
        movl    $32, %ecx
1:      movw    %ax, (%edi)
        movw    $CODE32, 2(%edi)
        movw    $0x8E00, 4(%edi)
        movw    $0, 6(%edi)
        addl    $8, %edi
        addl    $16, %eax
        loop    1b
        lidtl   BASE + idt_pointer - hostile_runtime
        movl    $GUEST, %eax
        jmp     *%eax

# Exceptions with an error code push it; for the others a zero takes its place. In AL-size pushes both take 16 bytes.
        .macro  STUBS bits
stubs\bits:
        .set    vector, 0
        .rept   32
        .org    stubs\bits + vector * 16
        .if     !((0x60227D00 >> vector) & 1)
        push    $0
        .endif
        push    $vector
        jmp     exception\bits
        .set    vector, vector + 1
        .endr
        .org    stubs\bits + 32 * 16
        .endm

        STUBS   32
exception32:                                    # on the stack: vector, error code, EIP
        movw    $DATA, %ax
        movw    %ax, %ds
        movw    %ax, %es
        popl    EXCEPTION_VECTOR
        popl    EXCEPTION_ERROR
        popl    EXCEPTION_IP
        movw    %ax, %ss
        movl    LANDING_SP, %esp
        call    say_exception_32
        cmpl    $0, LANDING
        je      done_32
        jmp     *LANDING

ring3_32:                                       # returns to its caller in ring 3
        popl    %eax
        pushl   $DATA_RING3
        pushl   $RING3_STACK
        pushfl
        pushl   $CODE32_RING3
        pushl   %eax
        movw    $DATA_RING3, %ax
        movw    %ax, %ds
        movw    %ax, %es
        iretl

to_long:
        # The first GiB as it is, in pages of 2 MiB, for both rings.
        movl    $TABLES, %edi
        xorl    %eax, %eax
        movl    $(3 * 1024), %ecx
        rep stosl
        movl    $(TABLES + 0x1007), TABLES
        movl    $(TABLES + 0x2007), TABLES + 0x1000
        movl    $0x87, %eax
        movl    $(TABLES + 0x2000), %edi
        movl    $512, %ecx
1:      movl    %eax, (%edi)
        addl    $0x200000, %eax
        addl    $8, %edi
        loop    1b
        movl    $TABLES, %eax
        movl    %eax, %cr3
        movl    %cr4, %eax
        orl     $0x620, %eax                    # PAE, OSFXSR, OSXMMEXCPT
        movl    %eax, %cr4
        movl    $0xC0000080, %ecx
        rdmsr
        orl     $0x901, %eax                    # NXE, LME, SCE
        wrmsr
        movl    %cr0, %eax
        orl     $0x80000000, %eax
        movl    %eax, %cr0
        ljmpl   $CODE64, $(BASE + start64 - hostile_runtime)

        .code64
        ROUTINES_FOR 64

start64:
        TABLE_FOR 64
        movl    $(BASE + ring3_64 - hostile_runtime), RING3
        movw    $104, TSS + 102
        movw    $TSS_SELECTOR, %ax
        ltr     %ax
        movl    $IDT, %edi
        movl    $(BASE + stubs64 - hostile_runtime), %eax
        movl    $32, %ecx
1:      movw    %ax, (%rdi)
        movw    $CODE64, 2(%rdi)
        movw    $0x8E00, 4(%rdi)
        movw    $0, 6(%rdi)
        movq    $0, 8(%rdi)
        addl    $16, %edi
        addl    $16, %eax
        loop    1b
        lidtq   BASE + idt_pointer - hostile_runtime
        movl    $GUEST, %eax
        jmp     *%rax

        STUBS   64
exception64:                                    # on the stack: vector, error code, RIP
        popq    EXCEPTION_VECTOR
        popq    EXCEPTION_ERROR
        popq    EXCEPTION_IP
        movw    $DATA, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movq    LANDING_SP, %rsp
        call    say_exception_64
        cmpq    $0, LANDING
        je      done_64
        jmp     *LANDING

ring3_64:                                       # returns to its caller in ring 3
        popq    %rax
        pushq   $DATA_RING3
        pushq   $RING3_STACK
        pushfq
        pushq   $CODE64_RING3
        pushq   %rax
        iretq

no_fault_text:
        .asciz  "no fault"
shutdown_text:
        .ascii  "Shutdown"
        .balign 8
gdt:    .quad   0
        .quad   0x00CF9B000000FFFF              # 08 code, 32 bits, ring 0
        .quad   0x00CF93000000FFFF              # 10 data, ring 0
        .quad   0x00AF9B000000FFFF              # 18 code, 64 bits, ring 0
        .quad   0x00CFFB000000FFFF              # 20 code, 32 bits, ring 3
        .quad   0x00CFF3000000FFFF              # 28 data, ring 3
        .quad   0x00AFFB000000FFFF              # 30 code, 64 bits, ring 3
        .quad   0x0000890052000067              # 38 TSS at 5200, available
        .quad   0
        .quad   0x00009B000000FFFF              # 48 code, 16 bits, ring 0
        .quad   0x000093000000FFFF              # 50 data, 64 KiB, ring 0
gdt_pointer:
        .word   gdt_pointer - gdt - 1
        .long   BASE + gdt - hostile_runtime
        .long   0
idt_pointer:
        .word   32 * 16 - 1
        .long   IDT
        .long   0
hostile_runtime_end:
        .popsection
        .code64
