// The heads of HTTP/1.1 messages, as they were read.
//
// Problem: a proxy looks at every field of every message, and must be able to pass each on exactly as it came.
// Guarantee: a head owns its bytes; every name and value is a view into them. Order, duplicates and the case of names
// are kept. A field whose name matters to a proxy carries its FieldId, so that no stage compares names twice.
// Its memory comes from the resource that it was made with: the heads of one exchange share an arena.
// Thread rule: values; one owner at a time. A head cannot be copied or moved, because its views would not follow.
// Source: RFC 9110 section 5 (fields), RFC 9112 sections 2 to 5 (heads).
#pragma once

#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace glassgate::http {

// The fields that something in this program decides about. Everything else is `other` and simply passes through.
enum class FieldId : uint8_t {
  other,
  connection,
  content_length,
  cookie,
  date,
  authorization,
  expect,
  forwarded,
  host,
  http2_settings,
  keep_alive,
  max_forwards,
  proxy_authenticate,
  proxy_authorization,
  proxy_connection,
  server_timing,
  te,
  traceparent,
  tracestate,
  trailer,
  transfer_encoding,
  upgrade,
  via,
  www_authenticate,
  x_forwarded,  // every X-Forwarded-* that has no id of its own
  x_forwarded_for,
  x_forwarded_host,
  x_forwarded_proto,
  x_real_ip,
  x_request_id,
};

// `name` is a token. Compares without regard to case. In the names of the forwarding fields and of X-Request-ID '_'
// counts as '-', because servers that turn names into variables (CGI, WSGI) cannot tell X_Forwarded_For from
// X-Forwarded-For.
FieldId field_id(std::string_view name);

struct Field {
  std::string_view name;
  std::string_view value;  // without the white space around it
  FieldId id = FieldId::other;
};

// The fields of one head, in their order.
class Fields {
 public:
  Fields() = default;
  explicit Fields(std::pmr::memory_resource* memory) : fields_(memory) {}
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  void add(std::string_view name, std::string_view value) {
    if (fields_.capacity() == 0) fields_.reserve(usual_number);
    const FieldId id = field_id(name);
    fields_.push_back({name, value, id});
    present_ |= bit(id);
  }
  void clear() {
    fields_.clear();
    present_ = 0;
  }
  size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

  bool has(FieldId id) const { return (present_ & bit(id)) != 0; }
  const Field* find(FieldId id) const;             // the first one, or nullptr
  const Field* find(std::string_view name) const;  // the same, for a name without an id
  size_t count(FieldId id) const;

 private:
  static constexpr size_t usual_number = 16;  // one piece of memory a head, instead of one whenever it has doubled
  static constexpr uint64_t bit(FieldId id) { return uint64_t{1} << static_cast<unsigned>(id); }

  std::pmr::vector<Field> fields_;
  uint64_t present_ = 0;  // a bit for each id: most questions are about fields that are not there
};

struct Version {
  int major = 1;
  int minor = 1;
};

struct RequestHead {
  explicit RequestHead(std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : fields(memory), bytes(memory) {}
  RequestHead(const RequestHead&) = delete;
  RequestHead& operator=(const RequestHead&) = delete;

  std::string_view method;
  std::string_view target;  // as it stood in the request line
  Version version;
  Fields fields;
  std::pmr::string bytes;  // what the views look into
};

struct ResponseHead {
  explicit ResponseHead(std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : fields(memory), bytes(memory) {}
  ResponseHead(const ResponseHead&) = delete;
  ResponseHead& operator=(const ResponseHead&) = delete;

  Version version;
  int status = 0;
  std::string_view reason;
  Fields fields;
  std::pmr::string bytes;
};

// True when `list`, a comma-separated field value, has `token` as one of its elements (without regard to case).
bool list_contains(std::string_view list, std::string_view token);
// The same over every field line with this id: RFC 9110 section 5.3 says that they form one list.
bool list_contains(const Fields& fields, FieldId id, std::string_view token);

// GET, HEAD, OPTIONS, TRACE, PUT, DELETE: RFC 9110 section 9.2.2.
bool is_idempotent(std::string_view method);

// OPTIONS, TRACE: the methods that Max-Forwards is for, by RFC 9110 section 7.6.2.
bool counts_forwards(std::string_view method);

}  // namespace glassgate::http
