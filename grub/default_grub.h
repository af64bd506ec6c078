// GRUB 2's source layer: the files that grub-mkconfig reads as shell text, in their order, and the
// values that its variables have at the end. Nothing is carried out.
//
// Debian's and Ubuntu's grub-mkconfig reads /etc/default/grub and then /etc/default/grub.d/*.cfg in
// the order of their names; a later assignment wins and may refer to an earlier one. Every other
// grub-mkconfig reads /etc/default/grub alone. It stops at the first command that fails
// (`NAME+=value` where its shell is not bash) and then leaves the old grub.cfg in place.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "grub/shell_assignments.h"
#include "model/change.h"
#include "system/system.h"

namespace guestclock::grub {

inline constexpr std::string_view kDefaultGrub = "/etc/default/grub";
inline constexpr std::string_view kOwnDropIn = "/etc/default/grub.d/99-guestclock.cfg";

struct GrubLayer {
  std::string path;
  std::string bytes;
  ShellFile shell;
};

/// What grub-mkconfig reads.
struct GrubLayers {
  std::vector<GrubLayer> files;  ///< in its order
  bool reads_drop_ins = false;   ///< Debian's and Ubuntu's kind
  bool shell_is_bash = false;    ///< what runs it
};

/// `malformed` where a file is too large; what is missing is left out.
[[nodiscard]] Result<GrubLayers> read_grub_layers(const system::Files& files);

/// A variable's value at the end, with the place of each of its bytes.
struct GrubValue {
  struct Origin {
    std::uint32_t file = 0;  ///< index into GrubLayers::files
    std::uint32_t item = 0;  ///< index into its items
    const ValuePart* part = nullptr;
    ValuePart::Source source;
  };
  std::string text;
  std::vector<Origin> origin;
  /// File and item of the assignments that it is made of; the last one is the live one.
  std::set<std::pair<std::uint32_t, std::uint32_t>> made_of;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> live;
  std::string unknown;  ///< why it cannot be told; empty: it can
  std::string place;    ///< "file:line" of that reason
};

/// Values of all variables that `layers` assign. A value over 16 KiB is unknown, so are values
/// behind 4 MiB of text. A name that is missing has no value; for names that do not start with
/// GRUB_ the environment of grub-mkconfig would tell.
class GrubValues {
 public:
  /// `layers` must outlive this.
  explicit GrubValues(const GrubLayers& layers);

  [[nodiscard]] GrubValue of(std::string_view name) const;

  struct Assignment {
    std::string place;  ///< "file:line"
    bool shadowed = false;
  };
  /// Every assignment of it, in order.
  [[nodiscard]] std::vector<Assignment> assignments(std::string_view name) const;
  /// In words, each assignment of it that counts for nothing and the one that replaced it.
  [[nodiscard]] std::vector<std::string> replaced(std::string_view name) const;

 private:
  void take_file(std::uint32_t file);
  void assign(std::uint32_t file, std::uint32_t item);
  void forget(const ShellItem& item, const std::string& place);
  void forget_all(const std::string& why, const std::string& place);
  void append_parts(std::span<const ValuePart> parts, std::uint32_t file, std::uint32_t item,
                    GrubValue& value);
  void append_reference(const ValuePart& part, std::uint32_t file, std::uint32_t item,
                        GrubValue& value);
  void append_value(const GrubValue& from, GrubValue& value);

  const GrubLayers& layers_;
  std::map<std::string, GrubValue, std::less<>> values_;
  GrubValue others_;  ///< what a name that is not in values_ has
  std::size_t budget_ = std::size_t{4} << 20U;
  bool foreign_code_ = false;
  bool lost_ = false;  ///< nothing behind this place can be told
};

/// "file:line" of an item.
[[nodiscard]] std::string place_of(const GrubLayers& layers, std::uint32_t file,
                                   std::uint32_t item);

/// Edits of one variable's parameters.
struct VariableEdit {
  std::string name;
  std::vector<model::ParameterEdit> edits;
};

/// Contents by path of the files that change; others stay as they are. Tokens are replaced and
/// removed where they are written. New ones go into the live assignment, or into kOwnDropIn where
/// that is somebody else's drop-in (into that very file where it is read after ours), or to a new
/// line of /etc/default/grub where nothing assigns the variable; that line goes again with its last
/// parameter. `malformed` where a value cannot be told or edited, `unsafe` where the outcome would
/// not be the wanted one.
[[nodiscard]] Result<std::map<std::string, std::string>> edit_variables(
    const GrubLayers& layers, std::span<const VariableEdit> edits);

}  // namespace guestclock::grub
