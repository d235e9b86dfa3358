#pragma once

#include "types.h"

// Access to the I/O ports.

inline void outportb(uint16 port, uint8 value)
{
  asm volatile("outb %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

inline void outportw(uint16 port, uint16 value)
{
  asm volatile("outw %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

[[nodiscard]] inline uint8 inportb(uint16 port)
{
  uint8 value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
  return value;
}

[[nodiscard]] inline uint16 inportw(uint16 port)
{
  uint16 value;
  asm volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
  return value;
}

/// Writes `count` bytes one after the other to the same port.
inline void outportsb(uint16 port, const void* buffer, size_t count)
{
  asm volatile("rep outsb" : "+S"(buffer), "+c"(count) : "d"(port) : "memory");
}

/// Reads or writes `count` 32-bit words one after the other through the same port.
inline void inportsl(uint16 port, void* buffer, size_t count)
{
  asm volatile("rep insl" : "+D"(buffer), "+c"(count) : "d"(port) : "memory");
}

inline void outportsl(uint16 port, const void* buffer, size_t count)
{
  asm volatile("rep outsl" : "+S"(buffer), "+c"(count) : "d"(port) : "memory");
}
