#include "system/captured_dmi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace guestclock::system {
namespace {

using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// Synthetic, in the form that dmidecode prints.
constexpr std::string_view kText =
    "# dmidecode 3.0\nSMBIOS 2.4 present.\n\n"
    "Handle 0x0000, DMI type 0, 24 bytes\nBIOS Information\n"
    "\tVendor: Firm Ltd\n\tVersion: 6.00\n\tRelease Date: 10/13/2009\n\tCharacteristics:\n"
    "\t\tVersion: of a list, no field\n\n"
    "Handle 0x0001, DMI type 1, 27 bytes\nSystem Information\n"
    "\tManufacturer: Vendor, Inc.\n\tProduct Name: Virtual: Platform\n\tVersion: Not Specified\n"
    "\tSerial Number: VM-56 4d\n\tUUID: 564DBC2C-0FC9\n\tFamily:  \n\tSKU Number: 1\n\n"
    "Handle 0x0002, DMI type 2, 15 bytes\nBase Board Information\n"
    "\tManufacturer: Board Makers\n\tProduct Name: Board\n\tVersion: None\n\n"
    "Handle 0x0003, DMI type 3, 21 bytes\nChassis Information\n"
    "\tManufacturer: No Enclosure\n\tType: Rack Mount Chassis\n\tVersion: N/A\n"
    "\tAsset Tag: 7783\n\n"
    "Handle 0x0004, DMI type 1, 27 bytes\nSystem Information\n\tManufacturer: Second\n\n"
    "Handle 0x0005, DMI type 4, 35 bytes\nProcessor Information\n\tManufacturer: CPU Maker\n"
    "\tVersion: CPU\n";

TEST(CapturedDmi, WhatTheKernelWouldShow) {
  const std::string id = "/sys/class/dmi/id/";
  EXPECT_THAT(
      dmi_files_from_dmidecode(kText),
      UnorderedElementsAre(
          Pair("/sys/firmware/dmi/entries/0-0/raw", smbios_bios_structure(false)),
          Pair(id + "bios_vendor", "Firm Ltd\n"), Pair(id + "bios_version", "6.00\n"),
          Pair(id + "bios_date", "10/13/2009\n"), Pair(id + "sys_vendor", "Vendor, Inc.\n"),
          Pair(id + "product_name", "Virtual: Platform\n"), Pair(id + "product_version", "\n"),
          Pair(id + "product_serial", "VM-56 4d\n"), Pair(id + "product_uuid", "564DBC2C-0FC9\n"),
          Pair(id + "product_family", " \n"), Pair(id + "board_vendor", "Board Makers\n"),
          Pair(id + "board_name", "Board\n"), Pair(id + "board_version", "None\n"),
          Pair(id + "chassis_vendor", "No Enclosure\n"), Pair(id + "chassis_type", "23\n"),
          Pair(id + "chassis_version", "N/A\n"), Pair(id + "chassis_asset_tag", "7783\n")));
}

TEST(CapturedDmi, NothingWhereDmidecodeFoundNothing) {
  EXPECT_THAT(dmi_files_from_dmidecode(""), IsEmpty());
  EXPECT_THAT(dmi_files_from_dmidecode("# dmidecode 2.11\n/dev/mem: Operation not permitted\n"),
              IsEmpty());
  EXPECT_THAT(dmi_files_from_dmidecode("\tManufacturer: before any structure\n"), IsEmpty());
  EXPECT_THAT(dmi_files_from_dmidecode("Handle 0x1, DMI type x, 1 bytes\n\tManufacturer: a\n"),
              IsEmpty());
}

TEST(CapturedDmi, LineEndsOfOtherSystems) {
  EXPECT_THAT(dmi_files_from_dmidecode("Handle 0x1, DMI type 1, 27 bytes\r\n"
                                       "System Information\r\n\tManufacturer: a\r\n"),
              UnorderedElementsAre(Pair("/sys/class/dmi/id/sys_vendor", "a\n")));
}

}  // namespace
}  // namespace guestclock::system
