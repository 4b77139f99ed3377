#include "gateway/request_counts.h"

#include <algorithm>
#include <memory>

namespace glassgate {

RequestCounts::~RequestCounts() {
  for (const auto& row : rows_) delete row.load();
}

// I1. Two may make a row at once; one of the two is thrown away before anybody has counted in it.
RequestCounts::Row& RequestCounts::row_of(size_t status) {
  std::atomic<Row*>& place = rows_[status];
  if (Row* row = place.load(std::memory_order_acquire)) return *row;
  auto made = std::make_unique<Row>();
  Row* expected = nullptr;
  if (!place.compare_exchange_strong(expected, made.get(), std::memory_order_acq_rel)) return *expected;
  return *made.release();
}

void RequestCounts::count(std::string_view method, int status, Duration time) {
  const auto known = std::find(methods.begin(), methods.end() - 1, method);
  const size_t column = static_cast<size_t>(known - methods.begin());
  const size_t row = status > 0 && status < static_cast<int>(statuses) ? static_cast<size_t>(status) : 0;
  row_of(row)[column].add();
  duration.observe(time);
}

void RequestCounts::for_each(const std::function<void(std::string_view, int, uint64_t)>& visit) const {
  for (size_t status = 0; status < statuses; ++status) {
    const Row* row = rows_[status].load(std::memory_order_acquire);
    for (size_t i = 0; row && i < methods.size(); ++i) {
      if (const uint64_t n = (*row)[i].value()) visit(methods[i], static_cast<int>(status), n);
    }
  }
}

uint64_t RequestCounts::total() const {
  uint64_t sum = 0;
  for_each([&sum](std::string_view, int, uint64_t n) { sum += n; });
  return sum;
}

}  // namespace glassgate
