#pragma once

#include "Mutex.h"
#include "ScreenCell.h"
#include "TerminalInput.h"
#include "sweb_vmx.h"
#include "types.h"
#include "uvector.h"

class Terminal;
class VirtualMachine;

/**
 * The screen and the keyboard of a guest, as one more terminal of the host.
 *
 * A guest writes its screen as plain memory, without telling anybody. So VmScreens looks at it after the vCPU has run,
 * and shows it on the terminal. Nobody has to look at a guest whose console is its serial port: VmOutput writes what it
 * sends.
 */
class VmConsole : private TerminalInput
{
public:
  explicit VmConsole(VirtualMachine& vm);

  // ---- for the VcpuThread

  /// Makes the terminal. Without a free place for one the VM runs unseen.
  void powerOn(bool serial);
  /// Shows and keeps the last picture, and takes the terminal away; consoles that show it return to where they came
  /// from.
  void powerOff();
  /// The guest ran.
  void screenMayHaveChanged();

  // ---- for the system calls

  /// Shows the guest on all consoles that show `from`, and waits until the user detaches or the VM ends. Then they show
  /// `from` again. 0, -EBUSY if somebody is attached, -EMFILE if the VM has no terminal.
  int64 attach(Terminal& from);

  /// The last picture: screen::CELLS cells, or none if there was no memory to keep it. Once the VM is over.
  const ustl::vector<ScreenCell>& lastScreen() const { return last_screen_; }

private:
  friend class VmScreens;

  Format format() const override { return serial_ ? Format::BYTES : Format::SCANCODES; }
  bool hasRoom() override;
  void input(uint8 byte) override;
  void detach() override;

  void keepLastScreen();

  /// Called by VmScreens.
  void showPicture();

  static constexpr size_t TITLE_SIZE = 8 + VM_NAME_SIZE;

  VirtualMachine& vm_;
  char title_[TITLE_SIZE]; ///< of its terminal
  Mutex lock_;             ///< guards terminal_ and attached_from_; outside the locks of terminals
  Terminal* terminal_ = nullptr;
  Terminal* attached_from_ = nullptr;
  bool serial_ = false;
  bool missing_ = false; ///< there was no terminal left for it
  uint32 picture_ = 0;   ///< the last one shown
  ustl::vector<ScreenCell> last_screen_;

  // For VmScreens.
  VmConsole* next_watched_ = nullptr;
  volatile bool may_have_changed_ = false;
};
