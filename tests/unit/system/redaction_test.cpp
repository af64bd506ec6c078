// What a redacted capture hides, and what it must leave: each rule with a near miss.
#include "system/redaction.h"

#include <gtest/gtest.h>

namespace guestclock::system {
namespace {

using namespace std::string_literals;

constexpr const char* kFile = "/boot/grub/grub.cfg";
constexpr const char* kUuid = "2ff7b263-e147-4f83-8daf-9ecc41470f22";
constexpr const char* kOther = "7d3c1a90-0b5e-4c1f-9a77-d2b9f6a1c3e4";
constexpr const char* kFirst = "00000000-0000-0000-0000-000000000001";
constexpr const char* kSecond = "00000000-0000-0000-0000-000000000002";

class Redacting : public testing::Test {
 protected:
  /// Also asserts that redacting once more changes nothing, in this capture or in the next.
  std::string redact(std::string_view path, std::string_view bytes) {
    std::string once = redaction_.bytes(path, bytes);
    EXPECT_EQ(redaction_.bytes(path, once), once) << path;
    EXPECT_EQ(fresh().bytes(path, once), once) << path;
    return once;
  }
  static Redaction fresh() {
    return {"web1.example.com", {"OracleCloud.com", "7783-7084-3265-9085-8269-3286-77", "vmware"}};
  }
  void expect_kept(std::string_view path, std::string_view bytes) {
    EXPECT_EQ(redact(path, bytes), bytes) << path;
  }

  Redaction redaction_ = fresh();
};

TEST_F(Redacting, OfCrontabsOnlyCommandsThatSetTheClockStay) {
  const std::string text =
      "MAILTO=boss@example.org\n5 0 * * * root ntpdate -u a.example && dump -psecret\n"
      "6 0 * * * root backup --password=secret\n";
  for (const char* const path : {"/etc/crontab", "/etc/cron.d/time", "/etc/cron.daily/time",
                                 "/var/spool/cron/crontabs/root", "/var/cron/tabs/root"}) {
    EXPECT_EQ(redact(path, text), "\n5 0 * * * root ntpdate -u a.example\n\n") << path;
  }
  expect_kept("/etc/chrony.conf", "# ntpdate\nserver a.example\n");
}

TEST_F(Redacting, SerialNumbersKeepTheirShapeAndThePlatformsPrefix) {
  const std::string dmi = "/sys/devices/virtual/dmi/id/";
  EXPECT_EQ(redact(dmi + "product_serial", "VMware-56 4d a1\n"), "VMware-00 00 00\n");
  EXPECT_EQ(redact(dmi + "product_serial", "GoogleCloud-0AF3\n"), "GoogleCloud-0000\n");
  EXPECT_EQ(redact(dmi + "board_serial", "X1Y\n"), "000\n");
  EXPECT_EQ(redact("/sys/class/dmi/id/chassis_serial", "ABC-1"), "000-0");
  EXPECT_EQ(redact("/proc/device-tree/serial-number", "K8\0"s), "00\0"s);
  EXPECT_EQ(redact("/sys/firmware/devicetree/base/system-id", "IBM,02"), "000,00");
  expect_kept(dmi + "product_serial", "Not Specified\n");
  expect_kept(dmi + "product_name", "VMware7,1\n");
  expect_kept("/sys/class/other/id/product_serial", "X1Y\n");
  expect_kept("/proc/device-tree/compatible", "linux,dummy-virt\0arm,x\0"s);
}

TEST_F(Redacting, UuidOfTheMachineButForAmazonsPrefix) {
  EXPECT_EQ(redact("/sys/class/dmi/id/product_uuid", kUuid + "\n"s), kFirst + "\n"s);
  EXPECT_EQ(redact("/sys/hypervisor/uuid", "ec2a1b2c-e147-4f83-8daf-9ecc41470f22\n"),
            "ec200000-0000-0000-0000-000000000000\n");
  EXPECT_EQ(redact("/sys/hypervisor/uuid", "strange 12\n"), "0000000 00\n");
  expect_kept("/sys/hypervisor/type", "xen\n");
}

TEST_F(Redacting, AssetTagsOnlyWhereTheyAreSerialNumbers) {
  const std::string tag = "/sys/class/dmi/id/chassis_asset_tag";
  EXPECT_EQ(redact(tag, "A12345\n"), "000000\n");
  EXPECT_EQ(redact("/sys/class/dmi/id/board_asset_tag", "i-0abc1d\n"), "i-000000\n");
  expect_kept(tag, "A1234\n");
  expect_kept(tag, "No Asset Tag\n");
  expect_kept(tag, "OracleCloud.com\n");
  expect_kept(tag, "7783-7084-3265-9085-8269-3286-77\n");
}

TEST_F(Redacting, LinesOfDmidecode) {
  EXPECT_EQ(redact("/dmidecode.txt",
                   "System Information\n\tManufacturer: Xen 3\n\tSerial Number: AB-12\n\tUUID: " +
                       ""s + kUuid + "\n\tAsset Tag: 1234567\n"),
            "System Information\n\tManufacturer: Xen 3\n\tSerial Number: 00-00\n\tUUID: "s +
                kFirst + "\n\tAsset Tag: 0000000\n");
  expect_kept("/dmidecode.txt", "\tSerial Number: Not Specified\n\tAsset Tag: Tag 1\n");
  expect_kept("/dmidecode.txt", "Serial Number: X\n\tSerial Numbers: X\n");
}

TEST_F(Redacting, IdsAgreeWithEachOther) {
  const std::string before = "linux /vmlinuz root=UUID="s + kUuid + " resume=" + kOther + " ro\n";
  const std::string after = "linux /vmlinuz root=UUID="s + kFirst + " resume=" + kSecond + " ro\n";
  EXPECT_EQ(redact(kFile, before), after);
  EXPECT_EQ(redact("/proc/cmdline", "x=" + ""s + kOther), "x="s + kSecond);
  EXPECT_EQ(redact(kFile, "luks-"s + "2FF7B263-E147-4F83-8DAF-9ECC41470F22"), "luks-"s + kFirst);
  EXPECT_EQ(redaction_.path("/boot/"s + kUuid + "/initrd"), "/boot/"s + kFirst + "/initrd");
}

TEST_F(Redacting, OtherIds) {
  EXPECT_EQ(redact(kFile, "root=PARTUUID=1a2b3c4d-02 UUID=\"ABCD-1234\"\n"),
            "root=PARTUUID=00000000-01 UUID=\"0000-0002\"\n");
  EXPECT_EQ(redaction_.path("/boot/loader/entries/2ff7b263e1474f838daf9ecc41470f22-5.1.conf"),
            "/boot/loader/entries/00000000000000000000000000000003-5.1.conf");
}

TEST_F(Redacting, WhatIsNoId) {
  expect_kept(kFile, "x"s + kUuid + " " + kUuid + "0 2ff7b263-e147-4f83-8daf-9ecc41470f2\n");
  expect_kept(kFile, "2ff7b263e1474f838daf9ecc41470f2 2ff7b263e1474f838daf9ecc41470f22a\n");
  expect_kept(kFile, "set=ABCD-1234 UUID=12-34 UUID=abcdefghij\n");
  expect_kept("/sys/bus/vmbus/devices/x/class_id", "{9527e630-d0ae-497b-adce-e80ab0175caf}\n");
  EXPECT_EQ(redaction_.path("/sys/bus/vmbus/devices/"s + kUuid),
            "/sys/bus/vmbus/devices/"s + kUuid);
  expect_kept(kFile, "0x40000000 00000000-0000-0000-0000-000000000000\n");
}

TEST_F(Redacting, MacAddresses) {
  EXPECT_EQ(redact("/sys/class/net/eth0/address", "52:54:00:1A:b2:c3\n"), "00:00:00:00:00:00\n");
  EXPECT_EQ(redact("/dmesg.txt", "eth0: 52:54:00:1a:b2:c3: up\n"), "eth0: 00:00:00:00:00:00: up\n");
  EXPECT_EQ(redact("/proc/cmdline", "BOOTIF=01-52-54-00-1a-b2-c3"), "BOOTIF=00-00-00-00-00-00-00");
  EXPECT_EQ(redact("/proc/cmdline", "ip=dhcp:52:54:00:1a:b2:c3"), "ip=dhcp:00:00:00:00:00:00");
  expect_kept("/dmesg.txt", "pci 0000:00:1f.2: 12:34:56\n");
  expect_kept("/dmesg.txt", "52:54:00:1a:b2 x52:54:00:1a:b2:c3d 52:54-00:1a:b2:c3\n");
}

TEST_F(Redacting, AddressesThatAreMadeOfAMacAddress) {
  EXPECT_EQ(redact("/dmesg.txt", "fe80::5054:ff:fe1a:b2c3: up\n"), "fe80::0000:ff:fe00:0000: up\n");
  EXPECT_EQ(redact("/etc/ntp.conf", "server 2001:db8:1:2:252:54FF:FE1A:3 iburst"),
            "server 2001:db8:1:2:000:00FF:FE00:0 iburst");
  expect_kept("/etc/ntp.conf", "server 2001:db8::5054:ff:fd1a:b2c3 2001:db8::ff:fe1a\n");
  expect_kept("/etc/ntp.conf", "server 2001:db8::5054:1:fe1a:b2c3 :5054:ff:fe1a:b2c3:1 ::ff:fe:\n");
}

TEST_F(Redacting, TheOwnHostNameAsAWord) {
  EXPECT_EQ(redact("/proc/cmdline", "ip=::::web1: root=/dev/mapper/Web1--vg-root\n"),
            "ip=::::xxxx: root=/dev/mapper/xxxx--vg-root\n");
  EXPECT_EQ(redact(kFile, "web1.example.com web1.lan\n"), "xxxx.xxxxxxx.xxx xxxx.lan\n");
  EXPECT_EQ(redact("/etc/hostname", "other7\n"), "xxxxxx\n");
  expect_kept("/etc/hostname", "localhost\n");
  expect_kept(kFile, "web12 aweb1 example.com\n");
  expect_kept("/proc/config.gz", "\x1f\x8b\0 web1 "s);
}

TEST_F(Redacting, HostNamesThatAreWordsOfTheDetectionStay) {
  for (const char* const name : {"vm", "debian", "server", "vmware", "localhost", "ab", ""}) {
    Redaction redaction(name, {"VMware"});
    const std::string text = "ID=debian vm server pool vmware localhost ab\n";
    EXPECT_EQ(redaction.bytes("/etc/os-release", text), text) << name;
  }
  Redaction member("evidence", {});
  EXPECT_EQ(member.bytes("/facts.json", "{\"evidence\": \"evidence\"}"),
            "{\"evidence\": \"xxxxxxxx\"}");
  EXPECT_EQ(member.bytes("/facts.txt", "{\"evidence\": \"evidence\"}"),
            "{\"xxxxxxxx\": \"xxxxxxxx\"}");
}

TEST_F(Redacting, EnvironmentsKeepWhatNamesAContainer) {
  EXPECT_EQ(redact("/proc/1/environ", "HOME=/\0container=lxc\0TOKEN=x\0product_name=p\0A"s),
            "container=lxc\0product_name=p\0"s);
  EXPECT_EQ(redact("/proc/self/environ", "containers=lxc\0xcontainer=y"s), "");
  expect_kept("/etc/environ", "TOKEN=x");
}

TEST_F(Redacting, PasswordsOfBootLoaders) {
  EXPECT_EQ(redact(kFile, "password_pbkdf2 root grub.pbkdf2.sha512.10000.ABC.DEF\n"),
            "password_pbkdf2 root redacted\n");
  EXPECT_EQ(redact("/boot/grub/menu.lst", "password --md5 $1$gLhU0/$aW78kHK1QfV3P2b2znUoe/\n"),
            "password --md5 redacted\n");
  EXPECT_EQ(redact("/boot/grub/menu.lst", "  password secret /boot/x.lst\r\n"),
            "  password redacted redacted\r\n");
  EXPECT_EQ(redact("/etc/ntp.conf", "crypto  digest md5 pw secret randfile /r\ncrypto pw\npw x\n"),
            "crypto  digest md5 pw redacted randfile /r\ncrypto pw\npw x\n");
  EXPECT_EQ(redact("/boot/loader.conf", "bootlock_password=\"secret word\"\n"),
            "bootlock_password=redacted redacted\n");
  expect_kept(kFile, "passwords are kept elsewhere\nset superusers=\"root\"\npassword\n");
  expect_kept(kFile, "insmod password_pbkdf2\n# password: none\n");
}

TEST_F(Redacting, BinaryFilesStayByteForByte) {
  std::string bytes;
  for (int i = 0; i < 4096; ++i)
    bytes += static_cast<char>((i * 7 + i / 256) & 0xff);
  expect_kept("/sys/firmware/dmi/entries/0-0/raw", bytes);
  expect_kept(kFile, "no line end, \xff\xfe, and \r\n\n\n");
}

TEST_F(Redacting, TablesWithSerialNumbersAreWithheld) {
  EXPECT_TRUE(Redaction::withholds("/sys/firmware/dmi/entries/1-0/raw"));
  EXPECT_TRUE(Redaction::withholds("/sys/firmware/dmi/tables/DMI"));
  EXPECT_FALSE(Redaction::withholds("/sys/firmware/dmi/entries/0-0/raw"));
  EXPECT_FALSE(Redaction::withholds("/sys/firmware/dmi/entries/1-0/type"));
}

}  // namespace
}  // namespace guestclock::system
