/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pmf(9): suspend, resume, shut down; events between drivers.  <sys/device.h> includes this header.
 *
 * A machine of simulated devices has no power of its own: a device is suspended when somebody
 * calls for it, and shut down when the kernel halts.  ctx: thread.  sleeps.
 */
#ifndef KPI_SYS_PMF_H
#define KPI_SYS_PMF_H

#include <sys/types.h>

struct device;

/* Who asks. */
struct pmf_qual;
typedef struct pmf_qual pmf_qual_t;
extern const pmf_qual_t *const PMF_Q_NONE;
extern const pmf_qual_t *const PMF_Q_SELF;
extern const pmf_qual_t *const PMF_Q_DRVCTL;

typedef enum {
	PMFE_DISPLAY_ON,
	PMFE_DISPLAY_REDUCED,
	PMFE_DISPLAY_STANDBY,
	PMFE_DISPLAY_SUSPEND,
	PMFE_DISPLAY_OFF,
	PMFE_DISPLAY_BRIGHTNESS_UP,
	PMFE_DISPLAY_BRIGHTNESS_DOWN,
	PMFE_AUDIO_VOLUME_UP,
	PMFE_AUDIO_VOLUME_DOWN,
	PMFE_AUDIO_VOLUME_TOGGLE,
	PMFE_CHASSIS_LID_CLOSE,
	PMFE_CHASSIS_LID_OPEN,
	PMFE_RADIO_ON,
	PMFE_RADIO_OFF,
	PMFE_RADIO_TOGGLE,
	PMFE_POWER_CHANGED,
	PMFE_SPEED_CHANGED,
	PMFE_THROTTLE_ENABLE,
	PMFE_THROTTLE_DISABLE
} pmf_generic_event_t;

/*
 * The driver's functions, each may be NULL for nothing to do; false from one of them stops what is
 * going on.  false: registered already.  The device deregisters before it is gone.
 */
bool pmf_device_register1(struct device *dev, bool (*suspend)(struct device *, const pmf_qual_t *),
    bool (*resume)(struct device *, const pmf_qual_t *), bool (*shutdown)(struct device *, int));
#define pmf_device_register(dev, s, r) pmf_device_register1((dev), (s), (r), NULL)
void pmf_device_deregister(struct device *dev);
bool pmf_device_is_registered(struct device *dev);

/* One device.  False: a function refused.  Suspended twice is no error. */
bool pmf_device_suspend(struct device *dev, const pmf_qual_t *qual);
bool pmf_device_resume(struct device *dev, const pmf_qual_t *qual);
/* The device and all below, leaves first; with all that it sits on, root first. */
bool pmf_device_recursive_suspend(struct device *dev, const pmf_qual_t *qual);
bool pmf_device_recursive_resume(struct device *dev, const pmf_qual_t *qual);
/* The device and all below, root first. */
bool pmf_device_subtree_resume(struct device *dev, const pmf_qual_t *qual);
/* The whole tree.  howto: RB_*. */
bool pmf_system_suspend(const pmf_qual_t *qual);
bool pmf_system_resume(const pmf_qual_t *qual);
void pmf_system_shutdown(int howto);

/*
 * Hear of an event: injected for dev, or (global) for any device or none.  The functions are called by a
 * workqueue.  errors: false: ENOMEM.
 */
bool pmf_event_register(
    struct device *dev, pmf_generic_event_t ev, void (*fn)(struct device *), bool global);
void pmf_event_deregister(
    struct device *dev, pmf_generic_event_t ev, void (*fn)(struct device *), bool global);
/* ctx: any.  sleeps: never.  false: no memory. */
bool pmf_event_inject(struct device *dev, pmf_generic_event_t ev);

/* What the class layer would do at suspend and resume is nothing here. */
bool pmf_class_input_register(struct device *dev);
bool pmf_class_display_register(struct device *dev);
void pmf_class_input_deregister(struct device *dev);
void pmf_class_display_deregister(struct device *dev);

#endif /* KPI_SYS_PMF_H */
