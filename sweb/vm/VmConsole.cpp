#include "VmConsole.h"
#include "Console.h"
#include "ScopeLock.h"
#include "Terminal.h"
#include "VirtualMachine.h"
#include "VmScreens.h"
#include "errno.h"
#include "kformat.h"
#include "kstring.h"

static_assert(VM_SCREEN_COLUMNS == screen::COLUMNS && VM_SCREEN_ROWS == screen::ROWS);
static_assert(sizeof(ScreenCell) == sizeof(uint16), "a guest's text memory is shown as it is");

VmConsole::VmConsole(VirtualMachine& vm) : vm_(vm), lock_("VmConsole::lock_") {}

void VmConsole::powerOn(bool serial)
{
  serial_ = serial;
  ksnprintf(title_, sizeof(title_), "SWEB: %s", vm_.name().c_str());
  {
    ScopeLock lock(lock_);
    terminal_ = Terminal::create(title_);
    missing_ = !terminal_;
  }
  if (missing_)
    return;
  terminal_->setInput(this);
  if (serial)
  {
    vm_.output().showSerialOn(terminal_);
    return;
  }
  VmScreens::watch(*this);
}

void VmConsole::powerOff()
{
  vm_.output().showSerialOn(nullptr);
  VmScreens::unwatch(*this);
  keepLastScreen();
  if (!terminal_)
    return;
  terminal_->setInput(nullptr);
  ScopeLock lock(lock_);
  Terminal::destroy(terminal_, attached_from_ ? *attached_from_ : *Terminal::get(1));
  terminal_ = nullptr;
}

void VmConsole::keepLastScreen()
{
  if (!last_screen_.tryReserve(screen::CELLS))
    return;
  last_screen_.resize(screen::CELLS, screen::cell(' ', screen::attribute(screen::LIGHT_GREY, screen::BLACK)));
  if (serial_ && terminal_)
    terminal_->copyScreen(last_screen_.data());
  else if (!serial_)
  {
    VmScreen picture = {};
    bool any = false;
    vm_.withHandle([&](Vm* vm) { any = vm_screen(vm, &picture); });
    if (any)
      memcpy(last_screen_.data(), picture.cells, sizeof(picture.cells));
  }
}

int64 VmConsole::attach(Terminal& from)
{
  vm_.waitUntilStarted();
  {
    ScopeLock lock(lock_);
    if (missing_)
      return -EMFILE;
    if (attached_from_)
      return -EBUSY;
    if (terminal_)
    {
      attached_from_ = &from;
      vm_.attach();
      Console::replace(from, *terminal_);
    }
  }
  if (!attached_from_)
  {
    vm_.waitUntilOver(); // the terminal has gone already, which is the last step but one of a VM
    return 0;
  }
  screenMayHaveChanged();
  vm_.waitWhileAttached();

  ScopeLock lock(lock_);
  if (terminal_)
    Console::replace(*terminal_, from);
  attached_from_ = nullptr;
  return 0;
}

bool VmConsole::hasRoom()
{
  return vm_.hasInputRoom();
}

void VmConsole::input(uint8 byte)
{
  vm_.input(byte);
}

void VmConsole::detach()
{
  vm_.detach();
}

void VmConsole::screenMayHaveChanged()
{
  if (may_have_changed_)
    return;
  may_have_changed_ = true;
  VmScreens::wake();
}

void VmConsole::showPicture()
{
  VmScreen picture;
  picture.picture = picture_;
  bool newer = false;
  vm_.withHandle([&](Vm* vm) { newer = vm_screen(vm, &picture); });
  if (!newer)
    return;
  picture_ = picture.picture;
  const bool cursor = picture.cursor_row != UINT32_MAX;
  terminal_->present(reinterpret_cast<const ScreenCell*>(picture.cells), picture.cursor_column,
                     cursor ? picture.cursor_row : screen::NO_CURSOR);
}
