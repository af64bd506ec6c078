#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"
#include "model/fact_lookup_json.h"
#include "model/facts_fields.h"
#include "model/vocabulary.h"

namespace guestclock::model {
namespace {

struct ShortKey {
  std::string_view key;
  std::string_view path;
};

constexpr std::array<ShortKey, 9> kShortKeys{{
    {"vm", "virtualization.vm"},
    {"container", "virtualization.container"},
    {"platform", "virtualization.platform"},
    {"os", "kernel.os"},
    {"distribution", "kernel.distribution.id"},
    {"version", "kernel.distribution.version"},
    {"kernel", "kernel.release"},
    {"arch", "kernel.arch"},
    {"hz", "kernel.hz"},
}};

/// Facts whose values are words of a list.
struct WordFact {
  std::string_view path;
  std::span<const std::string_view> words;
};

const std::array<WordFact, 6>& word_facts() {
  static const std::array<WordFact, 6> all{{
      {"virtualization.role", vocabulary::kRoles},
      {"virtualization.vm", vocabulary::kHypervisors},
      {"virtualization.container", vocabulary::kContainers},
      {"virtualization.nested", vocabulary::kNested},
      {"kernel.os", vocabulary::kSystems},
      {"boot.loader", vocabulary::kLoaders},
  }};
  return all;
}

std::string known_keys() {
  std::string keys;
  for (const ShortKey& short_key : kShortKeys) {
    keys += std::string(short_key.key) + ", ";
  }
  return keys + "or a fact's path as `detect --format json` shows it";
}

std::string normal_arch(std::string_view text) {
  const std::string arch = lower(text);
  if (arch == "amd64" || arch == "x86-64") return "x86_64";
  if (arch == "arm64") return "aarch64";
  const bool i386 = arch.size() == 4 && arch[0] == 'i' && arch[1] >= '3' && arch[1] <= '6' &&
                    arch.ends_with("86");
  return i386 ? "i386" : arch;
}

bool starts_with_digit(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

/// Puts `text` into the member at `wanted`, as that member's type takes it.
class Assigner {
 public:
  Assigner(std::string_view wanted, std::string_view text) : wanted_(wanted), text_(text) {}

  template <class T>
  void visit(T& member, const std::string& path, Form form) {
    if constexpr (kIsFact<T>) {
      if (path == wanted_) assign(member, form);
    } else if constexpr (Is<T, std::vector<std::string>>) {
      if (path == wanted_) set(member);
    } else if constexpr (kIsList<T>) {
      if (path == wanted_) refuse_whole();
    } else if constexpr (kIsOptional<T>) {
      if (member) visit(*member, path, form);
    } else if constexpr (!Is<T, std::string>) {
      fields(member, [&](const char* name, auto& inner, Form inner_form) {
        visit(inner, path.empty() ? name : path + "." + name, inner_form);
      });
    }
  }

  [[nodiscard]] bool found() const { return found_; }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  template <class T>
  void assign(Fact<T>& fact, Form form) {
    if constexpr (std::is_same_v<T, std::string>) {
      found_ = true;
      if (form == Form::word && text_ == "unknown") {
        fact = Fact<T>::unknown("assumed to be unknown");
        return;
      }
      if (std::string value; read_text(value, form)) fact = std::move(value);
    } else if constexpr (kIsOptional<T> ||
                         (kIsList<T> && !std::is_same_v<T, std::vector<std::string>>)) {
      refuse_whole();
    } else {
      T value{};
      set(value);
      if (error_.empty()) fact = std::move(value);
    }
  }

  bool read_text(std::string& value, Form form) {
    value = trim(text_);
    if (value.empty()) return refuse("a value is missing");
    if (wanted_ == "kernel.arch") value = normal_arch(value);
    if (wanted_ == "kernel.distribution.id") value = lower(value);
    if (form == Form::word_or_null && value == "none") value.clear();
    const bool is_version = wanted_ == "kernel.distribution.version" || wanted_ == "kernel.release";
    if (is_version && !starts_with_digit(value)) {
      return refuse("a version that starts with a digit is expected");
    }
    for (const WordFact& known : word_facts()) {
      if (known.path != wanted_) continue;
      if (std::find(known.words.begin(), known.words.end(), value) == known.words.end()) {
        return refuse("no such word; known are: " +
                      join({known.words.begin(), known.words.end()}, " "));
      }
    }
    return true;
  }

  void set(bool& value) {
    found_ = true;
    const std::string word = lower(text_);
    value = word == "true" || word == "yes";
    if (!value && word != "false" && word != "no") refuse("true or false is expected");
  }

  void set(std::int64_t& value) {
    found_ = true;
    const std::optional<std::int64_t> number = parse_int(text_);
    if (!number || *number <= 0) {
      refuse("a whole number above 0 is expected");
      return;
    }
    value = *number;
  }

  void set(std::vector<std::string>& value) {
    found_ = true;
    value = words(text_);
  }

  void refuse_whole() {
    found_ = true;
    refuse("this cannot be assumed; give a whole report with --facts");
  }

  bool refuse(std::string why) {
    error_ = std::move(why);
    return false;
  }

  std::string_view wanted_;
  std::string_view text_;
  bool found_ = false;
  std::string error_;
};

/// The known value at `path` in words; nothing where there is none.
std::string known_value(const Facts& facts, std::string_view path) {
  const LookupValue value = FactLookup(facts, nullptr).at(path);
  if (std::holds_alternative<UnknownValue>(value)) return {};
  if (std::holds_alternative<AbsentValue>(value)) return "none";
  return describe(value);
}

}  // namespace

Result<Facts> assume(const Facts& facts, std::string_view key, std::string_view value,
                     std::string* replaced) {
  std::string_view path = key;
  for (const ShortKey& short_key : kShortKeys) {
    if (short_key.key == key) path = short_key.path;
  }
  Facts assumed = facts;
  Assigner assigner(path, value);
  assigner.visit(assumed, {}, Form::plain);
  const std::string given = printable(key) + "=" + printable(value);
  if (!assigner.found()) {
    return fail(ErrorCode::usage, "cannot assume " + given + ": no such fact", {},
                "known: " + known_keys());
  }
  if (!assigner.error().empty()) {
    return fail(ErrorCode::usage, "cannot assume " + given + ": " + assigner.error());
  }
  if (replaced != nullptr) {
    const std::string before = known_value(facts, path);
    *replaced = before == known_value(assumed, path) ? std::string() : before;
  }
  return assumed;
}

}  // namespace guestclock::model
