# For guests with a disk, the master of the primary channel: macros for real mode. They change EAX and EDX, those that
# move data ECX, ESI and EDI too.

        .set    BUFFER, 0x5800                  # a sector
        .set    SLAVE_CHIP, 0xA0                # of the interrupt controllers

        .ifndef HOSTILE_DISK
        .set    HOSTILE_DISK, 1

# A register of the command block: 1 features and error, 2 count, 3 to 5 address, 6 device, 7 command and status.
        .macro  ATA_OUT register, value
        movw    $(0x1F0 + \register), %dx
        movb    $\value, %al
        outb    %al, %dx
        .endm
        .macro  ATA_IN register
        movw    $(0x1F0 + \register), %dx
        inb     %dx, %al
        .endm

# The device control register.
        .macro  ATA_CONTROL value
        movw    $0x3F6, %dx
        movb    $\value, %al
        outb    %al, %dx
        .endm

# Waits until the disk is not busy.
        .macro  ATA_WAIT
        movw    $0x3F6, %dx
760:    inb     %dx, %al
        testb   $0x80, %al
        jnz     760b
        .endm

# A sector's address, for 28 and 48 bits, and a number of sectors.
        .macro  ATA_ADDRESS lba, count
        ATA_OUT 2, 0
        ATA_OUT 2, ((\count) & 0xFF)
        ATA_OUT 3, 0
        ATA_OUT 3, ((\lba) & 0xFF)
        ATA_OUT 4, 0
        ATA_OUT 4, ((\lba) >> 8 & 0xFF)
        ATA_OUT 5, 0
        ATA_OUT 5, ((\lba) >> 16 & 0xFF)
        ATA_OUT 6, (0xE0 | ((\lba) >> 24 & 0x0F))
        .endm

# A command with its address, up to the answer.
        .macro  ATA_COMMAND command, lba, count
        ATA_ADDRESS \lba, \count
        ATA_OUT 7, \command
        ATA_WAIT
        .endm

# The disk's reset, up to its end.
        .macro  ATA_RESET
        ATA_CONTROL 4
        ATA_CONTROL 0
        ATA_WAIT
        .endm

# Moves words.
        .macro  ATA_TAKE words=256
        movw    $0x1F0, %dx
        movw    $BUFFER, %di
        movw    $\words, %cx
        rep insw
        ATA_WAIT
        .endm
        .macro  ATA_GIVE words=256
        movw    $0x1F0, %dx
        movw    $BUFFER, %si
        movw    $\words, %cx
        rep outsw
        ATA_WAIT
        .endm

# Fills the buffer with EAX.
        .macro  ATA_FILL
        movw    $BUFFER, %di
        movw    $128, %cx
        rep stosl
        .endm

# EAX: the error register in bits 8 to 15, the status below.
        .macro  ATA_STATUS
        xorl    %eax, %eax
        ATA_IN  1
        movb    %al, %ah
        ATA_IN  7
        .endm

# Says that; changes all registers that a routine may.
        .macro  SAY_STATUS
        ATA_STATUS
        call    *VALUE
        .endm

# Says the first doubleword of the buffer.
        .macro  SAY_DATA
        movl    BUFFER, %eax
        call    *VALUE
        .endm

# Says whether the disk still does what it should: the status before the data of a sector, what it holds, the status after.
        .macro  SAY_SECTOR lba
        ATA_COMMAND 0x20, \lba, 1
        SAY_STATUS
        ATA_TAKE
        SAY_DATA
        SAY_STATUS
        .endm

        .endif
