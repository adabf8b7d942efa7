/* discard: the end of the library's messages. Each natsMsg_Destroy wakes the library's garbage collector, a switch of
 * threads a message; here they are given to it by the dozen. One list for the process, as the collector is one. */
#pragma once

#include <nats/nats.h>

void discard(natsMsg *msg); /* from any thread; NULL is nothing */
void discard_all(void);     /* what waits */
