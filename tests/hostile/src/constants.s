# Addresses and selectors that the runtime and the guests share.

        .set    BASE, 0x7C00
        .set    GUEST, 0x9000
        .set    IDT, 0x4000
        .set    LANDING, 0x5000                 # where to go on after an exception; 0: nowhere
        .set    LANDING_SP, 0x5008
        .set    EXPECTED, 0x5010                # the instruction that should raise it
        .set    EXCEPTION_VECTOR, 0x5018
        .set    EXCEPTION_ERROR, 0x5020
        .set    EXCEPTION_IP, 0x5028
        .set    ROUTINES, 0x5100
        .set    VALUE, ROUTINES                 # what a guest calls
        .set    NO_FAULT, ROUTINES + 8
        .set    DONE, ROUTINES + 16
        .set    RING3, ROUTINES + 24
        .set    TSS, 0x5200
        .set    RING0_STACK, 0x7C00
        .set    RING3_STACK, 0x6C00
        .set    TABLES, 0x70000

        .set    CODE32, 0x08
        .set    DATA, 0x10
        .set    CODE64, 0x18
        .set    CODE32_RING3, 0x23
        .set    DATA_RING3, 0x2B
        .set    CODE64_RING3, 0x33
        .set    TSS_SELECTOR, 0x38
