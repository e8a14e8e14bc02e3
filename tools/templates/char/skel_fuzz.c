/* libFuzzer target: rows of calls on /dev/skel. */
#include <rump/rumptest_fuzz.h>

#include "skel.h"

RUMPTEST_FUZZ_DEVICE("/dev/skel", SKEL_CLEAR, SKEL_GETCOUNT)
