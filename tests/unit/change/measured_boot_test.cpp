// Synthetic trees: written by hand after the formats of crypttab, dracut.conf and the EFI
// variables.
#include "change/measured_boot.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scratch_directory.h"
#include "system/machines.h"

namespace guestclock::change {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kSecureBoot =
    "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

class MeasuredBoot : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> warnings() const {
    const auto system = system::open_tree(tree_.path().string());
    if (!system) return {describe(system.error())};
    return measured_boot_warnings((*system)->files());
  }

  support::ScratchDirectory tree_;
};

TEST_F(MeasuredBoot, NothingInAnEmptyTree) {
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(MeasuredBoot, ATpmInCrypttab) {
  tree_.write("/etc/crypttab",
              "# name device key options\nroot UUID=1 none discard,tpm2-device=auto\n");
  const auto found = warnings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0], StartsWith("/etc/crypttab:2: the TPM unlocks \"root\""));
  EXPECT_THAT(found[0], HasSubstr("PCR 8, 9 or 12"));
  EXPECT_THAT(found[0], HasSubstr("recovery key at hand before the reboot"));
}

TEST_F(MeasuredBoot, NearMissesInCrypttab) {
  for (const char* line :
       {"#root UUID=1 none tpm2-device=auto\n", "root UUID=1 none discard\n",
        "root UUID=1 tpm2-device=auto\n", "tpm2-device=auto UUID=1 none luks\n",
        "root UUID=1 none x-tpm2-device=auto\n", "root UUID=1 none luks tpm2-device=auto\n", ""}) {
    tree_.write("/etc/crypttab", line);
    EXPECT_THAT(warnings(), IsEmpty()) << line;
  }
}

TEST_F(MeasuredBoot, ClevisInTheInitramfs) {
  tree_.write("/etc/dracut.conf.d/10.conf", "# clevis\nhostonly=yes\n");
  tree_.write("/etc/dracut.conf.d/clevis.conf.rpmsave", "add_dracutmodules+=\" clevis \"\n");
  std::filesystem::create_directories(tree_.path() / "etc/clevis");
  EXPECT_THAT(warnings(), IsEmpty());
  std::filesystem::create_directories(tree_.path() / "usr/lib/dracut/modules.d/60clevis-pin-tpm2");
  EXPECT_THAT(
      warnings(),
      ElementsAre(StartsWith("/usr/lib/dracut/modules.d/60clevis-pin-tpm2: clevis may unlock")));
  tree_.write("/etc/dracut.conf.d/20.conf", "\nadd_dracutmodules+=\" clevis \"\n");
  EXPECT_THAT(warnings(), ElementsAre(StartsWith("/etc/dracut.conf.d/20.conf:2: ")));
}

TEST_F(MeasuredBoot, ClevisInInitramfsTools) {
  tree_.write("/usr/share/initramfs-tools/hooks/clevis", "#!/bin/sh\n");
  EXPECT_THAT(warnings(), ElementsAre(StartsWith("/usr/share/initramfs-tools/hooks/clevis: ")));
}

TEST_F(MeasuredBoot, SignedPcrPolicies) {
  tree_.write("/etc/systemd/system.conf", "");
  tree_.write("/etc/systemd/tpm2-pcr-private-key.pem", "");
  EXPECT_THAT(warnings(), IsEmpty());
  tree_.write("/run/systemd/tpm2-pcr-signature.json", "{}");
  tree_.write("/etc/systemd/tpm2-pcr-public-key.pem", "");
  EXPECT_THAT(warnings(), ElementsAre(StartsWith("/etc/systemd/tpm2-pcr-public-key.pem: ")));
}

TEST_F(MeasuredBoot, UnifiedImages) {
  tree_.write("/boot/efi/EFI/Linux/readme.txt", "");
  tree_.write("/boot/efi/EFI/debian/grubx64.efi", "");
  EXPECT_THAT(warnings(), IsEmpty());
  tree_.write("/boot/efi/EFI/Linux/Debian-6.1.EFI", "");
  const auto found = warnings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0], StartsWith("/boot/efi/EFI/Linux/Debian-6.1.EFI: "));
  EXPECT_THAT(found[0], testing::Not(HasSubstr("Secure Boot")));
}

TEST_F(MeasuredBoot, SecureBootMattersToUnifiedImagesOnly) {
  tree_.write(kSecureBoot, std::string("\x06\0\0\0\x01", 5));
  EXPECT_THAT(warnings(), IsEmpty());
  tree_.write("/efi/EFI/Linux/a.efi", "");
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("with Secure Boot, which is on here, ignores")));
  for (const std::string& off : {std::string("\x06\0\0\0\0", 5), std::string("\x06\0\0\x01", 4),
                                 std::string("\x06\0\0\0\0\x01", 6), std::string()}) {
    tree_.write(kSecureBoot, off);
    EXPECT_THAT(warnings(), ElementsAre(testing::Not(HasSubstr("Secure Boot"))));
  }
}

TEST_F(MeasuredBoot, EachKindOnce) {
  tree_.write("/etc/crypttab",
              "a UUID=1 none tpm2-device=auto\nb UUID=2 none tpm2-device=/dev/tpmrm0\n");
  tree_.write("/efi/EFI/Linux/a.efi", "");
  tree_.write("/boot/EFI/Linux/b.efi", "");
  EXPECT_THAT(warnings(),
              ElementsAre(StartsWith("/etc/crypttab:1: "), StartsWith("/efi/EFI/Linux/a.efi: ")));
}

TEST_F(MeasuredBoot, HostileBytesStayReadable) {
  tree_.write("/etc/crypttab", std::string("a\x1b[2J\0 UUID=1 none tpm2-device=\n", 31));
  const auto found = warnings();
  ASSERT_EQ(found.size(), 1U);
  for (const std::string& text : found) {
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20; })) << text;
  }
}

}  // namespace
}  // namespace guestclock::change
