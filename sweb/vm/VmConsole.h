#pragma once

#include "Mutex.h"
#include "Notification.h"
#include "TerminalInput.h"
#include "types.h"

class Terminal;
class VirtualMachine;

/**
 * The screen and the keyboard of a guest, as one more terminal of the host.
 *
 * A guest writes its screen as plain memory, without telling anybody. So a thread looks at it after the vCPU has run,
 * at most PICTURES_PER_SECOND times, and shows it on the terminal. A guest whose console is its serial port needs no
 * such thread: VmOutput writes what it sends.
 */
class VmConsole : private TerminalInput
{
public:
  static constexpr uint64 PICTURES_PER_SECOND = 25;

  explicit VmConsole(VirtualMachine& vm);

  // ---- for the VcpuThread

  /// Makes the terminal. Without a free place for one the VM runs unseen.
  void powerOn(bool serial);
  /// Shows the last picture and takes the terminal away; consoles that show it return to where they came from.
  void powerOff();
  /// The guest ran.
  void screenMayHaveChanged() { screen_changed_.notify(); }

  // ---- for the system calls

  /// Shows the guest on all consoles that show `from`, and waits until the user detaches or the VM ends. Then they show
  /// `from` again. 0, -EBUSY if somebody is attached, -EMFILE if the VM has no terminal.
  int64 attach(Terminal& from);

private:
  class ScreenThread;

  Format format() const override { return serial_ ? Format::BYTES : Format::SCANCODES; }
  void input(uint8 byte) override;
  void detach() override;

  void watchScreen();
  void showPicture();

  VirtualMachine& vm_;
  Mutex lock_; ///< guards terminal_ and attached_from_; outside the locks of terminals
  Terminal* terminal_ = nullptr;
  Terminal* attached_from_ = nullptr;
  bool serial_ = false;
  bool missing_ = false; ///< there was no terminal left for it
  volatile bool watching_ = false;
  uint32 picture_ = 0; ///< the last one shown, for the thread that watches
  Notification screen_changed_;
  Notification watching_ended_;
};
