#pragma once

// What the command line of vmrun says.

enum
{
  MAX_SETTINGS = 16,
};

struct Options
{
  const char* guest; // NAME or FILE
  int detach;
  int help;

  // Options that become lines of the definition: key and value.
  struct
  {
    const char* key;
    const char* value;
  } settings[MAX_SETTINGS];
  int setting_count;
};

// Returns 0 after having printed what is wrong.
int parseOptions(int argc, char* argv[], struct Options* options);
