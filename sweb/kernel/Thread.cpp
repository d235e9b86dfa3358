#include "Thread.h"

#include "ArchInterrupts.h"
#include "ArchThreadRegisters.h"
#include "ArchThreads.h"
#include "Backtrace.h"
#include "DebugSink.h"
#include "InterruptGuard.h"
#include "Scheduler.h"
#include "UserBacktrace.h"
#include "assert.h"
#include "kformat.h"
#include "kprintf.h"

constinit SystemState system_state = BOOTING;

namespace
{
size_t nextTID()
{
  static constinit size_t last = 0;
  InterruptGuard guard;
  return ++last;
}
} // namespace

Thread::Thread(FileSystemInfo* working_dir, const char* name, Type type, size_t stack_pages)
    : tid_(nextTID()), type_(type), kernel_stack_(stack_pages), working_dir_(working_dir)
{
  ksnprintf(name_, sizeof(name_), "%s", name);
  if (kernel_stack_.isValid())
    kernel_registers_ =
        ArchThreads::createKernelRegisters(reinterpret_cast<void*>(&Thread::startHere), kernel_stack_.getTop());
}

Thread::~Thread()
{
  assert(this != currentThread && "a thread cannot delete itself");
  assert(!all_link_.isLinked() && !queue_link_.isLinked() &&
         "only a thread the scheduler does not know can be deleted");
  ArchThreads::destroyRegisters(user_registers_);
  ArchThreads::destroyRegisters(kernel_registers_);
}

void Thread::startHere()
{
  currentThread->Run();
  currentThread->kill();
}

void Thread::kill()
{
  InterruptGuard guard;
  kill_pending_ = true;
  if (this == currentThread && !Scheduler::instance()->isInInterrupt())
  {
    assert(!holding_lock_list_ && "a thread that ends holds no lock");
    switch_to_userspace_ = 0;
    currentThreadRegisters = kernel_registers_;
    Scheduler::instance()->retire(this);
    ArchThreads::yield();
    kpanict("Thread %zu (%s) runs after its end", tid_, name_);
  }
  if (state_ == Running && switch_to_userspace_)
    Scheduler::instance()->retire(this); // interrupted in user mode, where it holds nothing
  else if (state_ == Sleeping && accepts_wake_)
    Scheduler::instance()->makeReady(this);
}

void Thread::setState(State new_state)
{
  InterruptGuard guard;
  if (new_state == Running && state_ == Sleeping)
    Scheduler::instance()->makeReady(this);
  else if (new_state == ToBeDestroyed)
    kill();
  else
    state_ = new_state;
}

void Thread::printBacktrace() const
{
  kprintfd("Thread %zu (%s):\n", tid_, name_);
  DebugSink sink;
  if (this == currentThread)
    Backtrace::printHere(sink);
  else
    Backtrace::print(sink, kernel_registers_->frame.rip, kernel_registers_->frame.rbp);
  UserBacktrace::print(sink, *this);
}
