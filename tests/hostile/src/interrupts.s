# For guests with interrupt handlers of their own, in real mode: IRQ 0 to 7 at vectors 50 to 57, IRQ 8 to 15 at 58 to 5F.

        .ifndef HOSTILE_INTERRUPTS
        .set    HOSTILE_INTERRUPTS, 1

# A byte to a port below 100. Changes AL.
        .macro  OUT_BYTE port, value
        movb    $\value, %al
        outb    %al, $\port
        .endm

# A byte to a register of the first serial port. Changes AL and DX.
        .macro  UART_OUT register, value
        movw    $(0x3F8 + \register), %dx
        movb    $\value, %al
        outb    %al, %dx
        .endm

# A byte to a register of the clock. Changes AL.
        .macro  RTC_OUT register, value
        OUT_BYTE 0x70, \register
        OUT_BYTE 0x71, \value
        .endm

# Both 8259A, with these IRQs masked. The master believes in slaves at the inputs of `slaves`, the slave that it is at input
# `identity`. Changes AL.
        .macro  PICS master, slave, icw4=1, slaves=4, identity=2
        OUT_BYTE 0x20, 0x11
        OUT_BYTE 0x21, 0x50
        OUT_BYTE 0x21, \slaves
        OUT_BYTE 0x21, \icw4
        OUT_BYTE 0x21, \master
        OUT_BYTE 0xA0, 0x11
        OUT_BYTE 0xA1, 0x58
        OUT_BYTE 0xA1, \identity
        OUT_BYTE 0xA1, \icw4
        OUT_BYTE 0xA1, \slave
        .endm

# A vector's handler. Changes EAX.
        .macro  HANDLER vector, label
        ADDRESS \label, %eax
        movw    %ax, 4 * \vector
        movw    $0, 4 * \vector + 2
        .endm

# The interrupt is served. Changes AL.
        .macro  SERVED
        OUT_BYTE 0xA0, 0x20
        OUT_BYTE 0x20, 0x20
        .endm

# In a handler that counts in EBP: the last of so many interrupts ends the guest. For a storm whose handler calls for the next
# interrupt, which comes as soon as the handler returns, so that nothing else of the guest is ever executed.
        .macro  ENDS_AT count
        cmpl    $\count, %ebp
        jb      771f
        movl    %ebp, %eax
        call    *VALUE
        call    *DONE
771:
        .endm

# Interrupts on, for handlers only.
        .macro  LISTEN
        sti
772:    jmp     772b
        .endm

# Interrupts on, until EBP has reached `count`, which is said.
        .macro  UNTIL count
        sti
770:    cmpl    $\count, %ebp
        jb      770b
        cli
        movl    $\count, %eax
        call    *VALUE
        .endm

# Interrupts on for a while, then EBP is said. Changes ECX.
        .macro  COUNTED
        sti
        WAIT_A_WHILE
        cli
        movl    %ebp, %eax
        call    *VALUE
        .endm

        .endif
