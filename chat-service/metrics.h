/* metrics.h: the counters of all parts, as Prometheus reads them.
 *
 * Ownership  none.   Errors  the buffer's.   Threads  loop thread only.
 */
#ifndef METRICS_H
#define METRICS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "conversation/conversation.h"
#include "loop/lag.h"
#include "net/net.h"
#include "replicas.h"
#include "session/session.h"
#include "store/store.h"

struct metrics {
	int64_t started_ms; /* Unix time */
	const struct lag *lag;
	const struct net_stats *net;
	int64_t max_sockets;
	const struct session_stats *sessions;
	const struct load *load;
	const struct conversation_stats *conversations;
	const struct store_stats *store;
	bool store_is_up;
	/* What is not there (NULL) is left out. */
	const struct bot_stats *bot;
	const struct replicas_stats *replicas;
};

void metrics_write(struct buffer *out, const struct metrics *metrics);

#endif
