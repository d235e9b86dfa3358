// long __syscall(number, arg1, arg2, arg3, arg4, arg5)
// From C's argument registers (rdi, rsi, rdx, rcx, r8, r9) to those of the kernel (rax, rbx, rcx, rdx, rsi, rdi).
    .text
    .global __syscall
    .type __syscall, @function
__syscall:
    push %rbx                       // the only one C wants back
    mov %rdi, %rax
    mov %rsi, %rbx
    mov %rcx, %rsi                  // arg3 parked in rsi while rcx takes arg2
    mov %rdx, %rcx
    mov %rsi, %rdx
    mov %r8, %rsi
    mov %r9, %rdi
    int $0x80
    pop %rbx
    ret
    .size __syscall, . - __syscall
    .section .note.GNU-stack, "", @progbits
