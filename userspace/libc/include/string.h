#pragma once

#include "sys/types.h"

void* memchr(const void* memory, int byte, size_t size);
int memcmp(const void* left, const void* right, size_t size);
void* memcpy(void* restrict destination, const void* restrict source, size_t size);
void* memmove(void* destination, const void* source, size_t size);
void* memset(void* memory, int byte, size_t size);

char* strcat(char* restrict destination, const char* restrict source);
char* strchr(const char* string, int c);
int strcmp(const char* left, const char* right);
char* strcpy(char* restrict destination, const char* restrict source);
size_t strcspn(const char* string, const char* rejected);
char* strdup(const char* string);
const char* strerror(int number);
size_t strlcat(char* restrict destination, const char* restrict source, size_t size);
size_t strlcpy(char* restrict destination, const char* restrict source, size_t size);
size_t strlen(const char* string);
char* strncat(char* restrict destination, const char* restrict source, size_t size);
int strncmp(const char* left, const char* right, size_t size);
char* strncpy(char* restrict destination, const char* restrict source, size_t size);
size_t strnlen(const char* string, size_t size);
char* strpbrk(const char* string, const char* accepted);
char* strrchr(const char* string, int c);
size_t strspn(const char* string, const char* accepted);
char* strstr(const char* haystack, const char* needle);
char* strtok(char* restrict string, const char* restrict delimiters);
char* strtok_r(char* restrict string, const char* restrict delimiters, char** restrict rest);
