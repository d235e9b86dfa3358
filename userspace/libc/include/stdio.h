#pragma once

#include "sys/types.h"
#include <stdarg.h>

#define EOF (-1)

// There are no streams: input is descriptor 0, output descriptor 1. printf and its relatives gather their text in a
// buffer on the stack and write it before they return, so output and input never wait for each other.
//
// Conversions: d i u x X o c s p f %%; flags - 0 + space #; width and precision, also as `*`; lengths hh h l ll z
// t j. They return the length of the whole text; those that print return -1 if it could not be written.
int printf(const char* format, ...) __attribute__((format(printf, 1, 2)));
int dprintf(int fd, const char* format, ...) __attribute__((format(printf, 2, 3)));
int sprintf(char* buffer, const char* format, ...) __attribute__((format(printf, 2, 3)));
int snprintf(char* buffer, size_t size, const char* format, ...) __attribute__((format(printf, 3, 4)));
int vprintf(const char* format, va_list arguments);
int vdprintf(int fd, const char* format, va_list arguments);
int vsnprintf(char* buffer, size_t size, const char* format, va_list arguments);

int putchar(int c);
int puts(const char* text);
void perror(const char* what);

// Conversions: d i u x o c s %%; width, `*` to skip, lengths hh h l ll z. Return the number of conversions
// stored, or EOF if the input ended before the first.
int scanf(const char* format, ...) __attribute__((format(scanf, 1, 2)));
int sscanf(const char* text, const char* format, ...) __attribute__((format(scanf, 2, 3)));
int vsscanf(const char* text, const char* format, va_list arguments);

// One character of standard input, which arrives line by line; EOF at its end.
int getchar(void);

// One line without its newline, cut to `size - 1` characters. Return `buffer`, or 0 at the end of input.
char* gets(char* buffer, size_t size);
char* fgets(char* buffer, size_t size, int fd);

int rename(const char* from, const char* to);
