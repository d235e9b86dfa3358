// Addresses no program should pass to a system call: each has to be refused with EFAULT, and nothing else may happen.
#include "check.h"
#include "errno.h"
#include "fcntl.h"
#include "nonstd.h"
#include "string.h"
#include "sys/stat.h"
#include "unistd.h"
#include "vm.h"

static void* const bad_addresses[] = {
    (void*)0,                  // never mapped
    (void*)0x1000,             // nothing there
    (void*)0x800000000000,     // first address above user space
    (void*)0x8000000000000000, // not canonical
    (void*)0xffffffff80100000, // the kernel's code
    (void*)0xfffff00000000000, // all of the machine's memory
    (void*)0xffffffffffffffff,
};
enum
{
  BAD_ADDRESSES = sizeof(bad_addresses) / sizeof(bad_addresses[0])
};

static const char constant[] = "not writable";

static int refused(long result) { return result == -1 && errno == EFAULT; }

static void testAddress(void* bad, int fd)
{
  errno = 0;
  CHECK(refused(write(STDOUT_FILENO, bad, 65536)));
  CHECK(refused(write(fd, bad, 65536)));
  CHECK(refused(read(fd, bad, 65536)));
  CHECK(refused(open((char*)bad, O_RDONLY)));
  CHECK(refused(fstat(fd, bad)));
}

// Structures and flags of another version of the agreement with the kernel.
static void testUnknownVersions(void)
{
  struct vm_info vms[1];
  CHECK(__syscall_errno(sc_vm_list, (unsigned long)vms, sizeof(vms[0]) - 8, 1, 0, 0) == -1 && errno == EINVAL);
  CHECK(__syscall_errno(sc_vm_list, (unsigned long)vms, sizeof(vms[0]) + 8, 1, 0, 0) == -1 && errno == EINVAL);
  CHECK(vm_list(vms, 0) >= 0);

  static struct vm_create_request request = {.flags = 1, .name = "refused"};
  CHECK(vm_create(&request) == -1 && errno == EINVAL && request.error[0] != '\0');
}

int main(void)
{
  int fd = open("/usr/mult.sweb", O_RDONLY);
  CHECK(fd >= 3);
  for (int i = 0; i < BAD_ADDRESSES; ++i)
    testAddress(bad_addresses[i], fd);

  // Ranges that wrap around, or leave user space on the way.
  char byte;
  CHECK(refused(read(fd, &byte, ~0ul)));
  CHECK(refused(write(fd, (void*)0x7ffffffffff0, 0x20)));

  // Writing where only reading is allowed.
  CHECK(refused(read(fd, (void*)constant, sizeof(constant))));
  CHECK(strcmp(constant, "not writable") == 0);
  CHECK(refused(read(fd, (void*)&testAddress, 16)));
  CHECK(lseek(fd, 0, SEEK_CUR) == 0); // nothing has been read

  // A string that never ends, and arguments that are not there.
  static char endless[8192];
  memset(endless, 'a', sizeof(endless));
  CHECK(open(endless, O_RDONLY) == -1 && errno == ENAMETOOLONG);
  CHECK(spawn("/usr/mult.sweb", (char* const*)0x1000, 0) == -1 && errno == EFAULT);

  CHECK(close(fd) == 0);
  CHECK(close(fd) == -1 && errno == EBADF);
  CHECK(read(1000000, &byte, 1) == -1 && errno == EBADF);
  CHECK(__syscall_errno(199, 0, 0, 0, 0, 0) == -1 && errno == ENOSYS);
  testUnknownVersions();
  return CHECK_RESULT("badpointers");
}
