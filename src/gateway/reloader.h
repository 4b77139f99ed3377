// Hot reload: a new configuration without a restart.
//
// Problem: files are edited in place, replaced by a rename, or are symbolic links that are pointed elsewhere; and a
// file with a mistake must not take a gateway down. (One that is half written and good is taken as it is.)
// Algorithm: every reload_interval the file is read and its content compared with what was read last. What is new is
// parsed, checked and, when it is good, applied whole.
// Guarantee: a bad file changes nothing, is reported once, and shows in /status and in a metric until it is mended.
// SIGHUP reads the file at once, also where it did not change.
// Invariants:
//   I1 what cannot change while the gateway runs (listen, admin, server.max_connections) stays as it is, and is named
//      as needing a restart; the rest of the file applies
// Thread rule: start(), reload_now() and stop() by any thread; `apply` is called from the reloader's own.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "gateway/config.h"
#include "gateway/services.h"

namespace glassgate {

// `wanted` with what cannot change taken from `running`; the keys that this changed are added to `needs_restart`.
// `file_before`: what the file said of these keys when `running` was made of it.
Config with_fixed_settings(const Config& wanted, const Config& running, const Config& file_before,
                           std::vector<std::string>& needs_restart);

class Reloader {
 public:
  using Apply = std::function<void(std::shared_ptr<const Config>)>;

  struct Source {
    std::string file;                      // empty: nothing is ever reloaded
    std::string text;                      // what was read at start
    std::shared_ptr<const Config> config;  // what it said
  };

  Reloader(Services& services, Source source, Apply apply);
  ~Reloader() { stop(); }
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  void start();
  void stop();
  void reload_now();

 private:
  void run();
  bool wait_for_turn(bool& forced);
  void look(bool forced);
  std::string why_unusable(const Config& wanted) const;
  void accept(const Config& wanted);
  void refuse(const std::vector<ConfigError>& errors);
  void refuse_for(const std::exception& fault);

  Services& services_;
  const std::string file_;
  const Apply apply_;
  ConfigFile last_read_;                    // good or bad
  bool again_ = false;                      // that look failed for want of something of our own
  std::shared_ptr<const Config> at_start_;  // what the file said then
  std::thread thread_;
  Mutex mutex_;
  CondVar wake_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  bool forced_ GUARDED_BY(mutex_) = false;
};

}  // namespace glassgate
