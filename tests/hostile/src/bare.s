# A boot sector that loads a guest's image where a VM finds it, from the sectors behind this one, and starts it. It moves away first,
# because the image begins where the BIOS has put the boot sector.

        .set    BARE_SECTORS, 64
        .set    BARE_PLACE, 0x600

        .pushsection .rodata.hostile_bare, "a", @progbits
        .globl  hostile_bare
        .globl  hostile_bare_end
hostile_bare:
        .code16
        cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    $BARE_PLACE, %sp
        cld
        movw    $0x7C00, %si
        movw    $BARE_PLACE, %di
        movw    $256, %cx
        rep movsw
        ljmpw   $0, $(BARE_PLACE + 1f - hostile_bare)
1:      movw    $(BARE_PLACE + bare_packet - hostile_bare), %si
        movb    $0x42, %ah                      # extended read
        int     $0x13
        jc      2f
        cli
        ljmpw   $0, $0x7C00
2:      hlt
        jmp     2b
        .balign 4
bare_packet:
        .word   16, BARE_SECTORS
        .word   0x7C00, 0                       # offset, segment
        .quad   1
        .org    hostile_bare + 510
        .word   0xAA55
hostile_bare_end:
        .popsection
        .code64
