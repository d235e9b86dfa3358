//! The boundary between the kernel and the hypervisor, both directions, in one file: cbindgen reads only this one.
//!
//! Rules. Plain C types and `#[repr(C)]` structs only. No exception and no panic crosses. Text is UTF-8 with an explicit
//! length coming in, and NUL-terminated in a caller's buffer going out; where the buffer is too small, the text itself says at its
//! end how many bytes are missing, and a null buffer is for who asks for the length first. Unless a function says otherwise it may be called
//! by any kernel thread with interrupts enabled and no lock held, may not be called from an interrupt handler, and
//! does not block. A vCPU's thread needs a kernel stack of at least 24 KiB.

use crate::handle::Handle;
use crate::{logger, root, source, text};
use alloc::boxed::Box;
use alloc::string::String;
use core::ffi::c_char;
use machine::control::{Input, Requests};
use machine::cpu::Drill;

/// A virtual machine. Owned by the library from `vm_create` to `vm_destroy`; the kernel holds only the pointer.
pub struct Vm {
    _private: (),
}

/// The host has something to do (an interrupt was pending, or the time slice is over): call `vm_run` again.
pub const VM_RUN_PREEMPTED: u32 = 0;
/// The vCPU is halted: block until `deadline_ns` or until something was delivered to the VM, then call `vm_run` again.
pub const VM_RUN_HALTED: u32 = 1;
/// The guest switched its power off, or wrote `exit_code` to the debug-exit port. Destroy the VM.
pub const VM_RUN_POWERED_OFF: u32 = 2;
/// `vm_stop` was called. Destroy the VM.
pub const VM_RUN_STOPPED: u32 = 3;
/// The VM cannot go on; `vm_report` says why. Destroy the VM.
pub const VM_RUN_FAILED: u32 = 4;

/// What `vm_run` returns.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct VmRun {
    /// One of `VM_RUN_*`.
    pub reason: u32,
    /// For `VM_RUN_POWERED_OFF`: the value written to the debug-exit port, else 0.
    pub exit_code: u32,
    /// For `VM_RUN_HALTED`: host time (as `host_time_ns`) to be back at, by `host_sleep_slack_ns` before the guest's next event;
    /// `UINT64_MAX` when only input can wake it.
    pub deadline_ns: u64,
    /// TSC ticks of this call in which the guest was halted on the CPU, so that the host could as well have been.
    pub halted_ticks: u64,
}

/// Columns of the text screen.
pub const VM_SCREEN_COLUMNS: usize = 80;
/// Rows of the text screen.
pub const VM_SCREEN_ROWS: usize = 25;
/// Cells of the text screen, row by row. (A number, because cbindgen does not evaluate products.)
pub const VM_SCREEN_CELLS: usize = 2000;
const _: () = assert!(VM_SCREEN_CELLS == VM_SCREEN_COLUMNS * VM_SCREEN_ROWS);

/// The guest's text screen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct VmScreen {
    /// The number of the picture last seen, 0 for none, by which a look finds out whether there is a newer one.
    pub picture: u32,
    /// Character in the low byte, attribute in the high one, as in VGA text memory.
    pub cells: [u16; VM_SCREEN_CELLS],
    /// Cursor column, `UINT32_MAX` when the cursor is off or outside.
    pub cursor_column: u32,
    /// Cursor row, `UINT32_MAX` when the cursor is off or outside.
    pub cursor_row: u32,
}

/// The figures of a VM that `vmlist` shows.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct VmInfo {
    /// Guest RAM in bytes.
    pub memory_bytes: u64,
    /// Host frames the VM owns: guest memory, EPT, VMCS, bitmaps; in bytes.
    pub frame_bytes: u64,
    /// VM exits of all vCPUs.
    pub exits: u64,
    /// TSC ticks spent in the guest.
    pub guest_ticks: u64,
    /// TSC ticks spent handling exits.
    pub host_ticks: u64,
    /// Interrupts injected.
    pub interrupts: u64,
    /// Whether it has halted with interrupts disabled, so that nothing but a reset wakes it.
    pub halted_for_good: bool,
    /// Whether for a second it has done nothing else than access one place where there is no device; `vm_statistics` says which.
    pub waits_for_nothing: bool,
}

/// Room for a VM's name in `VmDescription`, with the terminating NUL.
pub const VM_NAME_SIZE: usize = 64;
/// Room for a path in `VmDescription`, with the terminating NUL.
pub const VM_PATH_SIZE: usize = 256;
/// `VmDescription::console`: the guest's text screen and keyboard.
pub const VM_CONSOLE_SCREEN: u32 = 0;
/// `VmDescription::console`: the guest's first serial port.
pub const VM_CONSOLE_SERIAL: u32 = 1;

/// The text that defines a VM. Each pointer is to as many readable bytes as are said behind it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct VmSource {
    /// `key = value` lines.
    pub text: *const u8,
    /// Its bytes.
    pub length: usize,
    /// More such lines, which override those of the text. What is wrong with one is said of the option `--key value`.
    pub options: *const u8,
    /// Their bytes.
    pub options_length: usize,
    /// The VM's name unless the text gives it another.
    pub name: *const u8,
    /// Its bytes.
    pub name_length: usize,
}

/// What the definition says to the kernel: how to call the VM, and what to do with its output.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct VmDescription {
    /// NUL-terminated.
    pub name: [c_char; VM_NAME_SIZE],
    /// File that receives serial and debug output; NUL-terminated, empty for none.
    pub log: [c_char; VM_PATH_SIZE],
    /// One of `VM_CONSOLE_*`.
    pub console: u32,
}

/// Output streams of a guest (`host_output`).
pub const VM_STREAM_SERIAL: u32 = 0;
/// Port 0xE9 or 0x402.
pub const VM_STREAM_DEBUG: u32 = 1;
/// The most bytes that come between two looks at what `host_output` answers.
pub const VM_OUTPUT_BURST: usize = 576;
const _: () = assert!(VM_OUTPUT_BURST == machine::board::MOST_OUTPUT);

/// `host_open`: read only.
pub const HOST_OPEN_READ: u32 = 0;
/// `host_open`: read and write, and nobody else may have it open for writing or mounted.
pub const HOST_OPEN_WRITE: u32 = 1;

/// Host log levels, those of the `log` crate.
pub const HOST_LOG_ERROR: u32 = 1;
/// Warning.
pub const HOST_LOG_WARN: u32 = 2;
/// Information.
pub const HOST_LOG_INFO: u32 = 3;
/// Debugging detail.
pub const HOST_LOG_DEBUG: u32 = 4;
/// Tracing.
pub const HOST_LOG_TRACE: u32 = 5;

// ---------------------------------------------------------------- what the kernel provides

// Each says with which interrupt flag it is called; PORTING.md's table is made of these texts.
// SAFETY: the kernel defines these against the header that is made of this file (sweb/vm/VmHost*.cpp).
unsafe extern "C" {
    /// Heap memory of `size` bytes aligned to `align` (a power of two up to 4096), or null when there is none. Interrupts on or off.
    pub fn host_alloc(size: usize, align: usize) -> *mut u8;
    /// Gives back what `host_alloc` returned, with the same size and alignment. Interrupts on or off.
    pub fn host_free(pointer: *mut u8, size: usize, align: usize);

    /// `pages` (a power of two) contiguous physical frames, naturally aligned, zeroed, writable through
    /// `host_frame_pointer`; their physical address, or 0 when there are none. Also 0 when more than `pages_to_zero` of them would have
    /// to be zeroed first, which takes long: another call without that limit comes with interrupts on. Interrupts on or off.
    pub fn host_frame_alloc(pages: usize, pages_to_zero: usize) -> u64;
    /// Gives back frames of one `host_frame_alloc`. The kernel may reuse them at once. Interrupts on or off.
    pub fn host_frame_free(physical: u64, pages: usize);
    /// The kernel's address of a frame from `host_frame_alloc`. Pure arithmetic. Interrupts on or off.
    pub fn host_frame_pointer(physical: u64) -> *mut u8;

    /// Opens a file (`/usr/guests/disk.img`) or a block device by name (`/dev/idea2`, `/dev/ideb`); a handle, 0 or more, or a
    /// negative error number: -2 no such file, -16 in use, -30 read only, and so on. The path has no NUL. May block. Interrupts on.
    pub fn host_open(path: *const u8, length: usize, flags: u32) -> i64;
    /// Size in bytes, or a negative error number. May block. Interrupts on.
    pub fn host_size(handle: i64) -> i64;
    /// Reads up to `length` bytes at `offset`; the number read (short only at the end), or a negative error number.
    /// May block. Interrupts on.
    pub fn host_read(handle: i64, offset: u64, buffer: *mut u8, length: usize) -> i64;
    /// Writes `length` bytes at `offset`; the number written, or a negative error number. May block. Interrupts on.
    pub fn host_write(handle: i64, offset: u64, buffer: *const u8, length: usize) -> i64;
    /// Makes what was written durable; 0 or a negative error number. May block. Interrupts on.
    pub fn host_flush(handle: i64) -> i64;
    /// Closes a handle. May block. Interrupts on.
    pub fn host_close(handle: i64);

    /// Nanoseconds since the host booted, monotonic. Interrupts on or off.
    pub fn host_time_ns() -> u64;
    /// TSC ticks per second. Interrupts on or off.
    pub fn host_tsc_hz() -> u64;
    /// Seconds since 1970-01-01 UTC. Interrupts on or off.
    pub fn host_wall_clock() -> i64;
    /// By how much a timed sleep may end too late, in nanoseconds. Interrupts on or off.
    pub fn host_sleep_slack_ns() -> u64;
    /// Whether no thread but the calling one is ready to run. Interrupts on or off.
    pub fn host_is_idle() -> bool;

    /// One line for the host's log, without a newline. Interrupts on or off.
    pub fn host_log(level: u32, text: *const u8, length: usize);
    /// Output bytes of the guest whose `vm_create` got `context`. False when there is room for little more than
    /// `VM_OUTPUT_BURST`: `vm_run` returns then. Interrupts on or off.
    pub fn host_output(context: usize, stream: u32, bytes: *const u8, length: usize) -> bool;
    /// The hypervisor found itself inconsistent, and this thread must not return to it: print `text` and a backtrace, and stop
    /// the kernel, or, inside `vm_run`, only the VM (`vm_abandon`). Interrupts on or off.
    pub fn host_panic(text: *const u8, length: usize) -> !;
}

// ---------------------------------------------------------------- what the library provides

/// Says whether this CPU can run VMs: 0, or 1 with the reason and the remedy in `message`. Changes nothing.
///
/// # Safety
/// `message` points to `capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vmx_probe(message: *mut c_char, capacity: usize) -> u32 {
    logger::install();
    // SAFETY: the caller's promise about `message`.
    unsafe { answer(root::probe(), message, capacity) }
}

/// Puts this CPU into VMX root operation: 0, or 1 with the reason in `message`. Calling it again is no error.
///
/// # Safety
/// `message` points to `capacity` writable bytes. Called once the kernel's GDT, IDT, TSS and CR3 are final.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vmx_enable(message: *mut c_char, capacity: usize) -> u32 {
    logger::install();
    // SAFETY: the caller's promise about `message`.
    unsafe { answer(root::enable(), message, capacity) }
}

/// The checker of VM entries and this CPU agree on every mutation, but for what is known.
pub const VMX_CHECK_AGREES: u32 = 0;
/// They do not; the report says where.
pub const VMX_CHECK_DISAGREES: u32 = 1;
/// They could not be compared; the report says why.
pub const VMX_CHECK_IMPOSSIBLE: u32 = 2;

/// Compares the checker of VM entries with this CPU: `count` mutations of a good VMCS are entered, with a report as text. The same
/// `seed` repeats a run. `go_on` is asked every few milliseconds whether to; interrupts are enabled then. One of `VMX_CHECK_*`.
/// Other VMs may run meanwhile. Requires `vmx_enable`, and a kernel stack of 32 KiB. Takes some thirty frames.
///
/// # Safety
/// `report` points to `capacity` writable bytes, and `go_on` may be called with `context` until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vmx_check(
    count: u64,
    seed: u64,
    go_on: extern "C" fn(context: usize) -> bool,
    context: usize,
    report: *mut c_char,
    capacity: usize,
) -> u32 {
    let (status, text) = root::check(count, seed, || go_on(context));
    // SAFETY: the caller's promise about `report`.
    unsafe { text::copy_out(&text, report, capacity) };
    status
}

/// Leaves VMX operation. All VMs are destroyed before.
#[unsafe(no_mangle)]
pub extern "C" fn vmx_disable() {
    root::disable();
}

/// Reads a guest definition and copies to `description` what it says to the kernel: 0, or 1 with the reason in `message`. Opens
/// and builds nothing.
///
/// # Safety
/// `source` and what it points to are readable, `description` is writable, `message` points to `capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_describe(
    source: *const VmSource,
    description: *mut VmDescription,
    message: *mut c_char,
    capacity: usize,
) -> u32 {
    // SAFETY: the caller's promise about `source`.
    let described =
        unsafe { source::definition(&*source) }.and_then(|definition| source::describe(&definition));
    let result = described.map(|found| {
        // SAFETY: the caller's promise about `description`.
        unsafe { description.write(found) }
    });
    // SAFETY: the caller's promise about `message`.
    unsafe { answer(result, message, capacity) }
}

/// Builds a VM from a guest definition: memory, devices, disks opened, images loaded. Null on error, with one line in
/// `message` that says what is wrong and what to do, and nothing left allocated or open. `context` comes back with `host_output`. Blocks
/// (reads files). Requires `vmx_enable`.
///
/// # Safety
/// `source` and what it points to are readable, `message` points to `capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_create(
    source: *const VmSource,
    context: usize,
    message: *mut c_char,
    capacity: usize,
) -> *mut Vm {
    // SAFETY: the caller's promise about `source`.
    let definition = unsafe { source::definition(&*source) };
    match definition.and_then(|definition| Handle::create(definition, context)) {
        Ok(handle) => Box::into_raw(handle).cast(),
        Err(reason) => {
            // SAFETY: the caller's promise about `message`.
            unsafe { text::copy_out(&reason, message, capacity) };
            core::ptr::null_mut()
        }
    }
}

/// Frees the VM with every frame, descriptor and byte it holds.
///
/// # Safety
/// `vm` came from `vm_create`; no thread is in a call with it, and none makes one afterwards. May block (flushes disks).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_destroy(vm: *mut Vm) {
    // SAFETY: `vm_create` made the pointer from such a box, and the caller gives it up.
    drop(unsafe { Box::from_raw(vm.cast::<Handle>()) });
}

/// Whether `vm_run` comes back at the time it was told whatever the guest does, because this CPU has the VMX-preemption timer. If not,
/// an interrupt of the host, such as its tick, ends it, or the guest's first exit after that time. Requires `vmx_enable`.
#[unsafe(no_mangle)]
pub extern "C" fn vmx_ends_runs() -> bool {
    root::has_preemption_timer()
}

/// Runs a vCPU on the calling thread until it needs the host, or until `host_time_ns` is `until_ns` (`vmx_ends_runs`). Interrupts must
/// be enabled and are enabled on return; in between they are mostly disabled, and a host interrupt makes it return within one exit.
///
/// # Safety
/// `vm` is live; one thread at a time per vCPU.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_run(vm: *mut Vm, vcpu: u32, until_ns: u64) -> VmRun {
    // Machines have one vCPU.
    if vcpu != 0 {
        return VmRun {
            reason: VM_RUN_FAILED,
            exit_code: 0,
            deadline_ns: u64::MAX,
            halted_ticks: 0,
        };
    }
    // SAFETY: the VM is live, and the caller is the only one to run its vCPU.
    unsafe { handle(vm).run(until_ns) }
}

/// Ends a VM whose `vm_run` panicked. For `host_panic`, on the same thread. Takes the guest's state off this CPU, enables
/// interrupts, and writes the report, with `text` (`length` bytes) as its reason. Afterwards the VM is to be destroyed; what
/// `vm_run` had in its hands stays allocated.
///
/// # Safety
/// `vm` is live, and the calling thread panicked in `vm_run` for it and will not return there. `text` points to `length`
/// readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_abandon(vm: *mut Vm, text: *const u8, length: usize) {
    // SAFETY: the caller's promise about `text`.
    let text = unsafe { core::slice::from_raw_parts(text, length) };
    // SAFETY: the caller's promise about the VM and the thread.
    unsafe { handle(vm).abandon(&String::from_utf8_lossy(text)) }
}

/// Asks a VM's `vm_run` to panic: a drill. The kernel wakes a halted vCPU's thread itself.
///
/// # Safety
/// `vm` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_panic(vm: *mut Vm) {
    // SAFETY: the VM is live.
    unsafe { handle(vm) }.control().request(Requests::PANIC);
}

/// Asks a VM to stop: the next `vm_run` (or the one in progress, with its next exit) returns `VM_RUN_STOPPED`. The
/// kernel wakes a halted vCPU's thread itself.
///
/// # Safety
/// `vm` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_stop(vm: *mut Vm) {
    // SAFETY: the VM is live.
    unsafe { handle(vm) }.control().request(Requests::STOP);
}

/// Asks a VM to reset: all devices and the vCPU, images loaded again. The kernel wakes a halted vCPU's thread itself.
///
/// # Safety
/// `vm` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_reset(vm: *mut Vm) {
    // SAFETY: the VM is live.
    unsafe { handle(vm) }.control().request(Requests::RESET);
}

/// Delivers a scancode (set 1, as the PC keyboard's translated output) to the guest's keyboard. The kernel wakes a halted
/// vCPU's thread itself. Returns 0, or 1 when there is no room and the code was dropped.
///
/// Codes may come all at once: the library types them as a person would, when the guest has read those before.
///
/// # Safety
/// `vm` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_key(vm: *mut Vm, scancode: u8) -> u32 {
    // SAFETY: the VM is live.
    let taken = unsafe { handle(vm) }.control().input.send(Input::Key(scancode));
    u32::from(!taken)
}

/// Delivers a byte to the guest's first serial port; as `vm_key`.
///
/// # Safety
/// `vm` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_serial_input(vm: *mut Vm, byte: u8) -> u32 {
    // SAFETY: the VM is live.
    let taken = unsafe { handle(vm) }.control().input.send(Input::Serial(byte));
    u32::from(!taken)
}

/// How many more calls of `vm_key` or `vm_serial_input` have room, if nobody else makes any.
///
/// # Safety
/// `vm` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_input_room(vm: *mut Vm) -> usize {
    // SAFETY: the VM is live.
    unsafe { handle(vm) }.control().input.room()
}

/// Copies the guest's text screen if there is a newer picture than `screen` says; else leaves it as it is and returns false.
///
/// # Safety
/// `vm` is live, `screen` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_screen(vm: *mut Vm, screen: *mut VmScreen) -> bool {
    // SAFETY: the VM is live, and `screen` is the caller's to lend.
    unsafe { handle(vm).screen(&mut *screen) }
}

/// Copies the VM's figures.
///
/// # Safety
/// `vm` is live, `info` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_info(vm: *mut Vm, info: *mut VmInfo) {
    // SAFETY: the VM is live, and `info` is writable.
    unsafe { info.write(handle(vm).info()) }
}

/// Writes the table of `vmstat` (exits by reason with their cost, pages, interrupts) as text; returns its length. It may be longer at the next
/// call.
///
/// # Safety
/// `vm` is live, `text` is null or points to `capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_statistics(vm: *mut Vm, text: *mut c_char, capacity: usize) -> usize {
    // SAFETY: the VM is live, and `text` is writable.
    unsafe { text::copy_out(&handle(vm).control().statistics.table(), text, capacity) }
}

/// Asks a VM's vCPU to explain its VMCS: only the thread that runs it may read that. The kernel wakes a halted vCPU's thread
/// itself, and fetches the text with `vm_explanation`.
///
/// # Safety
/// `vm` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_check(vm: *mut Vm) {
    // SAFETY: the VM is live.
    unsafe { handle(vm) }.control().request(Requests::CHECK);
}

/// Writes the explanation of the VMCS, area by area, with the rules of VM entry it breaks; returns its length, 0 while there is
/// none. Each is handed out once; who passes null for `text` gets the length only, and leaves it there.
///
/// # Safety
/// `vm` is live, `text` is null or points to `capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_explanation(vm: *mut Vm, text: *mut c_char, capacity: usize) -> usize {
    // SAFETY: the VM is live.
    let control = unsafe { handle(vm) }.control();
    if text.is_null() {
        return control.explanation_length();
    }
    let explanation = control.take_explanation();
    // SAFETY: `text` is writable.
    unsafe { text::copy_out(explanation.as_deref().unwrap_or(""), text, capacity) }
}

/// `vm_refuse`: a control field is spoiled.
pub const VM_REFUSE_CONTROL: u32 = 0;
/// `vm_refuse`: a host-state field.
pub const VM_REFUSE_HOST: u32 = 1;
/// `vm_refuse`: the guest's state.
pub const VM_REFUSE_GUEST: u32 = 2;

/// Has the CPU refuse a VM's next entry: a drill, which ends the VM with the report of it. `field` is one of `VM_REFUSE_*`; 0, or 1 for
/// another number. The kernel wakes a halted vCPU's thread itself.
///
/// # Safety
/// `vm` is live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_refuse(vm: *mut Vm, field: u32) -> u32 {
    let drill = match field {
        VM_REFUSE_CONTROL => Drill::Control,
        VM_REFUSE_HOST => Drill::Host,
        VM_REFUSE_GUEST => Drill::Guest,
        _ => return 1,
    };
    // SAFETY: the VM is live.
    unsafe { handle(vm) }.control().request(drill.into());
    0
}

/// Writes the report of a VM that failed (reason, qualification, RIP with symbol, registers, last exits); returns its
/// length, 0 when there is none.
///
/// # Safety
/// `vm` is live, `text` is null or points to `capacity` writable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vm_report(vm: *mut Vm, text: *mut c_char, capacity: usize) -> usize {
    // SAFETY: the VM is live, and `text` is writable.
    unsafe {
        text::copy_out(
            handle(vm).control().report.get().map_or("", |report| report),
            text,
            capacity,
        )
    }
}

/// What the kernel's pointer stands for.
///
/// # Safety
/// The VM is live: it came from `vm_create` and was not destroyed.
unsafe fn handle<'a>(vm: *mut Vm) -> &'a Handle {
    // SAFETY: `vm_create` made the pointer from a box with a `Handle`. Only shared references to it exist.
    unsafe { &*vm.cast::<Handle>() }
}

/// Turns a result into a status, with the reason in the caller's buffer.
///
/// # Safety
/// `message` points to `capacity` writable bytes.
unsafe fn answer(result: Result<(), String>, message: *mut c_char, capacity: usize) -> u32 {
    match result {
        Ok(()) => 0,
        Err(reason) => {
            // SAFETY: the caller's promise.
            unsafe { text::copy_out(&reason, message, capacity) };
            1
        }
    }
}
