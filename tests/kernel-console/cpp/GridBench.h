#pragma once

#include "AnsiScreenWriter.h"
#include "TerminalGrid.h"
#include "rust/cxx.h"

#include <cstdint>
#include <memory>

/// A grid and what a serial terminal is sent of it.
class GridBench
{
public:
  GridBench();

  void write(rust::Slice<const uint8_t> text);
  void present(rust::Slice<const uint16_t> cells, uint32_t column, uint32_t row);
  uint16_t cell(uint32_t column, uint32_t row) const;
  rust::String row(uint32_t row) const;
  uint32_t column() const;
  uint32_t cursor_row() const;
  uint32_t changed_rows();
  void resize(uint32_t columns, uint32_t rows) { writer_.resize(columns, rows); }
  rust::Vec<uint8_t> repaint();
  rust::Vec<uint8_t> update();
  rust::Vec<uint8_t> print_lines();

private:
  class Output final : public FormatSink
  {
  public:
    void write(const char* text, size_t length) override;
    rust::Vec<uint8_t> take();

  private:
    rust::Vec<uint8_t> bytes_;
  };

  TerminalGrid grid_;
  Output output_;
  AnsiScreenWriter writer_;
};

std::unique_ptr<GridBench> new_grid();
rust::Vec<uint8_t> without_control_strings(rust::Slice<const uint8_t> text);
