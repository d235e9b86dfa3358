#include "StatusLine.h"

#include "ArchCommon.h"
#include "Clock.h"
#include "PageManager.h"
#include "ScreenCell.h"
#include "kformat.h"

namespace
{
constexpr uint8 COLOURS = screen::attribute(screen::WHITE, screen::BLUE);
constexpr uint32 TEXT_COLUMN = 11;
/// A quarter turn takes this long: four turns a second would be a nuisance on the screen of a guest, where every change
/// is sent to the serial console.
constexpr uint64 BEAT_NS = 256'000'000;
constexpr char BEATS[] = {'/', '-', '\\', '|'};
} // namespace

bool StatusLine::visible_ = true;
bool StatusLine::drawn_ = false;
uint64 StatusLine::beat_ = 0;

void StatusLine::show(bool visible)
{
  drawn_ = false;
  visible_ = visible;
}

void StatusLine::put(uint32 column, char character)
{
  ArchCommon::getFBPtr()[column] = screen::cell(static_cast<uint8>(character), COLOURS);
}

void StatusLine::tick()
{
  const uint64 beat = Clock::nanoseconds() / BEAT_NS;
  if (!visible_ || (drawn_ && beat == beat_))
    return;
  beat_ = beat;
  put(0, BEATS[beat % sizeof(BEATS)]);
  draw();
}

void StatusLine::refresh()
{
  if (visible_)
    draw();
}

void StatusLine::draw()
{
  char text[screen::COLUMNS - TEXT_COLUMN + 1];
  size_t length = ksnprintf(text, sizeof(text), "%6zu pages free     F9 memory  F10 locks  F11 stacks  F12 threads",
                            PageManager::instance()->getNumFreePages());
  for (uint32 column = drawn_ ? TEXT_COLUMN : 1; column < screen::COLUMNS; ++column)
  {
    bool in_text = column >= TEXT_COLUMN && column - TEXT_COLUMN < length;
    put(column, in_text ? text[column - TEXT_COLUMN] : ' ');
  }
  drawn_ = true;
}
