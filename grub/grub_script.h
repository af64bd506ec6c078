// What a value comes to in grub.cfg, which is itself a script: GRUB takes the linux line apart a
// second time (grub-core/script/yylex.l).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/change.h"

namespace guestclock::grub {

/// One command of a script, or one comment.
struct ScriptCommand {
  std::vector<std::string> words;  ///< quotes and backslashes taken off; $name and ${name} kept
  std::string comment;             ///< with its '#'; then there are no words
  std::size_t line = 1;            ///< on which it starts
  char end = '\n';                 ///< what ended it: newline or one of ; & | < > { }
};

/// The commands of any bytes, one after the other. A quote that is not closed holds all the rest,
/// so does a ${ without end.
class ScriptCommands {
 public:
  /// `script` must outlive this.
  explicit ScriptCommands(std::string_view script) : script_(script) {}
  /// The next one that has words, a comment, or a brace behind it; nothing at the end.
  [[nodiscard]] std::optional<ScriptCommand> next();

 private:
  void take_word(std::string& word);
  void take_double_quoted(std::string& word);
  void take_variable(std::string& word);
  char take();

  std::string_view script_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

/// A word of a linux line as GRUB hands it to the kernel: in double quotes where it has a space
/// (grub-core/lib/cmdline.c; its backslashes in front of quotes are left out).
[[nodiscard]] std::string as_kernel_word(const std::string& word);

/// Why GRUB would not read `value` as words of one linux line: a newline, or outside of quotes one
/// of ; & | < > { } or a '#' at the start of a word, an open quote, a backslash at the end.
/// Completes "NAME ...".
[[nodiscard]] std::optional<std::string> why_no_linux_line(std::string_view value);

/// Why a parameter could not be written to a linux line: it has one of ; & | < > { } $ \ ' " or
/// starts with '#'.
[[nodiscard]] std::optional<std::string> why_not_in_grub_script(const model::ParameterEdit& edit);

}  // namespace guestclock::grub
