/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Public functions of components that this kernel does not have: ENOSYS. */
#include <sys/errno.h>
#include <sys/types.h>

#define ABSENT(name, ...)      \
	int name(__VA_ARGS__); \
	int name(__VA_ARGS__)  \
	{                      \
		return ENOSYS; \
	}

/* File systems served by programs. */
ABSENT(rump_pub_syspuffs_glueinit, int fd, int *newfd)

/* The network. */
ABSENT(rump_pub_shmif_create, const char *path, int *ifnum)
ABSENT(rump_pub_netconfig_ifcreate, const char *ifname)
ABSENT(rump_pub_netconfig_ifup, const char *ifname)
ABSENT(rump_pub_netconfig_ifdown, const char *ifname)
ABSENT(rump_pub_netconfig_ifdestroy, const char *ifname)
ABSENT(rump_pub_netconfig_ifsetlinkstr, const char *ifname, const char *linkstr)
ABSENT(rump_pub_netconfig_bradd, const char *bridge, const char *ifname)
ABSENT(rump_pub_netconfig_brdel, const char *bridge, const char *ifname)
ABSENT(rump_pub_netconfig_ipv4_ifaddr, const char *ifname, const char *addr, const char *mask)
ABSENT(rump_pub_netconfig_ipv4_ifaddr_cidr, const char *ifname, const char *addr, int mask)
ABSENT(rump_pub_netconfig_ipv6_ifaddr, const char *ifname, const char *addr, int prefixlen)
ABSENT(rump_pub_netconfig_ipv4_gw, const char *gwaddr)
ABSENT(rump_pub_netconfig_ipv6_gw, const char *gwaddr)
ABSENT(rump_pub_netconfig_dhcp_ipv4_oneshot, const char *ifname)
ABSENT(rump_pub_netconfig_auto_ipv6, const char *ifname)
