#pragma once

void __assert_failed(const char* condition, const char* file, int line, const char* function) __attribute__((noreturn));
