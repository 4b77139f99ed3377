// What the soak says: a line now and then, and at the end what went wrong, a table, and a verdict.
#pragma once

#include <optional>
#include <string>

#include "soak/figures.h"
#include "soak/gateway_part.h"
#include "soak/ledger.h"

namespace glassgate::soak {

// What was seen, as far as it came.
struct Course {
  std::optional<Figures> before;  // at rest: no client has come yet
  FigureLog log;
  std::optional<Figures> after;  // at rest again: they are gone, and all that came with them
  std::string broken_off;        // why, where it was; otherwise empty
};

void print_progress(const Figures& now, const Counts& counts);
// When the gateway has been stopped. What went wrong comes first, so that nothing can keep it from being told, and what
// the figures say comes behind them. True when all is well.
bool print_report(const Ledger& ledger, const Gateway& gateway, const Course& course);

}  // namespace glassgate::soak
