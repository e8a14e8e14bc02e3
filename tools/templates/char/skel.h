/* The ioctl commands of skel(4), for driver and program alike. */
#ifndef SKEL_H
#define SKEL_H

#ifdef _KERNEL
#include <sys/ioccom.h>
#else
#include <sys/ioctl.h>
#endif

#define SKEL_CLEAR    _IO('s', 1)	       /* all bytes become 0 */
#define SKEL_GETCOUNT _IOR('s', 2, unsigned) /* how many writes there were */

#endif
