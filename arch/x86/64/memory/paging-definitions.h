#pragma once

#include "types.h"

#define PAGE_SIZE 4096UL

/// First address above user space.
constexpr pointer USER_BREAK = 0x0000'8000'0000'0000;
/// First address of the upper half. Nothing lives there; it is only a bound.
constexpr pointer KERNEL_START = 0xFFFF'8000'0000'0000;
/// Any physical page of RAM can be touched at this address plus its physical address.
constexpr pointer IDENT_MAPPING_START = 0xFFFF'F000'0000'0000;
/// Where the kernel image is mapped: virtual address = physical address + this.
constexpr pointer KERNEL_BASE = 0xFFFF'FFFF'8000'0000;

/// Windows of the kernel whose pages are mapped on demand, one PML4 slot (the last) for all of them, so that every
/// address space sees changes at once.
constexpr pointer KERNEL_HEAP_START = 0xFFFF'FF80'0000'0000;
constexpr size_t KERNEL_HEAP_SIZE = 64UL << 30;
constexpr pointer KERNEL_STACKS_START = 0xFFFF'FFC0'0000'0000;
constexpr size_t KERNEL_STACKS_SIZE = 64UL << 30;
constexpr pointer KERNEL_MMIO_START = 0xFFFF'FFE0'0000'0000;
constexpr size_t KERNEL_MMIO_SIZE = 64UL << 30;

/// VGA text memory, physical; part of the kernel's window.
constexpr uint64 VGA_TEXT_MEMORY = 0xB8000;
constexpr uint64 VGA_TEXT_MEMORY_SIZE = 0x8000;
