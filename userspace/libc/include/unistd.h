#pragma once

#include "sys/types.h"

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

// All return -1 on failure, with the reason in errno.
int close(int fd);
ssize_t read(int fd, void* buffer, size_t size);
ssize_t write(int fd, const void* buffer, size_t size);
int ftruncate(int fd, off_t size);
off_t lseek(int fd, off_t offset, int whence);
int unlink(const char* path);
int rmdir(const char* path);
int chdir(const char* path);
char* getcwd(char* buffer, size_t size); // `buffer`, or 0
pid_t getpid(void);
int sync(void);

void _exit(long code) __attribute__((noreturn));

// Exercises: declared so that solutions have their place, not implemented.
pid_t fork(void);
int execv(const char* path, char* const argv[]);
int dup(int fd);
int dup2(int from, int to);
int pipe(int fds[2]);
int link(const char* from, const char* to);
int brk(void* end);
void* sbrk(intptr_t increment);
unsigned sleep(unsigned seconds);
