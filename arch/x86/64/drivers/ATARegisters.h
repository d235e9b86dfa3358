#pragma once

#include "types.h"

/// Registers, bits and commands of the ATA interface (ATA/ATAPI-6, "Interface register definitions and descriptions").
namespace ata
{

// Offsets from the command block's first port.
constexpr uint16 DATA = 0;
constexpr uint16 ERROR = 1;
constexpr uint16 SECTOR_COUNT = 2;
constexpr uint16 LBA_LOW = 3;
constexpr uint16 LBA_MID = 4;
constexpr uint16 LBA_HIGH = 5;
constexpr uint16 DEVICE = 6;
constexpr uint16 STATUS = 7; ///< reading it takes the interrupt back; written, it is the command register
constexpr uint16 COMMAND = 7;

constexpr uint8 STATUS_ERROR = 0x01;
constexpr uint8 STATUS_DATA_REQUEST = 0x08;
constexpr uint8 STATUS_DEVICE_FAULT = 0x20;
constexpr uint8 STATUS_BUSY = 0x80;
/// What a bus reads as to which nothing is connected, and what a lone drive answers for its missing neighbour.
constexpr uint8 STATUS_FLOATING_BUS = 0xFF;
constexpr uint8 STATUS_NO_DRIVE = 0x00;

constexpr uint8 DEVICE_ALWAYS_SET = 0xA0; ///< obsolete bits, which old drives want set
constexpr uint8 DEVICE_LBA = 0x40;
constexpr uint8 DEVICE_SECOND = 0x10;

// The device control register.
constexpr uint8 CONTROL_NO_INTERRUPTS = 0x02;
constexpr uint8 CONTROL_SOFTWARE_RESET = 0x04;

enum class Command : uint8
{
  READ_SECTORS = 0x20,
  READ_SECTORS_EXT = 0x24,
  READ_MULTIPLE_EXT = 0x29,
  WRITE_SECTORS = 0x30,
  WRITE_SECTORS_EXT = 0x34,
  WRITE_MULTIPLE_EXT = 0x39,
  READ_MULTIPLE = 0xC4,
  WRITE_MULTIPLE = 0xC5,
  SET_MULTIPLE_MODE = 0xC6,
  FLUSH_CACHE = 0xE7,
  FLUSH_CACHE_EXT = 0xEA,
  IDENTIFY_DEVICE = 0xEC
};

constexpr size_t SECTOR_SIZE = 512;
constexpr size_t WORDS_PER_SECTOR = SECTOR_SIZE / 2;

} // namespace ata
