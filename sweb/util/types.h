#pragma once

// SWEB's own integer names. The kernel, the host tools and the host tests all use them; on an LP64 host they are the
// same types as <stdint.h>'s.

using uint8 = unsigned char;
using uint16 = unsigned short;
using uint32 = unsigned int;
using uint64 = unsigned long;

using int8 = signed char;
using int16 = short;
using int32 = int;
using int64 = long;

using size_t = __SIZE_TYPE__;
using ssize_t = long;
using pointer = uint64; ///< an address as a number
using l_off_t = int64;  ///< a position in a file

using ppn_t = uint64; ///< physical page number: physical address / PAGE_SIZE
using vpn_t = uint64; ///< virtual page number: virtual address / PAGE_SIZE

static_assert(sizeof(uint64) == 8 && sizeof(pointer) == sizeof(void*) && sizeof(size_t) == 8);
