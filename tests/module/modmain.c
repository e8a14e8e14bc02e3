/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The module that others are compared with: memory, data of every kind, a lock, a sysctl node, a constructor's
 * work, calls of the kernel and of libc, the thread's state.  Its start takes "fail=<errno>".
 */
#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <sys/systm.h>

#include <prop/proplib.h>

MODULE(MODULE_CLASS_MISC, modmain, NULL);

int modmain_twice(int);

static kmutex_t lock;
static char *memory;
static char zeroes[5000];
static int counter = 7;
static const char *const words[] = { "one", "two", "three" };
static int (*const functions[])(int) = { modmain_twice };

int
modmain_twice(int n)
{
	return 2 * n;
}

SYSCTL_SETUP(sysctl_modmain_setup, "modmain")
{
	sysctl_createv(clog, 0, NULL, NULL, CTLFLAG_READWRITE, CTLTYPE_INT, "modmain",
	    "the counter", NULL, 0, &counter, 0, CTL_KERN, CTL_CREATE, CTL_EOL);
}

static int
modmain_start(prop_dictionary_t props)
{
	int64_t error;

	if (props != NULL && prop_dictionary_get_int64(props, "fail", &error))
		return (int)error;
	for (u_int i = 0; i < sizeof(zeroes); i++)
		if (zeroes[i] != 0)
			return EDOM;
	if (strcmp(words[2], "three") != 0 || (*functions[0])(4) != 8 || curlwp == NULL ||
	    curproc == NULL)
		return EDOM;
	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_enter(&lock);
	memory = kmem_zalloc(sizeof(zeroes), KM_SLEEP);
	memset(zeroes, 0x5a, sizeof(zeroes));
	memcpy(memory, zeroes, sizeof(zeroes));
	mutex_exit(&lock);
	return memory[100] == 0x5a ? 0 : EDOM;
}

static int
modmain_modcmd(modcmd_t cmd, void *arg)
{
	switch (cmd) {
	case MODULE_CMD_INIT:
		return modmain_start(arg);
	case MODULE_CMD_FINI:
		kmem_free(memory, sizeof(zeroes));
		mutex_destroy(&lock);
		return 0;
	case MODULE_CMD_AUTOUNLOAD:
		return 0;
	default:
		return ENOTTY;
	}
}
