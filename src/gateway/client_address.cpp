#include "gateway/client_address.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/strings.h"

namespace glassgate {
namespace {

// More hops than any real chain of proxies has.
constexpr size_t max_hops = 32;

// The elements of X-Forwarded-For, the last one first.
std::vector<std::string_view> forwarded_for(const http::Fields& fields) {
  std::vector<std::string_view> hops;
  for (const http::Field& field : fields) {
    if (field.id != http::FieldId::x_forwarded_for || has_underscore(field)) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) hops.push_back(trim(take_until(rest, ',')));
  }
  std::reverse(hops.begin(), hops.end());
  if (hops.size() > max_hops) hops.resize(max_hops);
  return hops;
}

// Some proxies write the port, too, and brackets round IPv6: 203.0.113.8:50123, [2001:db8::1]:443, [2001:db8::1].
std::string_view without_port(std::string_view hop) {
  const size_t colon = hop.rfind(':');
  const bool is_bracketed = hop.starts_with('[');
  const bool has_port = colon != std::string_view::npos && parse_decimal(hop.substr(colon + 1)) &&
                        (is_bracketed ? hop[colon - 1] == ']' : hop.find(':') == colon);
  const std::string_view address = has_port ? hop.substr(0, colon) : hop;
  return is_bracketed && address.ends_with(']') ? address.substr(1, address.size() - 2) : address;
}

}  // namespace

bool has_underscore(const http::Field& field) {
  return field.name.find('_') != std::string_view::npos;
}

bool is_trusted_proxy(const ServerConfig& config, const IpAddress& address) {
  return std::any_of(config.trusted_proxies.begin(), config.trusted_proxies.end(),
                     [&](const CidrBlock& block) { return block.contains(address); });
}

IpAddress client_address(const ServerConfig& config, const IpAddress& peer, const http::Fields& fields) {
  IpAddress believed = peer;
  if (!is_trusted_proxy(config, peer)) return believed;
  for (const std::string_view hop : forwarded_for(fields)) {
    const auto address = IpAddress::parse(without_port(hop));
    if (!address) break;
    believed = *address;
    if (!is_trusted_proxy(config, believed)) break;
  }
  return believed;
}

}  // namespace glassgate
