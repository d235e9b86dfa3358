# A guest that fills every register it can reach with values of its own, leaves an unmasked x87 exception pending, tells that it is
# ready, and then looks for ever whether it still finds what it left. If not, it ends with exit code 1.
#
# It is a flat Multiboot kernel, linked into the host as data and loaded at 1 MiB: `at` says where something is there.

        .set    LOAD, 0x100000
        .set    STACK, LOAD + 0x8000
        .set    SNAPSHOT, LOAD + 0x9000         # FXSAVE areas
        .set    PRESENT, LOAD + 0xA000
        .set    END, LOAD + 0xB000

        .set    MAGIC, 0x1BADB002
        .set    FLAGS, 1 << 16                  # the header has addresses

        .set    CR4_OSFXSR, 1 << 9
        .set    CR4_OSXMMEXCPT, 1 << 10
        .set    CR4_OSXSAVE, 1 << 18
        .set    IA32_PAT, 0x277
        .set    IA32_DEBUGCTL, 0x1D9
        .set    IA32_EFER, 0xC0000080
        .set    EFER_SCE, 1

#define at(label) (label - guest_begin + LOAD)

        .section .rodata
        .code32
        .balign 16
        .global guest_begin, guest_seed, guest_end
guest_begin:
        .long   MAGIC, FLAGS, -(MAGIC + FLAGS)
        .long   LOAD, LOAD, at(guest_end), END, at(start)

guest_seed:                                     # the host puts the guest's number here
        .long   0

start:  movl    $STACK, %esp
        movl    %cr4, %eax
        orl     $(CR4_OSFXSR | CR4_OSXMMEXCPT), %eax
        movl    %eax, %cr4

        # XCR0: x87, and SSE where there is XSAVE.
        movl    $1, %eax
        cpuid
        testl   $(1 << 26), %ecx
        jz      1f
        movl    %cr4, %eax
        orl     $CR4_OSXSAVE, %eax
        movl    %eax, %cr4
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        movl    $3, %eax
        xsetbv
1:
        imull   $0x01010101, at(guest_seed), %ebp
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7
        leal    \n(%ebp), %eax
        movd    %eax, %xmm\n
        pshufd  $0, %xmm\n, %xmm\n
        .endr

        leal    0x1000(%ebp), %eax
        movl    %eax, %dr0
        leal    0x2000(%ebp), %eax
        movl    %eax, %dr1
        leal    0x3000(%ebp), %eax
        movl    %eax, %dr2
        leal    0x4000(%ebp), %eax
        movl    %eax, %dr3
        movl    $0xFFFF4FF0, %eax
        movl    %eax, %dr6
        movl    $0x401, %eax                    # a breakpoint where nothing is executed
        movl    %eax, %dr7
        movl    %ebp, %cr2

        movl    $at(msrs), %esi
2:      movl    (%esi), %ecx
        xorl    %edx, %edx
        leal    (%ebp, %ecx), %eax
        wrmsr
        addl    $4, %esi
        cmpl    $at(msrs_end), %esi
        jb      2b
        movl    $IA32_PAT, %ecx
        movl    $0x01010101, %eax
        movl    %eax, %edx
        wrmsr
        movl    $IA32_EFER, %ecx
        rdmsr
        orl     $EFER_SCE, %eax
        wrmsr
        movl    $IA32_DEBUGCTL, %ecx
        movl    $2, %eax
        xorl    %edx, %edx
        wrmsr

        # 1 / 0 with everything unmasked: the next x87 instruction that waits would raise #MF. None comes.
        fninit
        fldcw   at(control)
        fld1
        fldz
        fdivrp  %st, %st(1)
        ldmxcsr at(zero)
        fxsave  SNAPSHOT

        movb    $'r', %al
        outb    %al, $0xE9

look:   fxsave  PRESENT
        movl    $SNAPSHOT, %esi
        movl    $PRESENT, %edi
        movl    $(512 / 4), %ecx
        repe    cmpsl
        jne     lost
        leal    0x1000(%ebp), %eax
        movl    %dr0, %ebx
        cmpl    %eax, %ebx
        jne     lost
        leal    0x4000(%ebp), %eax
        movl    %dr3, %ebx
        cmpl    %eax, %ebx
        jne     lost
        movl    %dr6, %ebx
        cmpl    $0xFFFF4FF0, %ebx
        jne     lost
        movl    %dr7, %ebx
        cmpl    $0x401, %ebx
        jne     lost
        movl    %cr2, %ebx
        cmpl    %ebp, %ebx
        jne     lost
        movl    $at(msrs), %esi
3:      movl    (%esi), %ecx
        rdmsr
        subl    %ecx, %eax
        cmpl    %ebp, %eax
        jne     lost
        addl    $4, %esi
        cmpl    $at(msrs_end), %esi
        jb      3b
        jmp     look

lost:   movb    $1, %al
        outb    %al, $0xF4
        jmp     lost

control:
        .word   0x0340                          # FCW with every exception unmasked
zero:   .long   0                               # MXCSR, the same

# Each gets its own number plus the guest's pattern.
msrs:   .long   0x174, 0x175, 0x176             # IA32_SYSENTER_CS, ESP, EIP
        .long   0xC0000081, 0xC0000082, 0xC0000083, 0xC0000084 # STAR, LSTAR, CSTAR, FMASK
        .long   0xC0000100, 0xC0000101, 0xC0000102 # FS base, GS base, IA32_KERNEL_GS_BASE
        .long   0xC0000103                      # IA32_TSC_AUX
msrs_end:
        .balign 4
guest_end:

        .section .note.GNU-stack, "", @progbits
