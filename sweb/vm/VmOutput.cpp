#include "VmOutput.h"
#include "File.h"
#include "Terminal.h"
#include "VfsSyscall.h"
#include "errno.h"
#include "kformat.h"
#include "sweb_vmx.h"

VmOutput::VmOutput() : waiting_(CAPACITY) {}

VmOutput::~VmOutput()
{
  delete[] piece_;
}

int64 VmOutput::openLog(const char* path, FileStat& stat)
{
  if (!piece_)
    piece_ = new (std::nothrow) char[LOG_PIECE];
  if (!piece_)
    return -ENOMEM;
  int64 error = VfsSyscall::openFile(path, OpenFlags::WRONLY | OpenFlags::CREAT, log_);
  log_.reset();
  if (error == 0) // exclusive use is for files that are there
    error = VfsSyscall::openFile(path, OpenFlags::WRONLY | OpenFlags::EXCL, log_);
  return error == 0 ? log_->stat(stat) : error;
}

int64 VmOutput::beginLog()
{
  FileStat stat;
  const int64 error = log_->stat(stat);
  return error == 0 && stat.type == InodeType::FILE ? log_->truncate(0) : error;
}

bool VmOutput::put(uint32 stream, const uint8* bytes, size_t length)
{
  for (size_t index = 0; index < length; ++index)
    waiting_.put(static_cast<uint16>(stream << 8 | bytes[index]));
  return waiting_.count() + 2 * VM_OUTPUT_BURST <= waiting_.capacity();
}

void VmOutput::drain(bool all)
{
  char text[256];
  size_t length = 0;
  uint16 element;
  while (waiting_.get(element))
  {
    const char byte = static_cast<char>(element & 0xFF);
    appendToLog(byte);
    if (element >> 8 != VM_STREAM_SERIAL || !serial_terminal_)
      continue;
    text[length++] = byte;
    if (length == sizeof(text))
    {
      serial_terminal_->write(text, length);
      length = 0;
    }
  }
  if (length)
    serial_terminal_->write(text, length);
  reportLoss();
  if (all)
    writeLog();
}

void VmOutput::close()
{
  drain(true);
  waiting_.release();
  log_ = nullptr;
  delete[] piece_;
  piece_ = nullptr;
}

void VmOutput::appendToLog(char byte)
{
  if (!log_)
    return;
  piece_[piece_length_++] = byte;
  if (piece_length_ == LOG_PIECE)
    writeLog();
}

void VmOutput::writeLog()
{
  if (!log_ || !piece_length_)
    return;
  // A disk that gets full takes a part; only the next try tells why.
  for (size_t done = 0; done < piece_length_;)
  {
    const ssize_t written = log_->write(piece_ + done, piece_length_ - done);
    if (written <= 0)
    {
      log_error_ = written < 0 ? written : -EIO;
      log_.reset();
      break;
    }
    done += static_cast<size_t>(written);
  }
  piece_length_ = 0;
}

void VmOutput::reportLoss()
{
  const size_t lost = waiting_.dropped() - losses_reported_;
  if (!lost)
    return;
  losses_reported_ += lost;
  char text[64];
  const size_t length = ksnprintf(text, sizeof(text), "\n[%zu bytes of output lost]\n", lost);
  for (size_t index = 0; index < length; ++index)
    appendToLog(text[index]);
}
