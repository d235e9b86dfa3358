// nasty: what a program can do in ring 3 to annoy a kernel. Each case is a program of its own (`nasty NUMBER`), which
// has to end as the table says, and everything else has to go on.
#include "check.h"
#include "fcntl.h"
#include "nonstd.h"
#include "stdlib.h"
#include "string.h"
#include "sys/stat.h"
#include "unistd.h"

#define PROGRAM "/usr/nasty.sweb"

enum
{
  SURVIVES = 7,
  EXCEPTION = 888,
  BAD_ACCESS = 9999,
  NESTED_TASK = 0x4000,
  TRAP = 0x100,
  ALIGNMENT_CHECK = 0x40000,
};

#define INSTRUCTION(name, text)                                                                                        \
  static void name(void) { __asm__ volatile(text ::: "rax", "rbx", "rcx", "rdx", "memory"); }

INSTRUCTION(halt, "hlt")
INSTRUCTION(inputByte, "in $0x60, %%al")
INSTRUCTION(outputByte, "out %%al, $0xe9")
INSTRUCTION(outputString, "mov $0x3f8, %%dx; rep outsb")
INSTRUCTION(readMsr, "mov $0xc0000080, %%ecx; rdmsr")
INSTRUCTION(writeMsr, "mov $0xc0000082, %%ecx; wrmsr")
INSTRUCTION(readCr0, "mov %%cr0, %%rax")
INSTRUCTION(writeCr3, "xor %%eax, %%eax; mov %%rax, %%cr3")
INSTRUCTION(writeCr8, "xor %%eax, %%eax; mov %%rax, %%cr8")
INSTRUCTION(writeDr7, "xor %%eax, %%eax; mov %%rax, %%dr7")
INSTRUCTION(loadGdt, "lgdt -16(%%rsp)")
INSTRUCTION(loadIdt, "lidt -16(%%rsp)")
INSTRUCTION(loadTask, "mov $0x28, %%ax; ltr %%ax")
INSTRUCTION(loadLdt, "xor %%eax, %%eax; lldt %%ax")
INSTRUCTION(clearTaskSwitched, "clts")
INSTRUCTION(swapBases, "swapgs")
INSTRUCTION(invalidatePage, "invlpg (%%rsp)")
INSTRUCTION(writeBack, "wbinvd")
INSTRUCTION(setXcr0, "xor %%ecx, %%ecx; xor %%edx, %%edx; mov $1, %%eax; xsetbv")
INSTRUCTION(readCounter, "mov $0x40000000, %%ecx; rdpmc")
INSTRUCTION(hypercall, "vmcall")
INSTRUCTION(vmxOn, "vmxon -8(%%rsp)")
INSTRUCTION(vmRead, "vmread %%rax, %%rbx")
INSTRUCTION(vmResume, "vmresume")
INSTRUCTION(undefined, "ud2")
INSTRUCTION(fastCall, "xor %%eax, %%eax; syscall")
INSTRUCTION(otherFastCall, "sysenter")
INSTRUCTION(breakpoint, "int3")
INSTRUCTION(debugTrap, ".byte 0xf1")
INSTRUCTION(interrupt, "int $0x20")
INSTRUCTION(pageFaultVector, "int $0x0e")
INSTRUCTION(doubleFaultVector, "int $0x08")
INSTRUCTION(lastVector, "int $0xff")
INSTRUCTION(farReturn, "push $0x10; push $0; lretq")
INSTRUCTION(returnToKernel, "pushq $0; pushq %%rsp; pushq $0x202; pushq $0x10; pushq $0xffffffff80100000; iretq")
INSTRUCTION(oddSegment, "mov $0xfff8, %%ax; mov %%ax, %%ds")
INSTRUCTION(kernelStackSegment, "mov $0x18, %%ax; mov %%ax, %%ss")
INSTRUCTION(noStack, "movabs $0x8000000000000000, %%rsp; push %%rax")
INSTRUCTION(stackInKernel, "movabs $0xffffffff80200000, %%rsp; push %%rax")
INSTRUCTION(jumpNowhere, "movabs $0x8000000000000000, %%rax; jmp *%%rax")
INSTRUCTION(jumpToKernel, "mov $0xffffffff80100000, %%rax; jmp *%%rax")
INSTRUCTION(jumpBehindUserSpace, "movabs $0x7ffffffffffe, %%rax; jmp *%%rax")
INSTRUCTION(x87Error, "fninit; push $0x340; fldcw (%%rsp); fld1; fldz; fdivrp; fwait; fwait")
INSTRUCTION(sseError, "push $0x1f00; ldmxcsr (%%rsp); xorps %%xmm0, %%xmm0; divss %%xmm0, %%xmm0")
INSTRUCTION(divideOverflow, "mov $-1, %%rdx; mov $2, %%rcx; div %%rcx")
INSTRUCTION(loopingFrames, "push $0; push $0; push %%rsp; mov %%rsp, %%rbp; ud2")
INSTRUCTION(framesInKernel, "mov $0xffffffff80100000, %%rbp; ud2")
INSTRUCTION(framesAtTheEnd, "movabs $0x7ffffffffff8, %%rbp; ud2")
INSTRUCTION(oddFrames, "mov $3, %%rbp; ud2")
INSTRUCTION(lockedNonsense, ".byte 0xf0, 0x89, 0xc0")
INSTRUCTION(tooLong, ".fill 20, 1, 0x66; nop")

static void setFlags(unsigned long flags)
{
  __asm__ volatile("pushf; or %0, (%%rsp); popf; nop" : : "r"(flags) : "memory", "cc");
}

static void singleStep(void) { setFlags(TRAP); }

// The kernel must not copy backwards because the program did.
static void backwards(void)
{
  static char text[] = "forwards";
  char back[sizeof(text)] = "";
  unlink("/nasty");
  int fd = open("/nasty", O_RDWR | O_CREAT);
  long written;
  __asm__ volatile("std; int $0x80; cld"
                   : "=a"(written)
                   : "a"((long)sc_write), "b"((long)fd), "c"(text), "d"(sizeof(text)), "S"(0l), "D"(0l)
                   : "memory");
  lseek(fd, 0, SEEK_SET);
  CHECK(written == sizeof(text));
  CHECK(read(fd, back, sizeof(back)) == sizeof(back));
  CHECK(strcmp(text, back) == 0);
  close(fd);
  unlink("/nasty");
  exit(checks_failed ? 1 : SURVIVES);
}

// Flags that mean something to IRET, and a stack pointer that means nothing, while the kernel works.
static void nestedTask(void)
{
  setFlags(NESTED_TASK);
  exit(getpid() > 0 ? SURVIVES : 1);
}

static void callWithoutStack(void)
{
  long pid;
  __asm__ volatile("mov %%rsp, %%r12; movabs $0xffffffff80200000, %%rsp; int $0x80; mov %%r12, %%rsp"
                   : "=a"(pid)
                   : "a"((long)sc_getpid), "b"(0l), "c"(0l), "d"(0l), "S"(0l), "D"(0l)
                   : "r12", "memory");
  exit(pid > 0 ? SURVIVES : 1);
}

static void oddSegments(void)
{
  __asm__ volatile("xor %%eax, %%eax; mov %%ax, %%ds; mov %%ax, %%es; mov %%ax, %%fs; mov %%ax, %%gs" : : : "rax");
  exit(getpid() > 0 ? SURVIVES : 1);
}

static void trapDuringCall(void)
{
  __asm__ volatile("pushf; orl $0x100, (%%rsp); popf; int $0x80"
                   :
                   : "a"((long)sc_getpid), "b"(0l), "c"(0l), "d"(0l), "S"(0l), "D"(0l)
                   : "memory", "cc");
}

// MOV SS holds a trap back for an instruction, which here is the one into the kernel.
static void trapBehindStackSegment(void)
{
  __asm__ volatile("mov %%ss, %%r12d; pushf; orl $0x100, (%%rsp); popf; mov %%r12d, %%ss; int $0x80; nop"
                   :
                   : "a"((long)sc_getpid), "b"(0l), "c"(0l), "d"(0l), "S"(0l), "D"(0l)
                   : "r12", "memory", "cc");
}

// The kernel accesses what is not aligned, too.
static void alignmentCheck(void)
{
  static const char text[] = "./usr/README.txt";
  setFlags(ALIGNMENT_CHECK);
  exit(open(text + 1, O_RDONLY) >= 0 && getpid() > 0 ? SURVIVES : 1);
}

// What RDTSCP adds to the time is the kernel's, and not that of a guest that was here before (IA32_TSC_AUX).
static void processorNumber(void)
{
  unsigned eax = 0x80000001, ebx, ecx, edx;
  __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
  unsigned number = 0;
  if (edx & 1u << 27)
    __asm__ volatile("rdtscp" : "=c"(number) : : "rax", "rdx");
  exit(number == 0 ? SURVIVES : 1);
}

static const struct
{
  void (*act)(void);
  long ends_with;
} cases[] = {
    {halt, EXCEPTION},
    {inputByte, EXCEPTION},
    {outputByte, EXCEPTION},
    {outputString, EXCEPTION},
    {readMsr, EXCEPTION},
    {writeMsr, EXCEPTION},
    {readCr0, EXCEPTION},
    {writeCr3, EXCEPTION},
    {writeCr8, EXCEPTION},
    {writeDr7, EXCEPTION},
    {loadGdt, EXCEPTION},
    {loadIdt, EXCEPTION},
    {loadTask, EXCEPTION},
    {loadLdt, EXCEPTION},
    {clearTaskSwitched, EXCEPTION},
    {swapBases, EXCEPTION},
    {invalidatePage, EXCEPTION},
    {writeBack, EXCEPTION},
    {setXcr0, EXCEPTION},
    {readCounter, EXCEPTION},
    {hypercall, EXCEPTION},
    {vmxOn, EXCEPTION},
    {vmRead, EXCEPTION},
    {vmResume, EXCEPTION},
    {undefined, EXCEPTION},
    {fastCall, EXCEPTION},
    {otherFastCall, EXCEPTION},
    {breakpoint, EXCEPTION},
    {debugTrap, EXCEPTION},
    {interrupt, EXCEPTION},
    {pageFaultVector, EXCEPTION},
    {doubleFaultVector, EXCEPTION},
    {lastVector, EXCEPTION},
    {farReturn, EXCEPTION},
    {returnToKernel, EXCEPTION},
    {oddSegment, EXCEPTION},
    {kernelStackSegment, EXCEPTION},
    {noStack, EXCEPTION},
    {stackInKernel, BAD_ACCESS},
    {jumpNowhere, EXCEPTION},
    {jumpToKernel, BAD_ACCESS},
    {jumpBehindUserSpace, BAD_ACCESS},
    {x87Error, EXCEPTION},
    {sseError, EXCEPTION},
    {divideOverflow, EXCEPTION},
    {loopingFrames, EXCEPTION},
    {framesInKernel, EXCEPTION},
    {framesAtTheEnd, EXCEPTION},
    {oddFrames, EXCEPTION},
    {lockedNonsense, EXCEPTION},
    {tooLong, EXCEPTION},
    {singleStep, EXCEPTION},
    {trapDuringCall, EXCEPTION},
    {trapBehindStackSegment, EXCEPTION},
    {alignmentCheck, SURVIVES},
    {backwards, SURVIVES},
    {nestedTask, SURVIVES},
    {callWithoutStack, SURVIVES},
    {oddSegments, SURVIVES},
    {processorNumber, SURVIVES},
};

enum
{
  CASES = sizeof(cases) / sizeof(cases[0])
};

int main(int argc, char* argv[])
{
  if (argc > 1)
  {
    cases[(size_t)atol(argv[1]) % CASES].act();
    return 0;
  }
  for (int i = 0; i < CASES; ++i)
  {
    char number[8];
    snprintf(number, sizeof(number), "%d", i);
    char* arguments[] = {argv[0], number, 0};
    long code = -1;
    CHECK(spawn(PROGRAM, arguments, &code) > 0);
    CHECK(code == cases[i].ends_with);
    if (code != cases[i].ends_with)
      printf("nasty: case %d ended with %ld instead of %ld\n", i, code, cases[i].ends_with);
  }
  return CHECK_RESULT("nasty");
}
