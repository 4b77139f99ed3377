// IP addresses and CIDR blocks, for who a client is and whether its X-Forwarded-For may be believed.
//
// Guarantee: parsing takes exactly one address ("192.0.2.7", "2001:db8::1"), without port, brackets or zone; anything
// else is nullopt. An IPv4 address mapped into IPv6 (::ffff:192.0.2.7) is the IPv4 address: a client has one identity
// however the listener's socket names it.
// Thread rule: values; share freely.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace glassgate {

class IpAddress {
 public:
  IpAddress() = default;  // 0.0.0.0
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress from(const sockaddr& address);  // AF_INET or AF_INET6; anything else is 0.0.0.0

  bool is_v4() const { return v4_; }
  std::string text() const;
  bool operator==(const IpAddress&) const = default;

 private:
  friend class CidrBlock;
  static IpAddress from_v4(const uint8_t* bytes);
  static IpAddress from_v6(const uint8_t* bytes);
  std::array<uint8_t, 16> bytes_{};  // an IPv4 address in the first four
  bool v4_ = true;
};

// 10.0.0.0/8, 2001:db8::/32, or one address. Bits below the prefix must be zero: 10.1.0.0/8 is a mistake, not a block.
class CidrBlock {
 public:
  static std::optional<CidrBlock> parse(std::string_view text);
  bool contains(const IpAddress& address) const;
  std::string text() const;
  bool operator==(const CidrBlock&) const = default;

 private:
  IpAddress base_;
  unsigned prefix_ = 0;
};

}  // namespace glassgate
