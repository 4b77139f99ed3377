// What the soak says: a line now and then, and at the end a table and a verdict.
#pragma once

#include "soak/figures.h"
#include "soak/gateway_part.h"
#include "soak/ledger.h"

namespace glassgate::soak {

struct Rest {
  Figures before;  // no client has come yet
  Figures after;   // they are gone, and all that came with them
};

void print_progress(const Figures& now, const Counts& counts);
void print_table(const FigureLog& log, const Rest& rest);
void print_counts(const Counts& counts);
// True when all is well.
bool print_verdict(const Ledger& ledger, const Gateway& gateway, const FigureLog& log, const Rest& rest);

}  // namespace glassgate::soak
