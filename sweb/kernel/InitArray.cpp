#include "InitArray.h"

#include "assert.h"

namespace
{
using Constructor = void (*)();
}

// From the linker script.
extern "C" const Constructor init_array_start[];
extern "C" const Constructor init_array_end[];

void InitArray::runConstructors()
{
  for (const Constructor* constructor = init_array_start; constructor < init_array_end; ++constructor)
    (*constructor)();
}

/// What the compiler puts in the place of functions that a class declares but does not have.
extern "C" [[noreturn]] void __cxa_pure_virtual()
{
  kpanict("A pure virtual function was called");
}

/// Where the compiler registers the destructors of globals. They are never destroyed: the kernel does not end.
extern "C" int atexit(void (*)())
{
  return 0;
}
