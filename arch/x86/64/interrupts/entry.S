# The way into and out of every interrupt, exception and system call.
#
# All gates are interrupt gates: interrupts are disabled here. The CPU has pushed ss, rsp, rflags, cs, rip and, for some
# vectors, an error code; the stubs complete it to the InterruptFrame of ArchThreadRegisters.h.

        .set    KERNEL_SS, 0x20
        .set    FRAME_RIP, 17 * 8
        .set    FRAME_CS, 18 * 8

        .text
        .code64

        .macro  PUSH_REGISTERS
        pushq   %rax
        pushq   %rcx
        pushq   %rdx
        pushq   %rbx
        pushq   %rbp
        pushq   %rsi
        pushq   %rdi
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        .endm

        .macro  POP_REGISTERS
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rdi
        popq    %rsi
        popq    %rbp
        popq    %rbx
        popq    %rdx
        popq    %rcx
        popq    %rax
        addq    $16, %rsp                       # vector and error code
        .endm

# One stub per vector, each as long as the others, so that the descriptor table can be filled by arithmetic. Vectors for
# which the CPU pushes an error code: SDM volume 3, "Exception and Interrupt Reference".
        .set    INTERRUPT_STUB_SIZE, 16

        .balign INTERRUPT_STUB_SIZE
        .global interrupt_stubs
interrupt_stubs:
        .set    vector, 0
        .rept   256
        .balign INTERRUPT_STUB_SIZE
        .if     !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21)
        pushq   $0
        .endif
        pushq   $vector
        jmp     interrupt_common
        .set    vector, vector + 1
        .endr

        .balign 16
interrupt_common:
        PUSH_REGISTERS
        cld
        cmpb    $0, smap_enabled(%rip)
        je      1f
        clac                                    # the CPU keeps EFLAGS.AC over an interrupt; user mode may have set it
1:      movq    %rsp, %rdi                      # the frame is the handler's argument
        movq    %rsp, %rbx                      # rbx survives the call
        andq    $-16, %rsp
        testb   $3, FRAME_CS(%rdi)
        jz      2f
        movl    $KERNEL_SS, %eax                # user mode may have left anything in them
        movl    %eax, %ds
        movl    %eax, %es
        xorl    %ebp, %ebp                      # a backtrace ends here ...
        jmp     3f
2:      pushq   FRAME_RIP(%rdi)                 # ... or goes on in the interrupted kernel code, as if that had called
        pushq   %rbp
        movq    %rsp, %rbp
3:      call    interruptHandler
        movq    %rbx, %rsp
        POP_REGISTERS
        iretq

# [[noreturn]] void arch_restoreRegisters(const InterruptFrame*): continues what the frame describes.
        .global arch_restoreRegisters
        .type   arch_restoreRegisters, @function
arch_restoreRegisters:
        movq    %rdi, %rsi                      # copied to the current stack, on which IRET can fault safely
        subq    $(22 * 8), %rsp
        movq    %rsp, %rdi
        movl    $22, %ecx
        rep movsq
        POP_REGISTERS
        iretq
        .size   arch_restoreRegisters, . - arch_restoreRegisters

# void arch_yield(): vector 65 as a function.
        .global arch_yield
        .type   arch_yield, @function
arch_yield:
        int     $65
        ret
        .size   arch_yield, . - arch_yield

        .data
        .global smap_enabled
smap_enabled:
        .byte   0

        .section .note.GNU-stack, "", @progbits
