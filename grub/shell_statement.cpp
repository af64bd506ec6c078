#include "grub/shell_statement.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "grub/shell_words.h"

namespace guestclock::grub {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool runs_foreign_code(std::string_view command) {
  static constexpr std::array<std::string_view, 9> kWords{
      ".", "source", "eval", "alias", "unalias", "trap", "command", "builtin", "enable"};
  return is_one_of(command, kWords);
}

/// Commands that assign to variables named by their arguments.
bool assigns_arguments(std::string_view command) {
  static constexpr std::array<std::string_view, 14> kWords{
      "export", "readonly",  "declare", "typeset", "local", "read", "mapfile",
      "set",    "readarray", "getopts", "unset",   "let",   "wait", "printf"};
  return is_one_of(command, kWords);
}

bool leaves(std::string_view command) {
  static constexpr std::array<std::string_view, 8> kWords{
      "exit", "return", "exec", "break", "continue", "eval", "command", "builtin"};
  return is_one_of(command, kWords);
}

bool is_computed(std::string_view word) {
  return word.find_first_of("$`'\"\\") != std::string_view::npos;
}

class Scanner {
 public:
  Scanner(std::string_view bytes, std::size_t begin) : bytes_(bytes), begin_(begin), at_(begin) {}

  ShellStatement run() {
    while (!finished_ && !out_.broken)
      step();
    out_.end = at_;
    if (!out_.broken) {
      const std::string_view text = bytes_.substr(begin_, at_ - begin_);
      if (arguments_assign_ && text.find_first_of("$`") != std::string_view::npos) {
        out_.foreign_code = true;
      }
      out_.reason = first_.empty() ? "a statement that is no assignment"
                                   : "a command (" + printable(first_, 40) + ")";
    }
    return std::move(out_);
  }

 private:
  void step() {
    const std::string_view rest = bytes_.substr(at_);
    if (rest.empty()) {
      if (!open_.empty() || goes_on_ || !documents_.empty()) give_up("a statement without end");
      finished_ = true;
    } else if (is_blank(rest.front())) {
      ++at_;
    } else if (rest.starts_with("\\\n")) {
      at_ += 2;
    } else if (rest.front() == '\n') {
      take_newline();
    } else if (rest.front() == '#') {
      at_ = std::min(bytes_.find('\n', at_), bytes_.size());
    } else if (std::string_view(";&|").find(rest.front()) != std::string_view::npos) {
      take_separator(rest);
    } else if (rest.front() == '<' || rest.front() == '>') {
      take_redirection(rest);
    } else if (rest.front() == '(' || rest.front() == ')') {
      take_parenthesis(rest.front());
    } else {
      take_word();
    }
  }

  void take_newline() {
    if (!documents_.empty()) {
      ++at_;
      skip_documents();
      --at_;  // the newline that ends the last one
    }
    if (open_.empty() && !goes_on_) {
      finished_ = true;
      return;
    }
    ++at_;
    expect_command_ = true;
  }

  void skip_documents() {
    for (const Document& document : documents_) {
      while (true) {
        if (at_ >= bytes_.size()) {
          give_up("a here-document without end");
          return;
        }
        const std::size_t end = std::min(bytes_.find('\n', at_), bytes_.size());
        std::string_view line = bytes_.substr(at_, end - at_);
        at_ = end + 1;
        while (document.tabs && line.starts_with('\t'))
          line.remove_prefix(1);
        if (line != document.end) continue;
        break;
      }
    }
    if (at_ > bytes_.size()) give_up("a here-document at the end of the file");
    documents_.clear();
  }

  void take_separator(std::string_view rest) {
    const bool doubled = rest.size() > 1 && rest[1] == rest[0];
    const bool nothing_in_front = at_ == begin_;
    if (rest[0] == ';') {
      at_ += doubled ? 2 : 1;
      const bool in_case = std::find(open_.begin(), open_.end(), 'c') != open_.end();
      if (nothing_in_front || goes_on_ || (doubled && !in_case)) give_up("a misplaced ;");
      if (!doubled && open_.empty()) finished_ = true;
    } else if (rest[0] == '&' && !doubled) {
      ++at_;
      if (nothing_in_front || goes_on_) give_up("a misplaced &");
      if (rest.starts_with("&>")) return;
      if (open_.empty()) finished_ = true;
    } else {
      at_ += doubled || rest.starts_with("|&") ? 2 : 1;
      if (nothing_in_front || goes_on_) give_up("a misplaced operator");
      goes_on_ = true;
    }
    expect_command_ = true;
  }

  void take_redirection(std::string_view rest) {
    goes_on_ = false;
    if (rest.starts_with("<<") && !rest.starts_with("<<<")) {
      Document document;
      at_ += 2;
      if (at_ < bytes_.size() && bytes_[at_] == '-') {
        document.tabs = true;
        ++at_;
      }
      while (at_ < bytes_.size() && is_blank(bytes_[at_]))
        ++at_;
      const std::size_t end = skip_word(bytes_, at_);
      if (end == std::string_view::npos || end == at_) {
        give_up("a here-document without a name");
        return;
      }
      for (const char c : bytes_.substr(at_, end - at_)) {
        if (c == '$' || c == '`' || c == '\n') give_up("a here-document with an odd name");
        if (c != '\'' && c != '"' && c != '\\') document.end += c;
      }
      documents_.push_back(std::move(document));
      at_ = end;
      return;
    }
    while (at_ < bytes_.size() &&
           std::string_view("<>&|").find(bytes_[at_]) != std::string_view::npos) {
      ++at_;
    }
    redirected_ = true;
  }

  void take_parenthesis(char c) {
    ++at_;
    goes_on_ = false;
    redirected_ = false;
    expect_command_ = true;
    if (c == '(') {
      open_ += '(';
    } else if (!open_.empty() && open_.back() == '(') {
      open_.pop_back();
    } else if (open_.empty() || open_.back() != 'c') {
      give_up("an unmatched )");
    }
  }

  void take_word() {
    const std::size_t end = skip_word(bytes_, at_);
    if (end == std::string_view::npos) {
      give_up("quotes that do not end, or that only a shell can follow");
      return;
    }
    const std::string_view word = bytes_.substr(at_, end - at_);
    at_ = end;
    goes_on_ = false;
    if (redirected_) {
      redirected_ = false;
    } else if (names_function_) {
      names_function_ = false;
      expect_command_ = true;
    } else if (expect_command_) {
      take_command_word(word);
    }
  }

  void take_command_word(std::string_view word) {
    static constexpr std::array<std::string_view, 7> kGoOn{"then", "else", "elif",  "do",
                                                           "!",    "time", "coproc"};
    if (is_one_of(word, kGoOn) || is_prefix_assignment(word)) return;
    if (take_opener(word) || take_closer(word)) return;
    expect_command_ = false;
    out_.calls = true;
    if (first_.empty()) first_ = word;
    const bool computed = is_computed(word);
    if (computed || runs_foreign_code(word)) out_.foreign_code = true;
    if (computed || leaves(word)) out_.diverts = true;
    if (assigns_arguments(word)) arguments_assign_ = true;
  }

  static bool is_prefix_assignment(std::string_view word) {
    const std::size_t end = name_end(word, 0);
    return end > 0 && word.substr(end).starts_with("=");
  }

  bool take_opener(std::string_view word) {
    if (word == "if") {
      open_ += 'i';
    } else if (word == "while" || word == "until") {
      open_ += 'l';
    } else if (word == "{") {
      open_ += '{';
    } else if (word == "for" || word == "select") {
      open_ += 'l';
      expect_command_ = false;
    } else if (word == "case") {
      open_ += 'c';
      expect_command_ = false;
    } else if (word == "function") {
      names_function_ = true;
    } else {
      return false;
    }
    if (first_.empty()) first_ = word;
    return true;
  }

  bool take_closer(std::string_view word) {
    char opener = '\0';
    if (word == "fi") opener = 'i';
    if (word == "done") opener = 'l';
    if (word == "esac") opener = 'c';
    if (word == "}") opener = '{';
    if (opener == '\0') return false;
    if (open_.empty() || open_.back() != opener) {
      give_up("an unmatched " + std::string(word));
    } else {
      open_.pop_back();
    }
    return true;
  }

  void give_up(std::string reason) {
    if (!out_.broken) out_.reason = std::move(reason);
    out_.broken = true;
  }

  struct Document {
    std::string end;
    bool tabs = false;
  };

  std::string_view bytes_;
  std::size_t begin_;
  std::size_t at_;
  ShellStatement out_;
  std::string open_;  ///< compound commands around this place, one letter each
  std::vector<Document> documents_;
  std::string_view first_;
  bool finished_ = false;
  bool expect_command_ = true;
  bool goes_on_ = false;  ///< an operator wants another command
  bool redirected_ = false;
  bool names_function_ = false;
  bool arguments_assign_ = false;
};

}  // namespace

ShellStatement scan_statement(std::string_view bytes, std::size_t begin) {
  return Scanner(bytes, begin).run();
}

}  // namespace guestclock::grub
