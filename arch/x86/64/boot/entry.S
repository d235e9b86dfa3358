# From the boot loader to C++: 32-bit protected mode without paging, to 64-bit mode in the upper half.
#
# Multiboot 1 leaves us with EAX = magic, EBX = physical address of the information block, flat segments, interrupts off,
# and no stack. Everything in this file runs at its physical address.

        .set    KERNEL_BASE, 0xFFFFFFFF80000000

        .set    MULTIBOOT_HEADER_MAGIC, 0x1BADB002
        .set    MULTIBOOT_LOADER_MAGIC, 0x2BADB002
        .set    MULTIBOOT_FLAGS, 3              # modules page-aligned, memory map wanted

        .set    CR0_PE, 1 << 0
        .set    CR0_MP, 1 << 1
        .set    CR0_ET, 1 << 4
        .set    CR0_NE, 1 << 5
        .set    CR0_WP, 1 << 16
        .set    CR0_PG, 1 << 31
        .set    CR4_PAE, 1 << 5
        .set    MSR_EFER, 0xC0000080
        .set    EFER_LME, 1 << 8
        .set    EFER_NXE, 1 << 11
        .set    CPUID_EXTENDED_NX, 1 << 20      # CPUID.80000001H:EDX
        .set    CPUID_EXTENDED_LM, 1 << 29
        .set    EFLAGS_ID, 1 << 21

        .set    PAGE_PRESENT_WRITABLE, 3
        .set    PAGE_LARGE, 1 << 7

        .set    KERNEL_CS, 0x10
        .set    KERNEL_SS, 0x20

# First in the image, so that a loader of the flat binary can simply jump to where it loaded it.
        .section .boot.entry, "ax", @progbits
        .code32
        .global entry
entry:
        jmp     start

        .section .boot.multiboot, "a", @progbits
        .balign 4
        .long   MULTIBOOT_HEADER_MAGIC
        .long   MULTIBOOT_FLAGS
        .long   -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_FLAGS)

        .section .boot, "ax", @progbits
        .code32
start:
        cli
        cld
        movl    %eax, %ebp                      # the loader's magic
        movl    %ebx, %esi                      # its information block

        # A flat binary brings no .bss along, so it is cleared here, whoever loaded us. The stack lies in it.
        movl    $(bss_start - KERNEL_BASE), %edi
        movl    $(bss_end - KERNEL_BASE), %ecx
        subl    %edi, %ecx
        shrl    $2, %ecx
        xorl    %eax, %eax
        rep stosl
        movl    $(boot_stack_top - KERNEL_BASE), %esp

        movl    $no_multiboot, %ebx
        cmpl    $MULTIBOOT_LOADER_MAGIC, %ebp
        jne     fail

        # CPUID exists if EFLAGS.ID can be changed (SDM volume 1, "CPUID Instruction").
        movl    $no_long_mode, %ebx
        pushfl
        popl    %eax
        movl    %eax, %ecx
        xorl    $EFLAGS_ID, %eax
        pushl   %eax
        popfl
        pushfl
        popl    %eax
        cmpl    %ecx, %eax
        je      fail

        pushl   %ebx                            # CPUID overwrites it
        movl    $0x80000000, %eax
        cpuid
        popl    %ebx
        cmpl    $0x80000001, %eax
        jb      fail
        pushl   %ebx
        movl    $0x80000001, %eax
        cpuid
        popl    %ebx
        testl   $CPUID_EXTENDED_LM, %edx
        jz      fail
        movl    $no_nx, %ebx
        testl   $CPUID_EXTENDED_NX, %edx
        jz      fail

        # The first GiB, twice: at its physical address, where we are, and at KERNEL_BASE, where we are going.
        movl    $(boot_pdpt - KERNEL_BASE + PAGE_PRESENT_WRITABLE), %eax
        movl    %eax, boot_pml4 - KERNEL_BASE
        movl    %eax, boot_pml4 - KERNEL_BASE + 511 * 8
        movl    $(boot_pd - KERNEL_BASE + PAGE_PRESENT_WRITABLE), %eax
        movl    %eax, boot_pdpt - KERNEL_BASE
        movl    %eax, boot_pdpt - KERNEL_BASE + 510 * 8
        movl    $(PAGE_PRESENT_WRITABLE | PAGE_LARGE), %eax
        xorl    %ecx, %ecx
1:      movl    %eax, boot_pd - KERNEL_BASE(,%ecx,8)
        addl    $0x200000, %eax
        incl    %ecx
        cmpl    $512, %ecx
        jb      1b

        # SDM volume 3, "Initializing IA-32e Mode".
        movl    $CR4_PAE, %eax
        movl    %eax, %cr4
        movl    $(boot_pml4 - KERNEL_BASE), %eax
        movl    %eax, %cr3
        movl    $MSR_EFER, %ecx
        rdmsr
        orl     $(EFER_LME | EFER_NXE), %eax
        wrmsr
        movl    $(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG), %eax
        movl    %eax, %cr0
        lgdt    boot_gdt_pointer
        ljmp    $KERNEL_CS, $long_mode

# Prints the text at EBX on the debug port, on the first serial port and in the first line of the screen, and stops.
fail:
        movl    $0xB8000, %edi
1:      movw    $0x3FD, %dx
3:      inb     %dx, %al
        testb   $0x20, %al                      # the transmitter has room; all ones where there is no port
        jz      3b
        movb    (%ebx), %al
        testb   %al, %al
        jz      2f
        outb    %al, $0xE9
        movw    $0x3F8, %dx
        outb    %al, %dx
        movb    $0x4F, %ah                      # white on red
        movw    %ax, (%edi)
        addl    $2, %edi
        incl    %ebx
        jmp     1b
2:      cli
        hlt
        jmp     2b

        .code64
long_mode:
        movl    $KERNEL_SS, %eax
        movl    %eax, %ss
        movl    %eax, %ds
        movl    %eax, %es
        xorl    %eax, %eax
        movl    %eax, %fs
        movl    %eax, %gs
        movq    $boot_stack_top, %rsp
        xorl    %ebp, %ebp                      # a backtrace ends here
        movl    %esi, %edi                      # first argument: the information block
        pushq   %rbp                            # as if called: the stack is 8 off a multiple of 16
        movq    $startInUpperHalf, %rax
        jmp     *%rax

        .balign 8
boot_gdt:                                       # every slot is 16 bytes wide; see Gdt.h
        .quad   0, 0
        .quad   0x00209A0000000000, 0           # code: present, ring 0, 64-bit
        .quad   0x0000920000000000, 0           # data: present, ring 0, writable
boot_gdt_pointer:
        .word   boot_gdt_pointer - boot_gdt - 1
        .long   boot_gdt
        .long   0

no_multiboot:
        .asciz  "SWEB: the boot loader did not identify itself as Multiboot; load kernel.x with a Multiboot 1 loader.\n"
no_long_mode:
        .asciz  "SWEB: this CPU has no 64-bit mode; SWEB needs an x86-64 CPU.\n"
no_nx:
        .asciz  "SWEB: this CPU has no execute-disable bit (NX); switch it on in the BIOS or use a newer CPU.\n"

        .bss
        .balign 4096
boot_pml4:
        .skip   4096
boot_pdpt:
        .skip   4096
boot_pd:
        .skip   4096
        .skip   16384
        .global boot_stack_top
boot_stack_top:

        .section .note.GNU-stack, "", @progbits
