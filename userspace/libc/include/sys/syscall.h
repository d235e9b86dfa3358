#pragma once

#include "syscall-definitions.h"

// Calls the kernel: `int 0x80` with the number in rax, the arguments in rbx, rcx, rdx, rsi and rdi. Returns rax as the
// kernel left it: >= 0, or a negated number of errno.h.
long __syscall(unsigned long number, unsigned long arg1, unsigned long arg2, unsigned long arg3, unsigned long arg4,
               unsigned long arg5);

// What almost every wrapper needs: the same, but a failure is stored in errno and becomes -1.
long __syscall_errno(unsigned long number, unsigned long arg1, unsigned long arg2, unsigned long arg3,
                     unsigned long arg4, unsigned long arg5);
