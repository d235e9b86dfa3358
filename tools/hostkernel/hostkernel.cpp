// What kernel modules need of the rest of the kernel, on the developer's machine.
#include "Condition.h"
#include "Mutex.h"
#include <cerrno>
#include <condition_variable>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <mutex>

Thread* currentThread = nullptr;

[[noreturn]] void sweb_assert(const char* condition, const char* file, unsigned line, const char* function)
{
  std::fprintf(stderr, "assertion failed: %s (%s:%u, %s)\n", condition, file, line, function);
  std::abort();
}

void debugPrint(unsigned, const char* name, const char* format, ...)
{
  if (!std::getenv("SWEB_DEBUG"))
    return;
  std::va_list arguments;
  va_start(arguments, format);
  std::fprintf(stderr, "[%s] ", name);
  std::vfprintf(stderr, format, arguments);
  va_end(arguments);
}

struct Mutex::Native
{
  std::mutex mutex;
  pthread_t holder{};
  bool held = false;
};

Mutex::Mutex(const char*) : native_(new Native()) {}

Mutex::~Mutex()
{
  delete native_;
}

void Mutex::acquire()
{
  if (native_->held && pthread_equal(native_->holder, pthread_self()))
  {
    std::fprintf(stderr, "a mutex is acquired twice by the same thread\n");
    std::abort();
  }
  native_->mutex.lock();
  native_->holder = pthread_self();
  native_->held = true;
}

void Mutex::release()
{
  native_->held = false;
  native_->mutex.unlock();
}

struct Condition::Native
{
  std::condition_variable_any condition;
};

Condition::Condition(Mutex* mutex, const char*) : native_(new Native()), mutex_(mutex) {}

Condition::~Condition()
{
  delete native_;
}

void Condition::wait()
{
  mutex_->native_->held = false;
  native_->condition.wait(mutex_->native_->mutex);
  mutex_->native_->holder = pthread_self();
  mutex_->native_->held = true;
}

void Condition::signal()
{
  native_->condition.notify_one();
}

void Condition::broadcast()
{
  native_->condition.notify_all();
}
