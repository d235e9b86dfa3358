//! The `log` facade onto the kernel's log.

use crate::ffi;
use core::fmt::Write;
use log::{Level, LevelFilter, Log, Metadata, Record};
use machine::cut::Cut;

struct KernelLog;

static LOGGER: KernelLog = KernelLog;

/// Sends log records to the kernel from now on. Calling it again changes nothing.
pub fn install() {
    if log::set_logger(&LOGGER).is_ok() {
        log::set_max_level(LevelFilter::Info);
    }
}

impl Log for KernelLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        let level = match record.level() {
            Level::Error => ffi::HOST_LOG_ERROR,
            Level::Warn => ffi::HOST_LOG_WARN,
            Level::Info => ffi::HOST_LOG_INFO,
            Level::Debug => ffi::HOST_LOG_DEBUG,
            Level::Trace => ffi::HOST_LOG_TRACE,
        };
        // No heap: a line may be logged because there is none.
        let mut buffer = [0; 256];
        let mut text = Cut::new(&mut buffer);
        // Writing to it cannot fail.
        let _ = write!(text, "{}", record.args());
        let text = text.finish();
        // SAFETY: the text is valid for its length.
        unsafe { ffi::host_log(level, text.as_ptr(), text.len()) }
    }

    fn flush(&self) {}
}
