// The first instructions of every program. The kernel enters with rsp at the argument count, 16-byte aligned:
//   rsp -> argc, argv[0], ..., argv[argc - 1], 0
    .section .text._start, "ax", @progbits
    .global _start
    .type _start, @function
_start:
    xor %ebp, %ebp                  // ends the chain of frame pointers for backtraces
    mov (%rsp), %rdi
    lea 8(%rsp), %rsi
    call main
    movslq %eax, %rdi
    call exit
    ud2
    .size _start, . - _start
    .section .note.GNU-stack, "", @progbits
