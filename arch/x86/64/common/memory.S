# memcpy, memmove and memset of the kernel (System V calling convention: rdi, rsi, rdx; result in rax).
# Strong symbols in an object of the kernel's own, so they win against the weak ones in the Rust archive.
# Eight bytes a step first: an emulator counts every repetition as an instruction.

        .text
        .code64

        .global memcpy
        .type   memcpy, @function
memcpy:
        movq    %rdi, %rax
forward:
        movq    %rdx, %rcx
        shrq    $3, %rcx
        rep movsq
        movl    %edx, %ecx
        andl    $7, %ecx
        rep movsb
        ret
        .size   memcpy, . - memcpy

        .global memmove
        .type   memmove, @function
memmove:
        movq    %rdi, %rax
        movq    %rdi, %rcx
        subq    %rsi, %rcx              # distance; as unsigned it is >= length unless the destination starts inside the source
        cmpq    %rdx, %rcx
        jae     forward
        leaq    -1(%rdi,%rdx), %rdi     # overlapping upwards: last byte first
        leaq    -1(%rsi,%rdx), %rsi
        movq    %rdx, %rcx
        andl    $7, %ecx
        std
        rep movsb
        subq    $7, %rdi                # from the last byte of the remaining quadwords to their last quadword
        subq    $7, %rsi
        movq    %rdx, %rcx
        shrq    $3, %rcx
        rep movsq
        cld
        ret
        .size   memmove, . - memmove

        .global memset
        .type   memset, @function
memset:
        movq    %rdi, %r8
        movzbl  %sil, %eax
        movabsq $0x0101010101010101, %rcx
        imulq   %rcx, %rax              # the byte in all eight places
        movq    %rdx, %rcx
        shrq    $3, %rcx
        rep stosq
        movl    %edx, %ecx
        andl    $7, %ecx
        rep stosb
        movq    %r8, %rax
        ret
        .size   memset, . - memset

        .section .note.GNU-stack, "", @progbits
