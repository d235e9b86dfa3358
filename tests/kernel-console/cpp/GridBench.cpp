#include "GridBench.h"

#include "ControlStringFilter.h"

#include <utility>

GridBench::GridBench() : grid_(screen::attribute(screen::LIGHT_GREY, screen::BLACK)), writer_(output_) {}

void GridBench::Output::write(const char* text, size_t length)
{
  for (size_t index = 0; index < length; ++index)
    bytes_.push_back(static_cast<uint8_t>(text[index]));
}

rust::Vec<uint8_t> GridBench::Output::take()
{
  return std::exchange(bytes_, {});
}

void GridBench::write(rust::Slice<const uint8_t> text)
{
  grid_.write(reinterpret_cast<const char*>(text.data()), text.size());
}

void GridBench::present(rust::Slice<const uint16_t> cells, uint32_t column, uint32_t row)
{
  if (cells.size() == screen::CELLS)
    grid_.present(cells.data(), column, row);
}

uint16_t GridBench::cell(uint32_t column, uint32_t row) const
{
  return grid_.row(row)[column];
}

rust::String GridBench::row(uint32_t row) const
{
  std::string text;
  for (uint32_t column = 0; column < grid_.textEnd(row); ++column)
  {
    char bytes[utf8::MAX_LENGTH];
    if (const uint32 character = grid_.character(column, row); character != 0)
      text.append(bytes, utf8::encode(character, bytes));
  }
  return rust::String::lossy(text);
}

uint32_t GridBench::column() const
{
  return grid_.cursorColumn();
}

uint32_t GridBench::cursor_row() const
{
  return grid_.cursorRow();
}

uint32_t GridBench::changed_rows()
{
  return grid_.takeChangedRows();
}

rust::Vec<uint8_t> GridBench::repaint()
{
  grid_.takeChangedRows();
  writer_.repaint(grid_);
  return output_.take();
}

rust::Vec<uint8_t> GridBench::update()
{
  writer_.update(grid_, grid_.takeChangedRows());
  return output_.take();
}

rust::Vec<uint8_t> GridBench::print_lines()
{
  writer_.printLines(grid_);
  return output_.take();
}

rust::Vec<uint8_t> without_control_strings(rust::Slice<const uint8_t> text)
{
  ControlStringFilter filter;
  rust::Vec<uint8_t> passed;
  for (uint8_t byte : text)
  {
    char bytes[ControlStringFilter::MAX_LENGTH];
    const size_t count = filter.pass(static_cast<char>(byte), bytes);
    for (size_t index = 0; index < count; ++index)
      passed.push_back(static_cast<uint8_t>(bytes[index]));
  }
  return passed;
}

std::unique_ptr<GridBench> new_grid()
{
  return std::make_unique<GridBench>();
}
