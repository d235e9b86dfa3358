#pragma once

#include "options.h"
#include "sys/types.h"

// The text that defines a virtual machine, as it is collected: lines `key = value`, of which later ones override.
struct Definition
{
  char name[64];
  size_t length;
  char text[8192];
};

// Takes the text of /usr/guests/GUEST.vm, or of the definition file GUEST, or makes one for the kernel image GUEST.
// Returns 0 after having printed what is wrong.
int readDefinition(struct Definition* definition, const char* guest);

int appendOptions(struct Definition* definition, const struct Options* options);
