#pragma once

#include "sys/stat.h"
#include "sys/types.h"

// What programs that copy and move files have in common. The functions that get the name of a command print what is
// wrong behind it, in the words of the GNU programs.

// Whether both are one file, whatever it is called.
int is_same_file(const struct file_status* a, const struct file_status* b);

// Where `source` goes: to `target`, or below it under its own name if that is a directory. 0, or -1 with ENAMETOOLONG.
int target_path(const char* source, const char* target, char* path, size_t size);

// Copies what a file holds to another one, which is made or overwritten: unless both are the same. 0 or -1.
int copy_file(const char* command, const char* source, const char* target);
