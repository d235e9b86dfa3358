// A guest that is one boot sector: 512 bytes, entered in real mode at 0000:7C00, with the BIOS for a friend.
// Prints, waits for a key, and switches its machine off.

  .set BOOT_ADDRESS, 0x7C00
  .set POWER_CONTROL, 0x604
  .set SLEEP_S5, 0x2000

  .code16
  .text
  .globl start
start:
  cli
  xorw %ax, %ax
  movw %ax, %ds
  movw %ax, %ss
  movw $BOOT_ADDRESS, %sp
  sti
  cld

  movw $greeting, %si
1:
  lodsb
  testb %al, %al
  jz 2f
  movb $0x0E, %ah                       // INT 10h: write a character, as a teletype would
  xorw %bx, %bx
  int $0x10
  jmp 1b

2:
  xorb %ah, %ah                         // INT 16h: wait for a key
  int $0x16

  movw $POWER_CONTROL, %dx
  movw $SLEEP_S5, %ax
  outw %ax, %dx
3:
  cli
  hlt
  jmp 3b

greeting:
  .asciz "Hello from real mode! Press a key to switch me off.\r\n"

  .org 510
  .word 0xAA55
