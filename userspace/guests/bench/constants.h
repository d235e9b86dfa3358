// Numbers of the PC and of the measurements.
#pragma once

// The text screen, and the two columns of rows on it.
#define SCREEN 0xB8000
#define ROW_BYTES 160
#define ROWS 24
#define COLUMN_BYTES 80
#define NUMBER_WIDTH 10
#define GREY_ON_BLACK 0x07

#define TURNS 50 // of a batch
#define BATCHES 20

#define CR0_TS (1 << 3)
#define CR0_NW (1 << 29)
#define CR0_CD (1 << 30) // bits whose change exits
#define CR4_MCE (1 << 6)
#define CR4_PGE (1 << 7)
#define IA32_APIC_BASE 0x1B // is emulated
#define IA32_EFER 0xC0000080
#define IA32_FS_BASE 0xC0000100

#define PIC_COMMAND 0x20
#define PIC_MASK 0x21
#define PIC2_COMMAND 0xA0
#define PIC2_MASK 0xA1
#define PIC_INIT 0x11 // ICW1: edge-triggered, cascade, with ICW4
#define PIC_8086 0x01 // ICW4
#define PIC_EOI 0x20
#define TIMER_VECTOR 0x20

#define PIT_COUNTER 0x40
#define PIT_COMMAND 0x43
#define PIT_PERIODIC 0x34    // counter 0, both bytes, mode 2
#define PIT_ONE_SHOT 0x30    // counter 0, both bytes, mode 0
#define PIT_MILLISECOND 1193 // periods of 1.193182 MHz

#define IDE_DATA 0x1F0
#define IDE_SECTOR_COUNT 0x1F2
#define IDE_LBA_LOW 0x1F3
#define IDE_LBA_MIDDLE 0x1F4
#define IDE_LBA_HIGH 0x1F5
#define IDE_DRIVE 0x1F6
#define IDE_COMMAND 0x1F7
#define IDE_CONTROL 0x3F6
#define IDE_MASTER_LBA 0xE0
#define IDE_NO_INTERRUPTS 0x02
#define IDE_READ_SECTORS 0x20
#define IDE_BUSY 0x80
#define IDE_DATA_REQUEST 0x08
#define SECTOR_WORDS 256

#define UART_LINE_STATUS 0x3FD
#define RTC_DATA 0x71
#define DELAY 0x80 // the port that programs write to for its slowness
#define KEYBOARD_DATA 0x60
#define KEYBOARD_STATUS 0x64
#define ACPI_CONTROL 0x604
#define ACPI_POWER_OFF 0x2000

// RAM that nobody has touched yet: the pages of two parts, and the 2 MiB of a third, are touched one after the other. A
// host gives large pages only above the first 2 MiB, where no video memory and no ROM is.
#define PAGE 0x1000
#define FRESH_LOW_AT 0x20000
#define FRESH_LOW 96
#define LARGE_PAGE 0x200000
#define FRESH_PAGES_AT 0x400000
#define FRESH_PAGES 2048
#define FRESH_LARGE_AT 0xC00000
#define FRESH_LARGE 8
#define NO_MEMORY 0xE0000000 // an address where no RAM and no device is
