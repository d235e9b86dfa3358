// Several programs keep values in all 16 SSE registers and on the x87 stack at the same time. Whoever finds a value
// that is not its own has met a context switch that lost state.
//
// Without argument starts the others and waits for them; `fputest N` is one of them.
#include "check.h"
#include "nonstd.h"
#include "sched.h"
#include "stdlib.h"

enum
{
  PROGRAMS = 4,
  ROUNDS = 300,
  SPIN = 2000,
};

// Loads both register files with values made of `seed`, stays long enough to be preempted or gives the CPU away, and
// compares. All in one piece of assembly, so that no compiled code uses a register in between.
static int keepsRegisters(double seed, int give_away)
{
  double in[16], out[16], x87 = seed * 3.0, x87_out = 0;
  for (int i = 0; i < 16; ++i)
    in[i] = seed + i;
  __asm__ volatile("fldl (%[x87])\n"
                   "movsd 0(%[in]), %%xmm0\n movsd 8(%[in]), %%xmm1\n movsd 16(%[in]), %%xmm2\n"
                   "movsd 24(%[in]), %%xmm3\n movsd 32(%[in]), %%xmm4\n movsd 40(%[in]), %%xmm5\n"
                   "movsd 48(%[in]), %%xmm6\n movsd 56(%[in]), %%xmm7\n movsd 64(%[in]), %%xmm8\n"
                   "movsd 72(%[in]), %%xmm9\n movsd 80(%[in]), %%xmm10\n movsd 88(%[in]), %%xmm11\n"
                   "movsd 96(%[in]), %%xmm12\n movsd 104(%[in]), %%xmm13\n movsd 112(%[in]), %%xmm14\n"
                   "movsd 120(%[in]), %%xmm15\n"
                   "test %[yield], %[yield]\n"
                   "jz 1f\n"
                   "mov %[yield_number], %%eax\n"
                   "int $0x80\n"
                   "1: mov %[spin], %%ecx\n"
                   "2: dec %%ecx\n"
                   "jnz 2b\n"
                   "movsd %%xmm0, 0(%[out])\n movsd %%xmm1, 8(%[out])\n movsd %%xmm2, 16(%[out])\n"
                   "movsd %%xmm3, 24(%[out])\n movsd %%xmm4, 32(%[out])\n movsd %%xmm5, 40(%[out])\n"
                   "movsd %%xmm6, 48(%[out])\n movsd %%xmm7, 56(%[out])\n movsd %%xmm8, 64(%[out])\n"
                   "movsd %%xmm9, 72(%[out])\n movsd %%xmm10, 80(%[out])\n movsd %%xmm11, 88(%[out])\n"
                   "movsd %%xmm12, 96(%[out])\n movsd %%xmm13, 104(%[out])\n movsd %%xmm14, 112(%[out])\n"
                   "movsd %%xmm15, 120(%[out])\n"
                   "fstpl (%[x87_out])\n"
                   :
                   : [in] "r"(in), [out] "r"(out), [x87] "r"(&x87), [x87_out] "r"(&x87_out), [yield] "r"(give_away),
                     [yield_number] "i"(sc_sched_yield), [spin] "i"(SPIN)
                   : "rax", "rcx", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
                     "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
  int same = x87_out == x87;
  for (int i = 0; i < 16; ++i)
    same &= out[i] == in[i];
  return same;
}

static int runOne(int number)
{
  int lost = 0;
  for (int round = 0; round < ROUNDS; ++round)
    lost += !keepsRegisters(number * 1000.0 + round, round % 2);
  return lost;
}

int main(int argc, char* argv[])
{
  if (argc > 1)
    return runOne(atoi(argv[1]));

  // All but the last run in the background; what they find they can only tell by their exit code, so they are started
  // once more in turn, with the others as company.
  int started = 0;
  for (int i = 1; i < PROGRAMS; ++i)
  {
    char number[8];
    snprintf(number, sizeof(number), "%d", i);
    char* arguments[] = {argv[0], number, 0};
    started += spawn("/usr/fputest.sweb", arguments, 0) > 0;
  }
  CHECK(started == PROGRAMS - 1);
  CHECK(runOne(PROGRAMS) == 0);
  for (int i = 1; i < PROGRAMS; ++i)
  {
    char number[8];
    snprintf(number, sizeof(number), "%d", i);
    char* arguments[] = {argv[0], number, 0};
    long lost = -1;
    CHECK(spawn("/usr/fputest.sweb", arguments, 0) > 0);
    CHECK(spawn("/usr/fputest.sweb", arguments, &lost) > 0);
    CHECK(lost == 0);
  }
  return CHECK_RESULT("fputest");
}
