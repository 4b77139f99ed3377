#include "gateway/reloader.h"

#include <pthread.h>

#include <exception>
#include <utility>

namespace glassgate {
namespace {

constexpr Duration no_polling = std::chrono::hours(24);

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ", ").append(text);
  return out.empty() ? "nothing" : out;
}

}  // namespace

Config with_fixed_settings(const Config& wanted, const Config& running, const Config& file_before,
                           std::vector<std::string>& needs_restart) {
  Config out = wanted;
  if (wanted.listen != file_before.listen) needs_restart.emplace_back("listen");
  if (wanted.admin != file_before.admin) needs_restart.emplace_back("admin");
  if (wanted.server.max_connections != file_before.server.max_connections) {
    needs_restart.emplace_back("server.max_connections");
  }
  out.listen = running.listen;
  out.admin = running.admin;
  out.server.max_connections = running.server.max_connections;
  return out;
}

Reloader::Reloader(Services& services, Source source, Apply apply)
    : services_(services),
      file_(std::move(source.file)),
      apply_(std::move(apply)),
      last_read_{.text = std::move(source.text), .error = ""},
      at_start_(std::move(source.config)) {}

void Reloader::start() {
  if (!file_.empty()) thread_ = std::thread(&Reloader::run, this);
}

void Reloader::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Reloader::reload_now() {
  {
    const MutexLock lock(mutex_);
    forced_ = true;
  }
  wake_.notify_one();
}

void Reloader::run() {
  pthread_setname_np(pthread_self(), "reload");
  bool forced = false;
  while (wait_for_turn(forced)) {
    try {
      look(forced);
    } catch (const std::exception& error) {  // no memory, say: not worth the whole gateway
      refuse_for(error);
    }
  }
}

// It is no mistake of the file's, so the next look tries again. What was too little memory for the configuration may be
// too little to tell of it: the log has the last word, and never throws.
void Reloader::refuse_for(const std::exception& fault) {
  again_ = true;
  try {
    refuse({{1, 1, "", std::string("cannot be applied: ") + fault.what()}});
  } catch (const std::exception& another) {
    services_.log.fault(another);
  }
}

// False when the gateway is stopping.
bool Reloader::wait_for_turn(bool& forced) {
  const Duration interval = services_.runtime.current()->config().reload_interval;
  const TimePoint until = services_.clock.now() + (interval > Duration::zero() ? interval : no_polling);
  const MutexLock lock(mutex_);
  while (!stopping_ && !forced_) {
    const Duration left = until - services_.clock.now();
    if (left <= Duration::zero()) break;
    wake_.wait_for(mutex_, left);
  }
  forced = std::exchange(forced_, false);
  return !stopping_;
}

void Reloader::look(bool forced) {
  ConfigFile read = read_config_file(file_);
  if (read.lacks_resources && !forced) return;  // says nothing of the file; the next look may be luckier
  if (read == last_read_ && !forced && !again_) return;
  again_ = false;
  last_read_ = std::move(read);
  const ConfigResult result = parse_config(last_read_);
  if (!result.config) return refuse(result.errors);
  if (const std::string why = why_unusable(*result.config); !why.empty()) return refuse({{1, 1, "log.file", why}});
  accept(*result.config);
}

// A file that can be parsed may still name a log that cannot be written, and at the next start nothing would run.
std::string Reloader::why_unusable(const Config& wanted) const {
  const bool is_same = wanted.log.file == services_.runtime.current()->config().log.file;
  return is_same ? "" : Log::why_not(wanted.log);
}

void Reloader::accept(const Config& wanted) {
  std::vector<std::string> needs_restart;
  const auto before = services_.runtime.current();
  apply_(std::make_shared<const Config>(with_fixed_settings(wanted, before->config(), *at_start_, needs_restart)));
  const std::string restart = joined(needs_restart);
  services_.reloads.note_success(services_.clock.wall(), std::move(needs_restart));
  services_.log.event(LogLevel::info, "reloaded", {{"file", file_}, {"needs_restart", restart}});
}

void Reloader::refuse(const std::vector<ConfigError>& errors) {
  std::vector<std::string> texts;
  for (const ConfigError& error : errors) {
    texts.push_back(describe(error, file_));
    services_.log.event(LogLevel::error, "reload_refused", {{"reason", texts.back()}});
  }
  services_.reloads.note_failure(std::move(texts));
}

}  // namespace glassgate
