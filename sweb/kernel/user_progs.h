#pragma once

/// The programs that start with the system, in this order, each on the first terminal. The list ends with a null.
inline char const* user_progs[] = {
    "/usr/shell.sweb",
    nullptr,
};
