# For guests that try every number of something, every MSR, every port: macros that work in all modes.

        .set    CAUGHT, 0x5400                  # by the handler of CATCH: 0, or 1 + the error code
        .set    NUMBER, 0x5408                  # that is tried now
        .set    LEFT, 0x5410                    # how many come after it
        .set    ORIGINAL, 0x5418
        .set    TRIED, 0x5420
        .set    TAKEN, 0x5428
        .set    KEPT, 0x5430

        .ifndef HOSTILE_SCANS
        .set    HOSTILE_SCANS, 1

# From here on an exception skips the `length` bytes of its instruction and sets CAUGHT. `error`: the exception pushes an
# error code, outside real mode. Changes EAX.
        .macro  CATCH bits, vector, length, error=1
        jmp     781f
780:
        .if     \bits == 16
        addw    $\length, (%esp)
        movl    $1, CAUGHT
        iretw
        .elseif \bits == 32
        .if     \error
        popl    CAUGHT
        .else
        movl    $0, CAUGHT
        .endif
        incl    CAUGHT
        addl    $\length, (%esp)
        iretl
        .else
        .if     \error
        popq    CAUGHT
        .else
        movq    $0, CAUGHT
        .endif
        incl    CAUGHT
        addq    $\length, (%rsp)
        iretq
        .endif
781:    ADDRESS 780b, %eax
        # All code lies below 64 KiB: the upper bits of a gate stay as they are.
        .if     \bits == 16
        movw    %ax, \vector * 4
        movw    $0, \vector * 4 + 2
        .elseif \bits == 32
        movw    %ax, IDT + \vector * 8
        .else
        movw    %ax, IDT + \vector * 16
        .endif
        .endm

# RDMSR, or WRMSR of a value, with `count` numbers from `first` on, each `multiplier` times the last and `increment`. Says those
# with which it is not #GP(0), which CATCH must catch. Changes what VALUE changes.
        .macro  EACH_MSR instruction, first, count, low=0, high=0, multiplier=1, increment=1
        movl    $\first, NUMBER
        movl    $\count, LEFT
782:    movl    NUMBER, %ecx
        movl    $\low, %eax
        movl    $\high, %edx
        movl    $0, CAUGHT
        \instruction
        cmpl    $1, CAUGHT
        je      783f
        movl    NUMBER, %eax
        call    *VALUE
783:    imull   $\multiplier, NUMBER, %eax
        addl    $\increment, %eax
        movl    %eax, NUMBER
        decl    LEFT
        jnz     782b
        .endm

# All MSRs: the two ranges that the MSR bitmap covers, the places where others have theirs, the last ones, and many in between.
        .macro  ALL_MSRS instruction, low=0, high=0
        EACH_MSR \instruction, 0x00000000, 0x2000, \low, \high
        EACH_MSR \instruction, 0x00002000, 0x100, \low, \high
        EACH_MSR \instruction, 0x40000000, 0x200, \low, \high
        EACH_MSR \instruction, 0x4B564D00, 0x10, \low, \high
        EACH_MSR \instruction, 0xBFFFFF00, 0x100, \low, \high
        EACH_MSR \instruction, 0xC0000000, 0x2000, \low, \high
        EACH_MSR \instruction, 0xC0002000, 0x100, \low, \high
        EACH_MSR \instruction, 0xC0010000, 0x200, \low, \high
        EACH_MSR \instruction, 0xFFFFFF00, 0x100, \low, \high
        EACH_MSR \instruction, 0x12345678, 4000, \low, \high, 1664525, 1013904223
        .endm

# Changes one bit of an MSR after the other, and back. Says for which bits WRMSR raises no exception, and which of them RDMSR
# returns changed, in two halves each.
        .macro  MSR_BITS number
        movl    $\number, %ecx
        rdmsr
        movl    %eax, ORIGINAL
        movl    %edx, ORIGINAL + 4
        xorl    %eax, %eax
        movl    %eax, TAKEN
        movl    %eax, TAKEN + 4
        movl    %eax, KEPT
        movl    %eax, KEPT + 4
        xorl    %ebx, %ebx
784:    movl    ORIGINAL, %eax
        movl    ORIGINAL + 4, %edx
        movl    %eax, TRIED
        movl    %edx, TRIED + 4
        btcl    %ebx, TRIED
        movl    TRIED, %eax
        movl    TRIED + 4, %edx
        movl    $0, CAUGHT
        wrmsr
        cmpl    $0, CAUGHT
        jne     785f
        btsl    %ebx, TAKEN
        rdmsr
        xorl    ORIGINAL, %eax
        xorl    ORIGINAL + 4, %edx
        orl     %eax, KEPT
        orl     %edx, KEPT + 4
        movl    ORIGINAL, %eax
        movl    ORIGINAL + 4, %edx
        wrmsr
785:    incl    %ebx
        cmpl    $64, %ebx
        jb      784b
        movl    TAKEN, %eax
        call    *VALUE
        movl    TAKEN + 4, %eax
        call    *VALUE
        movl    KEPT, %eax
        call    *VALUE
        movl    KEPT + 4, %eax
        call    *VALUE
        .endm

        .endif
