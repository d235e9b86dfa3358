#include "StatusLine.h"

#include "ArchCommon.h"
#include "PageManager.h"
#include "ScreenCell.h"
#include "kformat.h"

namespace
{
constexpr uint8 COLOURS = screen::attribute(screen::WHITE, screen::BLUE);
constexpr uint32 TEXT_COLUMN = 11;
/// A quarter turn takes this many ticks: four turns a second would be a nuisance on the screen of a guest, where every
/// change is sent to the serial console.
constexpr uint64 TICKS_PER_BEAT = 64;
constexpr char BEATS[] = {'/', '-', '\\', '|'};
} // namespace

bool StatusLine::visible_ = true;
bool StatusLine::drawn_ = false;

void StatusLine::show(bool visible)
{
  drawn_ = false;
  visible_ = visible;
}

void StatusLine::put(uint32 column, char character)
{
  ArchCommon::getFBPtr()[column] = screen::cell(static_cast<uint8>(character), COLOURS);
}

void StatusLine::tick(uint64 ticks)
{
  if (!visible_ || (drawn_ && ticks % TICKS_PER_BEAT != 0))
    return;
  put(0, BEATS[ticks / TICKS_PER_BEAT % sizeof(BEATS)]);
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
