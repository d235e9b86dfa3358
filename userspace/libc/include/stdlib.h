#pragma once

#include "sys/types.h"

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

// Memory comes from an arena inside the program (malloc.c): brk and sbrk are an exercise.
void* malloc(size_t size);
void* calloc(size_t count, size_t size);
void* realloc(void* memory, size_t size);
void free(void* memory);

// Ends the program; the kernel and whoever waits for it see the whole 64-bit code.
void exit(long code) __attribute__((noreturn));
void abort(void) __attribute__((noreturn));

int abs(int value);
long labs(long value);

int atoi(const char* text);
long atol(const char* text);
long strtol(const char* restrict text, char** restrict end, int base);
unsigned long strtoul(const char* restrict text, char** restrict end, int base);

#define RAND_MAX 0x7fffffff
int rand(void);
void srand(unsigned seed);

void qsort(void* array, size_t count, size_t size, int (*compare)(const void*, const void*));
void* bsearch(const void* key, const void* array, size_t count, size_t size, int (*compare)(const void*, const void*));
