/* libFuzzer target: rows of calls on the disk. */
#include <rump/rump_disk.h>
#include <rump/rumptest_fuzz.h>

RUMPTEST_FUZZ_DEVICE("/dev/rskel0", RUMP_DIOCGSECTORSIZE, RUMP_DIOCCACHESYNC, RUMP_DIOCAWEDGE,
    RUMP_DIOCDWEDGE, RUMP_DIOCRMWEDGES, RUMP_DIOCMWEDGES)
