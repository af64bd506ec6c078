// The contract's lists of words.
#pragma once

#include <array>
#include <string_view>

namespace guestclock::model::vocabulary {

inline constexpr std::array<std::string_view, 4> kRoles{"guest", "host", "bare-metal", "unknown"};

inline constexpr std::array<std::string_view, 25> kHypervisors{
    "vmware",    "kvm",      "qemu", "xen",       "hyperv", "virtualbox",  "virtualpc",
    "parallels", "bhyve",    "acrn", "jailhouse", "qnx",    "openbsd-vmm", "nvmm",
    "haxm",      "apple",    "lkvm", "uml",       "zvm",    "powervm",     "ldoms",
    "bochs",     "vm-other", "none", "unknown"};

inline constexpr std::array<std::string_view, 16> kContainers{
    "docker", "podman", "lxc",  "nspawn", "openvz", "vserver",         "crio", "oci",
    "k8s",    "rkt",    "jail", "zone",   "wsl",    "container-other", "none", "unknown"};

inline constexpr std::array<std::string_view, 3> kNested{"yes", "likely", "unknown"};

inline constexpr std::array<std::string_view, 2> kSystems{"linux", "freebsd"};

inline constexpr std::array<std::string_view, 11> kLoaders{
    "grub-legacy", "grub2",  "bls",     "systemd-boot", "extlinux", "freebsd-loader",
    "uki",         "ostree", "proxmox", "lilo",         "unknown"};

}  // namespace guestclock::model::vocabulary
