#pragma once

#include "options.h"
#include "sys/types.h"

enum
{
  MAX_DEFINITION = 8192,
};

// The text that defines a virtual machine, and the lines that stand for options: `key = value`, of which later ones
// override.
struct Definition
{
  char name[256];
  char directory[256]; // of its file, where its relative paths begin; empty for the one of the caller
  size_t length;
  char text[MAX_DEFINITION];
  size_t options_length;
  char options[MAX_DEFINITION];
};

// Takes the text of /usr/guests/GUEST.vm, or of the definition file GUEST, or makes one for the kernel image GUEST.
// Returns 0 after having printed what is wrong.
int readDefinition(struct Definition* definition, const char* guest);

// Options override the text. Their relative paths begin in the caller's directory, which is still the working
// directory. Returns 0 after having printed what is wrong.
int appendOptions(struct Definition* definition, const struct Options* options);

// From here on the working directory, which the VM takes over, is that of the definition.
int enterDirectory(const struct Definition* definition);
