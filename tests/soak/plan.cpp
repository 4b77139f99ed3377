#include "soak/plan.h"

#include <algorithm>

#include "soak/pattern.h"

namespace glassgate::soak {
namespace {

constexpr size_t largest_upload = size_t{1024} * 1024;
constexpr size_t largest_answer = size_t{2048} * 1024;
constexpr size_t small = size_t{8} * 1024;

void choose_request(Plan& plan, Dice& dice) {
  const uint64_t kind = dice.below(100);
  plan.method = kind < 55 ? "GET" : kind < 63 ? "HEAD" : kind < 85 ? "POST" : "PUT";
  plan.http_1_0 = dice.chance(4);
  plan.closes = plan.http_1_0 || dice.chance(8);
  if (kind < 63) return;
  plan.upload = !plan.http_1_0 && dice.chance(50) ? Framing::chunked : Framing::length;
  plan.upload_size = dice.size(largest_upload);
}

void choose_answer(Plan& plan, Dice& dice) {
  plan.status = dice.chance(2) ? 500 : dice.chance(3) ? 404 : 200;
  const uint64_t framing = dice.below(100);
  plan.answer = framing < 50 ? Framing::length : framing < 90 ? Framing::chunked : Framing::until_close;
  plan.answer_size = dice.size(largest_answer);
  plan.latency_ms = static_cast<unsigned>(dice.chance(3) ? dice.below(300) : dice.chance(50) ? dice.below(15) : 0);
  plan.answers_early = plan.upload != Framing::none && dice.chance(5);
  // Who answers early reads nothing meanwhile, and its client neither.
  if (plan.answers_early) plan.answer_size %= small;
}

Fault fault_for(const Plan& plan, Dice& dice) {
  static constexpr Fault faults[] = {Fault::reset_at_head,     Fault::reset_unanswered, Fault::reset_inside_head,
                                     Fault::reset_inside_body, Fault::end_inside_body,  Fault::end_behind};
  if (!dice.chance(4)) return Fault::none;
  const Fault fault = faults[dice.below(std::size(faults))];
  const bool has_inside = !plan.is_head() && plan.answer_size > 0;
  const bool is_inside = fault == Fault::reset_inside_body || fault == Fault::end_inside_body;
  const bool until_close = plan.answer == Framing::until_close;
  if (is_inside && !has_inside) return Fault::none;
  // Where the end of the connection is the end of the body, a clean one is in the right place.
  if (until_close && (fault == Fault::end_inside_body || fault == Fault::end_behind)) return Fault::none;
  // Who ends with something unread resets the connection, and may take the answer's last bytes with it.
  if (plan.answers_early && fault == Fault::end_behind) return Fault::none;
  return fault;
}

Leaves leaves_for(const Plan& plan, Dice& dice) {
  if (!dice.chance(4)) return Leaves::never;
  const uint64_t when = dice.below(3);
  if (when == 0 && plan.upload_size > 1) return Leaves::inside_upload;
  if (when == 1 && !plan.is_head() && plan.answer_size > 1) return Leaves::inside_answer;
  return Leaves::before_answer;
}

}  // namespace

uint64_t Dice::next() {
  return stir(state_++);
}

size_t Dice::size(size_t most) {
  if (chance(5)) return 0;
  const uint64_t kind = below(100);
  return static_cast<size_t>(below(kind < 70 ? most / 512 : kind < 93 ? most / 32 : most) + 1);
}

Plan plan_of(uint64_t seed, uint64_t number) {
  Dice dice(stir(seed) ^ stir(number));
  Plan plan;
  plan.number = number;
  choose_request(plan, dice);
  choose_answer(plan, dice);
  plan.fault = fault_for(plan, dice);
  plan.fault_once = dice.chance(70);
  plan.leaves = leaves_for(plan, dice);
  plan.pause_ms = static_cast<unsigned>(dice.chance(10) ? dice.below(40) : 0);
  return plan;
}

bool Plan::may_be_pipelined() const {
  return upload_size <= small && leaves == Leaves::never && !closes;
}

}  // namespace glassgate::soak
