#ifndef SWEB_SYSCALL_DEFINITIONS_H
#define SWEB_SYSCALL_DEFINITIONS_H

// The agreement between the kernel and user space, included by both (C and C++).
//
// A program puts the number into rax and up to five arguments into rbx, rcx, rdx, rsi and rdi, executes `int 0x80`
// and finds the result in rax: >= 0 on success, -E... (errno.h) on failure. Every other register keeps its value.
//
// Numbers below 300 follow 32-bit Linux where SWEB has the same call. Those marked "reserved" belong to the exercises
// of the operating systems course: the kernel answers -ENOSYS until somebody solves them.

enum
{
  fd_stdin = 0,
  fd_stdout = 1,
  fd_stderr = 2,
};

enum
{
  sc_exit = 1,            // (code)                       never returns
  sc_fork = 2,            // reserved
  sc_read = 3,            // (fd, buf, n)                 bytes read; fd 0: one line of the terminal
  sc_write = 4,           // (fd, buf, n)                 bytes written; fd 1 and 2: the terminal
  sc_open = 5,            // (path, flags)                descriptor
  sc_close = 6,           // (fd)
  sc_waitpid = 7,         // reserved
  sc_unlink = 10,         // (path)
  sc_execv = 11,          // reserved
  sc_chdir = 12,          // (path)
  sc_lseek = 19,          // (fd, offset, whence)         new position
  sc_getpid = 20,         // ()                           the caller's process id
  sc_mount = 21,          // (device, directory, flags)   the Minix file system on a block device appears there
  sc_umount = 22,         // (directory)
  sc_sync = 36,           // ()                           everything written reaches the disks
  sc_kill = 37,           // reserved
  sc_rename = 38,         // (from, to)
  sc_mkdir = 39,          // (path)
  sc_rmdir = 40,          // (path)
  sc_dup = 41,            // reserved
  sc_pipe = 42,           // reserved
  sc_pseudols = 43,       // (path, buf, n)               names separated by newlines; buf = 0: prints the listing
  sc_brk = 45,            // reserved
  sc_ioctl = 54,          // (fd, request, argument)      terminal requests, see below
  sc_dup2 = 63,           // reserved
  sc_reboot = 88,         // (how)                        unmounts, then powers off or restarts; see below
  sc_mmap = 90,           // reserved
  sc_munmap = 91,         // reserved
  sc_ftruncate = 93,      // (fd, size)                   cuts the file, or fills it up with zeros
  sc_outline = 105,       // (port, text)                 debug output, at most 250 characters
  sc_stat = 106,          // (path, struct file_status*)
  sc_fstat = 108,         // (fd, struct file_status*)
  sc_sysinfo = 116,       // (struct system_information*)
  sc_mprotect = 125,      // reserved
  sc_sched_yield = 158,   // ()
  sc_nanosleep = 162,     // reserved
  sc_getcwd = 183,        // (buf, n)                     length of the path
  sc_createprocess = 191, // (path, wait, argv, status*)  process id; wait != 0: first waits for its end and stores
                          //                              its exit code at status; argv and status may be 0
  sc_processlist = 192,   // (buf, n)                     text, one process a line; the whole length
  sc_clock = 201,         // reserved
  sc_trace = 252,         // ()                           the caller's backtrace, on the debug port
  sc_pthread_first = 260, // reserved: threads and semaphores, up to and including sc_pthread_last
  sc_pthread_last = 299,

  // Virtual machines. A failing vm_create leaves its explanation in the buffer the caller passed. What is text returns
  // its whole length, and with n = 0 nothing else; in a buffer that is too small it says itself how much is missing.
  sc_vm_create = 300, // (struct vm_create_request*)      id, or -E... with the reason in request->error
  sc_vm_attach = 301, // (id)                             blocks until the user detaches or the VM ends: VM_DETACHED...
  sc_vm_list = 302, // (struct vm_info*, size, n)       how many VMs there are; fills up to n of them, `size` bytes each
  sc_vm_kill = 303, // (id)
  sc_vm_reset = 304,  // (id)
  sc_vm_stat = 305,   // (id, buf, n)                     text: exits by reason, pages mapped, interrupts injected
  sc_vm_report = 306, // (id, buf, n)                     text: why the VM ended
  sc_vm_check = 307,  // (id, buf, n)                     text: the VMCS explained, and the rules of VM entry it breaks
  sc_vm_check_cpu = 308, // (struct vm_check_cpu_request*) text in request->report; 0 = checker and CPU agree, 1 = not
  sc_vm_panic = 309,     // (id)                             the hypervisor panics while it runs the VM: a drill
  sc_vm_refuse =
      310, // (id, which)                      the CPU refuses the VM's next entry, for a control field (0), the
           //                                  host's state (1), the guest's (2): a drill
  sc_vm_last_screen = 311, // (id, struct vm_screen*)          of a VM that has ended; -EBUSY before
  sc_vm_last = 349,

  // For tests of the kernel.
  sc_fail_allocations = 350, // (first, count)            allocations that fail from now on, 1 being the next; count 0:
                             //                           none. The number of those since the last call
};

// Flags of open. They are SWEB's, not POSIX's: one of the first three has to be given.
enum
{
  open_rdonly = 0x001,
  open_wronly = 0x002,
  open_rdwr = 0x004,
  open_creat = 0x008,
  open_append = 0x010,
  open_excl = 0x020,
  open_nonblock = 0x040,
  open_trunc = 0x080,
  open_sync = 0x100,
};

// Flags of mount.
enum
{
  mount_read_only = 1,
};

// Requests of ioctl on a terminal (descriptor 0).
enum
{
  terminal_read_key = 1, // waits for one key and returns its code: a character, or one of the key_... codes
  terminal_clear = 2,    // empties the screen, next output in its first line
  terminal_columns = 3,  // width in characters
  terminal_rows = 4,     // height in characters
  terminal_column = 5,   // where the cursor is: 0 in a fresh line
};

// What terminal_read_key returns for keys without a character. Enter is '\n', Backspace '\b', Tab '\t', Ctrl with a
// letter 1 to 26; F1 to F12 are consecutive.
enum
{
  key_escape = 27,
  key_f1 = 129,
  key_f12 = 140,
  key_insert = 145,
  key_delete = 146,
  key_home = 147,
  key_end = 148,
  key_page_up = 149,
  key_page_down = 150,
  key_up = 151,
  key_down = 152,
  key_left = 153,
  key_right = 154,
};

// What reboot shall do after it has ended all processes and unmounted everything.
enum
{
  reboot_power_off = 0,
  reboot_restart = 1,
};

struct file_status
{
  unsigned long size;   // bytes
  unsigned long type;   // file_type_...
  unsigned long device; // the file system; with the number of the inode it tells which file this is
  unsigned long inode;
  unsigned long links; // names
};

enum
{
  file_type_regular = 0,
  file_type_directory = 1,
  file_type_device = 2,
};

struct system_information
{
  unsigned long page_size;   // bytes
  unsigned long total_pages; // of RAM the kernel manages
  unsigned long free_pages;  // not in use; what the kernel heap keeps for reuse counts as free
  unsigned long heap_used;   // bytes of the kernel heap
  unsigned long processes;   // running processes
  unsigned long uptime_ns;   // since boot
  unsigned long halted_ns;   // of these, the CPU had nothing to do
};

enum
{
  vm_error_size = 512,
  vm_name_size = 64,
};

struct vm_create_request
{
  const char* definition;          // text of `key = value` lines; later lines override earlier ones
  unsigned long definition_length; // bytes, without a terminating zero
  const char* options;             // more such lines; what is wrong with one is said of the option --key
  unsigned long options_length;    // bytes
  unsigned long flags;             // 0; whatever else is refused with EINVAL
  char name[vm_name_size];         // zero-terminated; a `name =` line wins
  char error[vm_error_size];       // filled by the kernel when it refuses: one zero-terminated line
};

// What a VM is doing, or what became of it.
enum
{
  vm_state_starting = 0,    // it is being made, and has executed nothing yet
  vm_state_running = 1,     // it has
  vm_state_powered_off = 2, // it switched itself off
  vm_state_failed = 3,      // an error ended it: vm_report explains it
  vm_state_killed = 4,      // somebody ended it
};

// More about it, as bits.
enum
{
  vm_flag_halted_for_good = 1,   // it has halted with interrupts disabled: nothing but a reset wakes it
  vm_flag_waits_for_nothing = 2, // for a second it has only asked for a device that it has not: vm_stat says where
};

// What vm_list says of a VM. A program passes the size it knows; a kernel that knows another one refuses with EINVAL.
struct vm_info
{
  unsigned id;
  unsigned state;           // vm_state_...
  unsigned flags;           // vm_flag_...
  unsigned exit_code;       // what it wrote to the debug-exit port when it switched itself off, or 0
  unsigned long memory;     // bytes of its RAM
  unsigned long held;       // bytes the host has given it, tables included
  unsigned long exits;      // VM exits
  unsigned long interrupts; // injected
  char name[vm_name_size];  // zero-terminated
};

struct vm_check_cpu_request
{
  unsigned long count; // mutations to try
  unsigned long seed;  // the same number repeats a run
  char* report;        // filled by the kernel: zero-terminated text
  unsigned long size;  // bytes there
};

enum
{
  vm_screen_columns = 80,
  vm_screen_rows = 25,
};

struct vm_screen
{
  // As VGA text memory has them: a character of code page 437, and above it 8 bits of attribute.
  unsigned short cells[vm_screen_rows * vm_screen_columns];
};

// Why vm_attach returned.
enum
{
  vm_detached = 0, // the user pressed Ctrl-]; the VM runs on
  vm_ended = 1,    // the VM powered itself off
  vm_failed = 2,   // the VM was ended by an error: vm_report explains it
  vm_killed = 3,   // somebody killed it
};

#endif
