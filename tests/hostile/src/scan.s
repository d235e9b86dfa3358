# For guests that try every number of something, every MSR, every port: macros that work in all modes.
#
# What they keep in memory is at CAUGHT and behind it.

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
        SAY     NUMBER
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
        SAY     TAKEN
        SAY     TAKEN + 4
        SAY     KEPT
        SAY     KEPT + 4
        .endm

# Ranges of ports, first and last, for EACH_PORT: those at which a device answers,
        .macro  DEVICE_PORTS
        .word   0x0, 0xF, 0x20, 0x21, 0x40, 0x43, 0x60, 0x61, 0x64, 0x64
        .word   0x70, 0x73, 0x80, 0x8F, 0x92, 0x92, 0xA0, 0xA1, 0xC0, 0xDF
        .word   0xE9, 0xE9, 0xF4, 0xF7, 0x170, 0x177, 0x1F0, 0x1F7, 0x376, 0x376
        .word   0x3B4, 0x3B5, 0x3BA, 0x3BA, 0x3C0, 0x3CF, 0x3D4, 0x3D5, 0x3DA, 0x3DA
        .word   0x3F6, 0x3F6, 0x3F8, 0x3FF, 0x402, 0x402, 0x4D0, 0x4D1, 0x600, 0x60B
        .word   0xCF8, 0xCFB, 0x8900, 0x8900, 0xB004, 0xB005
        .word   0xFFFF, 0
        .endm
# those that say something, send something or end the guest when a 0 is written to them,
        .macro  LOUD_PORTS
        .word   0xE9, 0xE9, 0xF4, 0xF7, 0x3F8, 0x3F8, 0x402, 0x402
        .word   0xFFFF, 0
        .endm
# and those where other values do so, or reset the guest or switch it off.
        .macro  SWITCH_PORTS
        .word   0x60, 0x60, 0x64, 0x64, 0x92, 0x92, 0xE9, 0xE9, 0xF4, 0xF7
        .word   0x3F8, 0x3F8, 0x402, 0x402, 0x600, 0x60B, 0xCF8, 0xCFB, 0xB004, 0xB005
        .word   0xFFFF, 0
        .endm

# Runs the instructions up to NEXT_PORT for each port, in EDX and NUMBER; all registers are theirs. ZF is clear where an access of
# so many bytes meets one of `ports`, or goes round from the last port to the first.
        .macro  EACH_PORT width, ports
        jmp     787f
786:    \ports
787:    movl    $0, NUMBER
        movl    $0, LEFT
788:    ADDRESS 786b, %esi
        movl    NUMBER, %edx
        leal    \width - 1(%edx), %ecx
        cmpl    $0xFFFF, %ecx
        ja      790f
789:    movzwl  (%esi), %eax
        movzwl  2(%esi), %ebx
        addl    $4, %esi
        cmpl    $0xFFFF, %eax
        je      790f
        cmpl    %ebx, %edx
        ja      789b
        cmpl    %eax, %ecx
        jb      789b
        testl   %esp, %esp
790:
        .endm

# Ends the loop of EACH_PORT, and says LEFT. With a `step` above 1 ports are left out.
        .macro  NEXT_PORT step=1
        addl    $\step, NUMBER
        cmpl    $0x10000, NUMBER
        jb      788b
        SAY     LEFT
        .endm

# Says ECX and the index register of a string instruction.
        .macro  SAY_PROGRESS index
        movl    %ecx, NUMBER
        movl    \index, LEFT
        SAY     NUMBER
        SAY     LEFT
        .endm

        .endif
