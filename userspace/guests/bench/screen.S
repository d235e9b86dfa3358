// Rows of a number and a text, in two columns.
#include "constants.h"

  .text
  .globl clearScreen
clearScreen:
  movl $SCREEN, %edi
  movw $GREY_ON_BLACK << 8 | ' ', %ax
  movl $ROW_BYTES / 2 * (ROWS + 1), %ecx
  rep stosw
  ret

// Prints EAX / ECX in ten columns and the text at ESI, and goes to the next row.
  .globl printQuotient
printQuotient:
  xorl %edx, %edx
  divl %ecx
  movl row, %edi
  addl $2 * NUMBER_WIDTH, %edi
  movl $10, %ecx
1:
  xorl %edx, %edx
  divl %ecx
  addb $'0', %dl
  subl $2, %edi
  movb %dl, (%edi)
  testl %eax, %eax
  jnz 1b

  movl row, %edi
  leal ROW_BYTES(%edi), %eax
  cmpl $SCREEN + ROWS * ROW_BYTES, %eax
  jb 2f
  subl $ROWS * ROW_BYTES - COLUMN_BYTES, %eax
2:
  movl %eax, row
  addl $2 * (NUMBER_WIDTH + 2), %edi

// Prints the text at ESI to the screen at EDI.
  .globl printText
printText:
  lodsb
  testb %al, %al
  jz 1f
  movb %al, (%edi)
  addl $2, %edi
  jmp printText
1:
  ret

  .section .data
row:
  .long SCREEN
