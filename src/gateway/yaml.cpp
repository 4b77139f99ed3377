#include "gateway/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <new>
#include <sstream>
#include <utility>

#include "base/strings.h"
#include "gateway/config_text.h"
#include "gateway/yaml_bytes.h"

namespace glassgate {
namespace {

// Ends the reading. An exception, because it has to come out through the library's own calls.
struct Refusal {
  ConfigError error;
};

YamlPlace place_of(const YAML::Mark& mark) {
  return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};  // the library counts from 0, unknown is -1
}

ConfigError error_at(YamlPlace place, std::string key, std::string message) {
  return {place.line, place.column, std::move(key), std::move(message)};
}

// Builds the tree from the library's events. The library's own tree (YAML::Node) would take a bomb of aliases or a
// second key of the same name without a word.
class TreeBuilder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse(place_of(mark), "a second document begins here; a configuration is one document");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_key()) refuse(place_of(mark), "found an empty key, expected plain text");
    YamlNode node;
    node.place = place_of_null();
    finish(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_key()) refuse(place_of(mark), "found an alias as a key, expected plain text");
    const auto named = anchors_.find(anchor);
    if (named == anchors_.end()) refuse(place_of(mark), "an alias inside of what it stands for");
    count(named->second, place_of(mark), frames_.size());
    YamlNode copy = named->second;
    copy.place = place_of(mark);
    attach(std::move(copy));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.text = value;
    node.quoted = tag == "!";
    node.place = place_of(mark);
    finish(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::list, mark, tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  // Where the innermost list or map that is still open began.
  YamlPlace open_place() const { return frames_.empty() ? YamlPlace{} : frames_.back().node.place; }

  YamlResult take() { return {std::move(root_), std::move(errors_)}; }

 private:
  // A list or map whose end has not come yet.
  struct Frame {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    std::map<std::string, int> key_lines;  // of a map: the keys so far, and where each stood
    bool has_key = false;                  // of a map: a key was read, its value comes next
    bool drops_value = false;              // that key stood before
    std::string key;
    YamlPlace key_place;
  };

  [[noreturn]] void refuse(YamlPlace place, std::string message) const {
    throw Refusal{error_at(place, path(), std::move(message))};
  }

  std::string path() const {
    std::string out;
    for (const Frame& frame : frames_) {
      if (frame.node.kind == YamlNode::Kind::list) out = child_key(out, frame.node.children.size());
      if (frame.has_key) out = child_key(out, frame.key);
    }
    return out;
  }

  bool expects_key() const {
    return !frames_.empty() && frames_.back().node.kind == YamlNode::Kind::map && !frames_.back().has_key;
  }

  // The library gives the place of whatever comes next, which may be lines away.
  YamlPlace place_of_null() const {
    if (frames_.empty()) return {};
    return frames_.back().has_key ? frames_.back().key_place : frames_.back().node.place;
  }

  // "?" is plain and "!" is quoted; everything else was written as a tag.
  void check_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag == "?" || tag == "!") return;
    refuse(place_of(mark), "found the tag " + quoted(tag) + "; tags have no meaning here");
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check_tag(mark, tag);
    if (expects_key())
      refuse(place_of(mark), "found a list or map as a key, expected plain text; is a closing bracket missing?");
    check_depth(place_of(mark), frames_.size() + 1);
    Frame frame;
    frame.node.kind = kind;
    frame.node.place = place_of(mark);
    frame.anchor = anchor;
    frames_.push_back(std::move(frame));
  }

  void close() {
    Frame done = std::move(frames_.back());
    frames_.pop_back();
    finish(std::move(done.node), done.anchor);
  }

  void finish(YamlNode node, YAML::anchor_t anchor) {
    count_one(node.place);
    if (anchor != 0) {
      count(node, node.place, frames_.size());
      anchors_.emplace(anchor, node);
    }
    attach(std::move(node));
  }

  void attach(YamlNode node) {
    if (frames_.empty()) {
      root_ = std::move(node);
    } else if (expects_key()) {
      begin_entry(std::move(node.text), node.place, node.quoted);
    } else if (frames_.back().has_key) {
      end_entry(std::move(node));
    } else {
      frames_.back().node.children.push_back(std::move(node));
    }
  }

  void begin_entry(std::string key, YamlPlace place, bool is_quoted) {
    if (key == "<<" && !is_quoted) refuse(place, "merge keys (<<) are not supported; write the settings out");
    Frame& frame = frames_.back();
    const auto [first, is_new] = frame.key_lines.emplace(key, place.line);
    frame.key = std::move(key);
    frame.key_place = place;
    frame.has_key = true;
    frame.drops_value = !is_new;
    if (is_new || errors_.size() >= most_config_errors) return;
    errors_.push_back(
        error_at(place, path(), "this key stands twice; the first is in line " + std::to_string(first->second)));
  }

  void end_entry(YamlNode node) {
    Frame& frame = frames_.back();
    frame.has_key = false;
    if (frame.drops_value) return;
    node.has_key = true;
    node.key = std::move(frame.key);
    node.key_place = frame.key_place;
    frame.node.children.push_back(std::move(node));
  }

  // Counts every node of a copy that is about to be made `level` levels down.
  void count(const YamlNode& node, YamlPlace place, size_t level) {
    count_one(place);
    if (node.kind == YamlNode::Kind::list || node.kind == YamlNode::Kind::map) check_depth(place, level + 1);
    for (const YamlNode& child : node.children) count(child, place, level + 1);
  }

  void count_one(YamlPlace place) {
    if (++nodes_ > yaml_limits::nodes) {
      refuse(place, "too many values; at most " + std::to_string(yaml_limits::nodes) + ", aliases written out");
    }
  }

  void check_depth(YamlPlace place, size_t level) const {
    if (level > yaml_limits::depth) {
      refuse(place, "nested too deeply; at most " + std::to_string(yaml_limits::depth) + " levels");
    }
  }

  size_t documents_ = 0;
  size_t nodes_ = 0;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::optional<YamlNode> root_;
  std::vector<ConfigError> errors_;
};

// The most common slips, for which the library has a different complaint every time.
std::string_view likely_cause(std::string_view text, int line) {
  std::string_view current;
  for (int i = 0; i < line; ++i) current = take_until(text, '\n');
  const std::string_view indent = current.substr(0, current.find_first_not_of(" \t"));
  if (indent.find('\t') != std::string_view::npos) return "; this line is indented with a tab, expected spaces";
  return current.find("]:") != std::string_view::npos ? "; an address such as [::1]:9000 has to be in quotes" : "";
}

// The place of the text's last character.
YamlPlace end_of(std::string_view text) {
  const size_t line_start = text.substr(0, text.size() - 1).rfind('\n') + 1;
  const auto line = std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(line_start), '\n') + 1;
  return {static_cast<int>(line), static_cast<int>(text.size() - line_start)};
}

// One that never ends is reported at the end of the file; where it begins is what helps, where it is known.
YamlPlace place_in(std::string_view text, const YAML::ParserException& error, YamlPlace open_place) {
  if (error.mark.pos < static_cast<int>(text.size())) return place_of(error.mark);
  const bool is_open = error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW || error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW;
  return is_open ? open_place : end_of(text);
}

ConfigError syntax_error(std::string_view text, const YAML::ParserException& error, YamlPlace open_place) {
  const YamlPlace place = place_in(text, error, open_place);
  return error_at(place, "", "bad YAML: " + visible(error.msg).append(likely_cause(text, place.line)));
}

// Nothing, or the error that ended it. `end`: what the library is to read behind the text.
std::optional<ConfigError> build(TreeBuilder& builder, std::string_view text, std::string_view end) {
  try {
    std::istringstream stream(std::string(text).append(end));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return std::nullopt;
  } catch (const Refusal& refusal) {
    return refusal.error;
  } catch (const YAML::ParserException& error) {
    return syntax_error(text, error, builder.open_place());
  } catch (const std::bad_alloc&) {  // no mistake of the text's
    throw;
  } catch (const std::exception& error) {
    return error_at({}, "", "cannot be read as YAML: " + visible(error.what()));
  }
}

// Without what means nothing: a byte order mark, and blanks behind it all.
std::string_view bare(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// The library does not notice an open quote with nothing, or only white space, behind it. With a comment behind it, it
// does; but a line end before that comment may change a value, so such a text is read once more for it.
std::optional<ConfigError> build_all(TreeBuilder& builder, std::string_view text) {
  std::optional<ConfigError> error = build(builder, text, text.ends_with('\n') ? "#" : "");
  if (error || !(text.ends_with('"') || text.ends_with('\''))) return error;
  TreeBuilder again;
  return build(again, text, "\n#");
}

}  // namespace

YamlResult parse_yaml(std::string_view text) {
  TreeBuilder builder;
  text = bare(text);
  std::optional<ConfigError> fatal = check_yaml_bytes(text);
  if (!fatal) fatal = build_all(builder, text);

  YamlResult out = builder.take();
  if (!fatal && !out.root) fatal = error_at({}, "", "the file is empty, expected a map of settings");
  if (fatal) {
    out.root.reset();
    if (out.errors.size() == most_config_errors) out.errors.pop_back();  // what ends the reading must be told
    out.errors.push_back(std::move(*fatal));
  }
  return out;
}

}  // namespace glassgate
