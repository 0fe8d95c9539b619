/* metrics.h: the counters of all parts, as Prometheus reads them.
 *
 * Ownership  none.   Errors  the buffer's.   Threads  loop thread only.
 */
#ifndef METRICS_H
#define METRICS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "conversation/conversation.h"
#include "net/net.h"
#include "replicas.h"
#include "session/session.h"

/* Text exposition format 0.0.4. What is not there (NULL: a bot, replicas) is left out. */
void metrics_write(struct buffer *out, const struct net_stats *net, int64_t max_sockets,
		   const struct session_stats *sessions,
		   const struct conversation_stats *conversations,
		   const struct bot_stats *bot, const struct replicas_stats *replicas,
		   bool store_is_up);

#endif
