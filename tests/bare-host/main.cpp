// A kernel that keeps nothing for itself: it runs guests that change every register, and looks which of its own came
// back. One for each kind of kernel there is (Habits), and two guests in turns.
#include "Registers.h"
#include "Tables.h"
#include "console.h"
#include "host.h"
#include "ports.h"
#include "sweb_vmx.h"

namespace
{
constexpr Habits KERNELS[] = {
    {"FXSAVE", false, false, false},
    {"FXSAVE, CR0.TS", false, true, false},
    {"XSAVE, CR0.TS", true, true, false},
    {"XSAVE, SYSCALL", true, false, true},
};
constexpr const char* DEFINITION = "kernel = /guest\nmemory = 2M\n";
constexpr uint32 GUESTS = 2;
constexpr uint64 TURNS = 20;       ///< once the guests have filled their registers
constexpr uint64 SLICE = 100'000;  ///< nanoseconds, which are ticks here
constexpr uint64 PATIENCE = 1'000; ///< turns until they have
constexpr size_t MESSAGE_SIZE = 1024;

constinit char message[MESSAGE_SIZE] = {};
constinit Registers before{}, after{};

Vm* makeGuest(const char* name)
{
  const auto* text = reinterpret_cast<const uint8*>(DEFINITION);
  const VmSource source = {text, __builtin_strlen(DEFINITION),         nullptr,
                           0,    reinterpret_cast<const uint8*>(name), __builtin_strlen(name)};
  Vm* vm = vm_create(&source, 0, message, sizeof(message));
  if (!vm)
    Console::die(message);
  return vm;
}

/// Lets a guest have the CPU; the number of registers it changed.
size_t takeTurn(const Habits& habits, Vm* vm, uint64 turn)
{
  Registers::fill(habits, turn);
  before.read(habits);
  const VmRun run = vm_run(vm, 0, host_time_ns() + SLICE);
  after.read(habits);
  const size_t changed = after.compare(before);
  asm volatile("clts; fwait"); // #MF if an exception of the guest's is pending
  if (run.reason != VM_RUN_PREEMPTED)
  {
    (void)vm_report(vm, message, sizeof(message));
    Console::print(run.reason == VM_RUN_POWERED_OFF ? "a guest lost its registers" : message);
    Console::die("");
  }
  return changed;
}

size_t examine(const Habits& habits)
{
  Registers::adopt(habits);
  if (vmx_enable(message, sizeof(message)) != 0)
    Console::die(message);
  Vm* const guests[GUESTS] = {makeGuest("a"), makeGuest("b")};
  size_t changed = 0;
  uint64 turn = 0;
  for (uint64 full = 0; full < TURNS; ++turn)
  {
    if (turn == PATIENCE)
      Console::die("the guests do not get ready");
    full += Host::guestsReady() == GUESTS;
    changed += takeTurn(habits, guests[turn / 2 % GUESTS], turn);
  }
  // What stays in the CPU for a guest that comes back does not stay behind.
  for (Vm* vm : guests)
    vm_destroy(vm);
  vmx_disable();
  Host::reset();
  return changed;
}
} // namespace

namespace
{
/// As much as PORTING.md asks for; the loader's has less.
constexpr size_t STACK_SIZE = 24 * 1024;
constexpr unsigned char UNUSED = 0xA5;
alignas(16) unsigned char stack[STACK_SIZE];

/// How much of it nobody has written yet. The stack grows down.
size_t unusedStack()
{
  size_t unused = 0;
  while (unused < STACK_SIZE && stack[unused] == UNUSED)
    ++unused;
  return unused;
}

[[noreturn]] void examineAll()
{
  outportb(0x21, 0xFF); // no interrupt comes from the controllers
  outportb(0xA1, 0xFF);
  Tables::initialise();
  for (const Habits& habits : KERNELS)
  {
    Console::print("bare host (");
    Console::print(habits.name);
    Console::print("):");
    const size_t changed = examine(habits);
    Console::print(" registers changed: ");
    Console::print(changed);
    Console::print("\n");
  }
  Console::print("bare host: bytes of the stack unused: ");
  Console::print(unusedStack());
  Console::print("\n");
  Console::die("bare host: done");
}
} // namespace

extern "C" [[noreturn]] void startInUpperHalf(uint32)
{
  for (unsigned char& byte : stack)
    byte = UNUSED;
  asm volatile("movq %0, %%rsp\n\t"
               "call *%1"
               :
               : "r"(stack + STACK_SIZE), "r"(&examineAll)
               : "memory");
  __builtin_unreachable();
}
