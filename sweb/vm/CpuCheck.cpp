#include "CpuCheck.h"
#include "MemoryReservation.h"
#include "Scheduler.h"
#include "Thread.h"
#include "kformat.h"

/// Runs one comparison and ends.
class CpuCheckThread : public Thread
{
public:
  explicit CpuCheckThread(RefPtr<CpuCheck> check)
      : Thread(nullptr, "CpuCheckThread", KERNEL_THREAD, STACK_PAGES), check_(ustl::move(check))
  {
  }

  void Run() override { check_->work(); }

private:
  /// As for a vCPU.
  static constexpr size_t STACK_PAGES = 12;

  const RefPtr<CpuCheck> check_;
};

bool CpuCheck::run()
{
  auto* thread = new CpuCheckThread(RefPtr<CpuCheck>(this));
  if (!thread->isUsable())
  {
    delete thread;
    return false;
  }
  Scheduler::instance()->addNewThread(thread);
  abandoned_ = !done_.waitUnlessKilled();
  return true;
}

void CpuCheck::work()
{
  const MemoryReservation memory(MemoryReservation::HYPERVISOR_PAGES);
  if (!memory.isValid())
    ksnprintf(report_, sizeof(report_), "the host has no free memory left; stop a program or a guest");
  else if (vmx_enable(report_, sizeof(report_)) == 0)
    verdict_ = vmx_check(count_, seed_, &CpuCheck::goOn, reinterpret_cast<size_t>(this), report_, sizeof(report_));
  done_.notify();
}

bool CpuCheck::goOn(size_t check)
{
  return !reinterpret_cast<const CpuCheck*>(check)->abandoned_;
}
