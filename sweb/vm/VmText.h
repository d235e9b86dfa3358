#pragma once

#include "errno.h"
#include "types.h"
#include "ustring.h"

/// Fetches a text of the hypervisor's, whole. `write(buffer, capacity)` is one of its functions that return how long
/// the text is, and take null for a buffer. 0, or -ENOMEM, and then the text is empty.
template <class Write> [[nodiscard]] int64 fetchVmText(ustl::string& text, Write write)
{
  size_t expected = write(nullptr, 0);
  for (;;)
  {
    if (!text.tryResize(expected + 1))
    {
      text.clear();
      return -ENOMEM;
    }
    const size_t length = write(text.data(), text.size());
    if (length <= expected)
    {
      text.resize(length);
      return 0;
    }
    expected = length; // it has grown meanwhile
  }
}
