#include "tables/packed_hypervisors.h"

#include <stdexcept>

namespace guestclock::tables {
namespace {

/// Numbers have two digits, which can be written as C++.
constexpr std::size_t kBase = 64;
constexpr char kZero = ' ';

/// Writes and reads have the same shape: `table_through` says it once.
class Packer {
 public:
  void text(std::string_view text) {
    number(text.size());
    bytes_ += text;
  }
  void number(std::size_t value) {
    if (value >= kBase * kBase) {
      throw std::runtime_error("a text or list of the hypervisor table is too long to be packed");
    }
    bytes_ += static_cast<char>(kZero + value / kBase);
    bytes_ += static_cast<char>(kZero + value % kBase);
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view rest) : rest_(rest) {}

  std::string_view text() { return take(number()); }
  std::size_t number() {
    const std::string_view digits = take(2);
    return digit(digits[0]) * kBase + digit(digits[1]);
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (rest_.size() < size) throw std::logic_error("the packed hypervisor table ends early");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  static std::size_t digit(char c) {
    if (c < kZero || c >= kZero + static_cast<char>(kBase)) {
      throw std::logic_error("the packed hypervisor table has no number");
    }
    return static_cast<std::size_t>(c - kZero);
  }

  std::string_view rest_;
};

void through(Packer& packer, std::string_view value) {
  packer.text(value);
}
void through(Unpacker& unpacker, std::string_view& value) {
  value = unpacker.text();
}

void through(Packer& packer, bool value) {
  packer.number(value ? 1 : 0);
}
void through(Unpacker& unpacker, bool& value) {
  value = unpacker.number() != 0;
}

template <class E>
requires std::is_enum_v<E>
void through(Packer& packer, E value) {
  packer.number(static_cast<std::size_t>(value));
}
template <class E>
requires std::is_enum_v<E>
void through(Unpacker& unpacker, E& value) {
  value = static_cast<E>(unpacker.number());
}

template <class Direction, class Row>
void row_through(Direction& direction, Row& row);

template <class Row>
void through(Packer& packer, const std::vector<Row>& rows) {
  packer.number(rows.size());
  for (const Row& row : rows)
    row_through(packer, row);
}
template <class Row>
void through(Unpacker& unpacker, std::vector<Row>& rows) {
  rows.resize(unpacker.number());
  for (Row& row : rows)
    row_through(unpacker, row);
}

using Ids = std::map<std::string_view, std::string_view>;

void through(Packer& packer, const Ids& ids) {
  packer.number(ids.size());
  for (const auto& [word, id] : ids) {
    packer.text(word);
    packer.text(id);
  }
}
void through(Unpacker& unpacker, Ids& ids) {
  for (std::size_t left = unpacker.number(); left > 0; --left) {
    const std::string_view word = unpacker.text();
    ids.emplace_hint(ids.end(), word, unpacker.text());
  }
}

template <class Direction, class... Members>
void all_through(Direction& direction, Members&... members) {
  (through(direction, members), ...);
}

template <class Direction, class Row>
void row_through(Direction& direction, Row& row) {
  using Kind = std::remove_const_t<Row>;
  if constexpr (std::is_same_v<Kind, std::string_view>) {
    through(direction, row);
  } else if constexpr (std::is_same_v<Kind, SignatureRow>) {
    all_through(direction, row.signature, row.vm, row.interface, row.claim_only);
  } else if constexpr (std::is_same_v<Kind, ClocksourceRow>) {
    all_through(direction, row.clocksource, row.vm, row.interface, row.claim_only);
  } else if constexpr (std::is_same_v<Kind, ClueCondition>) {
    all_through(direction, row.source, row.name, row.key, row.match, row.text, row.negated);
  } else if constexpr (std::is_same_v<Kind, Clue>) {
    all_through(direction, row.vm, row.mode, row.platform, row.proof, row.over, row.when, row.why);
  } else {
    static_assert(std::is_same_v<Kind, ContainerClue>);
    all_through(direction, row.container, row.proof, row.when);
  }
}

template <class Direction, class Table>
void table_through(Direction& direction, Table& table) {
  all_through(direction, table.signatures, table.clocksources, table.clues, table.containers,
              table.container_names.files, table.container_names.variables,
              table.container_names.ids);
}

}  // namespace

std::string pack(const Hypervisors& table) {
  Packer packer;
  table_through(packer, table);
  return packer.take();
}

Hypervisors unpack(std::string_view packed) {
  Unpacker unpacker(packed);
  Hypervisors table;
  table_through(unpacker, table);
  if (!unpacker.at_end()) throw std::logic_error("the packed hypervisor table goes on");
  return table;
}

}  // namespace guestclock::tables
