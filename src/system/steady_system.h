// A machine whose kernel files stand still while it is looked at: the same question about a file
// below /proc or /sys has the same answer as the first time. Probing asks some of them twice, and
// the kernel makes them anew each time; what is said of the machine must hang together besides.
// Not for measuring, which wants every reading fresh.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "system/forwarding_files.h"
#include "system/system.h"

namespace guestclock::system {

class SteadyFiles final : public ForwardingFiles {
 public:
  using ForwardingFiles::ForwardingFiles;

  [[nodiscard]] Result<std::string> read(std::string_view path,
                                         std::size_t limit = kDefaultLimit) const override;
  [[nodiscard]] Result<std::string> read_start(std::string_view path,
                                               std::size_t bytes) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view path) const override;

 private:
  template <class Answer>
  struct Remembered {
    std::string path;
    std::size_t bytes = 0;  ///< asked for
    Result<Answer> answer;
  };

  mutable std::vector<Remembered<std::string>> read_;
  mutable std::vector<Remembered<std::string>> started_;
  mutable std::vector<Remembered<std::vector<std::string>>> listed_;
};

class SteadySystem final : public System {
 public:
  /// `under` must outlive this.
  explicit SteadySystem(const System& under) : under_(under), files_(under.files()) {}

  [[nodiscard]] bool live() const override { return under_.live(); }
  [[nodiscard]] const std::string& root() const override { return under_.root(); }
  [[nodiscard]] const Files& files() const override { return files_; }
  [[nodiscard]] const Cpuid& cpuid() const override { return under_.cpuid(); }
  [[nodiscard]] const Sysctl& sysctl() const override { return under_.sysctl(); }
  [[nodiscard]] const Clocks& clocks() const override { return under_.clocks(); }
  [[nodiscard]] const KernelCounters& counters() const override { return under_.counters(); }
  [[nodiscard]] const Devices& devices() const override { return under_.devices(); }
  [[nodiscard]] const Network& network() const override { return under_.network(); }
  [[nodiscard]] const Queries& queries() const override { return under_.queries(); }
  [[nodiscard]] const Identity& identity() const override { return under_.identity(); }
  [[nodiscard]] Result<std::string_view> kernel_log() const override { return under_.kernel_log(); }

 private:
  const System& under_;
  SteadyFiles files_;
};

}  // namespace guestclock::system
