# One stub per exception: its vector, and the two words that lie on the stack, for exceptionHappened.
        .text
        .code64
        .balign 16
        .global exception_stubs
exception_stubs:
        .set    vector, 0
        .rept   32
        .balign 16
        movl    $vector, %edi
        jmp     stop
        .set    vector, vector + 1
        .endr

stop:   popq    %rsi
        popq    %rdx
        andq    $-16, %rsp
        call    exceptionHappened

        .section .note.GNU-stack, "", @progbits
