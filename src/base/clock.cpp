#include "base/clock.h"

#include <span>
#include <string_view>

namespace glassgate {
namespace {

// What a clock on the wall shows at UTC. By the standard library: its arithmetic asks no time zone and takes no lock.
struct Reading {
  explicit Reading(WallTime t) : Reading(t, std::chrono::floor<std::chrono::days>(t)) {}
  Reading(WallTime t, std::chrono::sys_days midnight)
      : date(midnight), weekday(midnight), time(std::chrono::floor<std::chrono::milliseconds>(t - midnight)) {}

  std::chrono::year_month_day date;
  std::chrono::weekday weekday;
  std::chrono::hh_mm_ss<std::chrono::milliseconds> time;
};

// Writes so many decimal digits over what stands at `first`. Every log line has a time, and snprintf() would be a third
// of what the line costs.
void put(std::span<char> text, size_t first, size_t digits, int64_t value) {
  for (size_t at = first + digits; at-- > first; value /= 10) text[at] = static_cast<char>('0' + value % 10);
}

}  // namespace

Rfc3339 rfc3339(WallTime t) {
  const Reading now(t);
  Rfc3339 text;
  std::string_view("0000-00-00T00:00:00.000Z").copy(text.data(), text.size());
  put(text, 0, 4, static_cast<int>(now.date.year()));
  put(text, 5, 2, static_cast<unsigned>(now.date.month()));
  put(text, 8, 2, static_cast<unsigned>(now.date.day()));
  put(text, 11, 2, now.time.hours().count());
  put(text, 14, 2, now.time.minutes().count());
  put(text, 17, 2, now.time.seconds().count());
  put(text, 20, 3, now.time.subseconds().count());
  return text;
}

std::string http_date(WallTime t) {
  static constexpr std::string_view days = "SunMonTueWedThuFriSat";
  static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const Reading now(t);
  std::string text("Day, 00 Mon 0000 00:00:00 GMT");
  days.copy(&text[0], 3, 3 * now.weekday.c_encoding());
  put(text, 5, 2, static_cast<unsigned>(now.date.day()));
  months.copy(&text[8], 3, 3 * (static_cast<unsigned>(now.date.month()) - 1));
  put(text, 12, 4, static_cast<int>(now.date.year()));
  put(text, 17, 2, now.time.hours().count());
  put(text, 20, 2, now.time.minutes().count());
  put(text, 23, 2, now.time.seconds().count());
  return text;
}

}  // namespace glassgate
