/* libFuzzer target: rows of calls on the driver of a card that answers at once. */
#include <rump/rumptest_fuzz.h>

#include "skel.h"
#include "skel_card.h"

static void
plug(void)
{
	card_create();
	if (rump_simdev_attach(card) != 0)
		abort();
}

RUMPTEST_FUZZ_PLUGGED(plug, "/dev/skel0", SKEL_SQUARE)
