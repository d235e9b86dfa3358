//! The kernel's imports as the traits that `vmx` and `machine` are written against.

use crate::ffi;
use devices::Stream;
use machine::host::Host;
use machine::storage::{Handle, Storage, StorageError};
use vmx::addr::Hpa;
use vmx::frames::{Frames, Room};

/// The kernel's page frames.
#[derive(Clone, Copy, Debug)]
pub struct KernelFrames;

// SAFETY: host_frame_alloc's contract is that of `allocate` (contiguous, aligned, zeroed, exclusive until freed), and
// host_frame_pointer's that of `pointer`.
unsafe impl Frames for KernelFrames {
    fn allocate(&self, pages: usize, to_zero: usize) -> Option<Hpa> {
        // SAFETY: any number of pages may be asked for.
        match unsafe { ffi::host_frame_alloc(pages, to_zero) } {
            0 => None,
            physical => Some(Hpa(physical)),
        }
    }

    unsafe fn free(&self, frame: Hpa, pages: usize) {
        // SAFETY: the caller promises that these are the values of one `allocate`, and that nothing uses the frames.
        unsafe { ffi::host_frame_free(frame.0, pages) }
    }

    fn pointer(&self, frame: Hpa) -> *mut u8 {
        // SAFETY: pure arithmetic on a frame of the kernel.
        unsafe { ffi::host_frame_pointer(frame.0) }
    }
}

/// The kernel around one machine.
#[derive(Clone, Copy, Debug)]
pub struct KernelHost {
    /// What `vm_create` was given, to come back with output.
    pub context: usize,
}

/// Splits a result of the file functions into value and error number.
fn checked(result: i64) -> Result<u64, StorageError> {
    u64::try_from(result).map_err(|_| StorageError(result.wrapping_neg()))
}

impl Storage for KernelHost {
    fn open(&self, path: &str, write: bool) -> Result<Handle, StorageError> {
        let flags = if write {
            ffi::HOST_OPEN_WRITE
        } else {
            ffi::HOST_OPEN_READ
        };
        // SAFETY: the path is valid for its length.
        let handle = unsafe { ffi::host_open(path.as_ptr(), path.len(), flags) };
        checked(handle).map(|_| Handle(handle))
    }

    fn size(&self, handle: Handle) -> Result<u64, StorageError> {
        // SAFETY: the handle came from `open`.
        checked(unsafe { ffi::host_size(handle.0) })
    }

    fn read(&self, handle: Handle, offset: u64, bytes: &mut [u8]) -> Result<usize, StorageError> {
        // SAFETY: the buffer is writable for its length, and nobody else has it.
        let count = unsafe { ffi::host_read(handle.0, offset, bytes.as_mut_ptr(), bytes.len()) };
        checked(count).map(|count| count as usize)
    }

    fn read_into(&self, handle: Handle, offset: u64, room: &mut Room<'_>) -> Result<usize, StorageError> {
        // SAFETY: the room is writable for its size, and the kernel makes no reference to it.
        let count = unsafe { ffi::host_read(handle.0, offset, room.pointer(), room.size()) };
        checked(count).map(|count| count as usize)
    }

    fn write(&self, handle: Handle, offset: u64, bytes: &[u8]) -> Result<(), StorageError> {
        // SAFETY: the buffer is readable for its length.
        let count = unsafe { ffi::host_write(handle.0, offset, bytes.as_ptr(), bytes.len()) };
        match checked(count)? as usize {
            count if count == bytes.len() => Ok(()),
            // A short write: the host's disk has no more room.
            _ => Err(StorageError(28)),
        }
    }

    fn flush(&self, handle: Handle) -> Result<(), StorageError> {
        // SAFETY: the handle came from `open`.
        checked(unsafe { ffi::host_flush(handle.0) }).map(|_| ())
    }

    fn close(&self, handle: Handle) {
        // SAFETY: the handle came from `open` and is not used again.
        unsafe { ffi::host_close(handle.0) }
    }
}

impl Host for KernelHost {
    fn now_ns(&self) -> u64 {
        // SAFETY: callable at any time.
        unsafe { ffi::host_time_ns() }
    }

    #[inline]
    fn tsc(&self) -> u64 {
        vmx::instructions::rdtsc()
    }

    fn tsc_hz(&self) -> u64 {
        // SAFETY: callable at any time.
        unsafe { ffi::host_tsc_hz() }
    }

    fn sleep_slack_ns(&self) -> u64 {
        // SAFETY: callable at any time.
        unsafe { ffi::host_sleep_slack_ns() }
    }

    fn is_idle(&self) -> bool {
        // SAFETY: callable at any time.
        unsafe { ffi::host_is_idle() }
    }

    fn wall_clock(&self) -> i64 {
        // SAFETY: callable at any time.
        unsafe { ffi::host_wall_clock() }
    }

    fn output(&self, stream: Stream, bytes: &[u8]) -> bool {
        let stream = match stream {
            Stream::Serial => ffi::VM_STREAM_SERIAL,
            Stream::Debug => ffi::VM_STREAM_DEBUG,
        };
        // SAFETY: the bytes are valid for their length.
        unsafe { ffi::host_output(self.context, stream, bytes.as_ptr(), bytes.len()) }
    }
}
