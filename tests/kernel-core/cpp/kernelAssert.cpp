// The kernel's assert on the developer's machine: an exception, which the bridge turns into an error.

#include "assert.h"

#include <stdexcept>
#include <string>

void sweb_assert(const char* condition, const char* file, uint32 line, const char*)
{
  throw std::runtime_error(std::string(condition) + " at " + file + ":" + std::to_string(line));
}
