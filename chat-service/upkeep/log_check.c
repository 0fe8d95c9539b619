#include "upkeep/log_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#define HASH_NONFATAL_OOM 1 /* what cannot be added is told by a NULL table */
#include <uthash.h>

#include "conversation/state.h"

struct seen_id {
	UT_hash_handle hh;
	uint64_t first; /* of the entry that holds it */
	size_t n;
	char id[];
};

void log_check_init(struct log_check *check,
		    void (*fault)(void *ctx, struct text conversation, int64_t number,
				  const char *what),
		    void *ctx)
{
	*check = (struct log_check){.fault = fault, .ctx = ctx};
}

static void forget_ids(struct log_check *check)
{
	struct seen_id *id, *next;

	HASH_ITER(hh, check->ids, id, next)
	{
		HASH_DEL(check->ids, id);
		free(id);
	}
}

void log_check_release(struct log_check *check)
{
	forget_ids(check);
	buffer_release(&check->conversation);
}

static void begin(struct log_check *check, struct text conversation)
{
	forget_ids(check);
	buffer_clear(&check->conversation);
	buffer_add_text(&check->conversation, conversation);
	check->has_begun = true;
	check->last = 0;
	check->state = STATE_BOT;
	check->is_state_known = true;
}

static void check_numbers(struct log_check *check, const struct entry *entry)
{
	char what[120];

	if (entry->first == check->last + 1)
		return;
	if (entry->first <= check->last)
		snprintf(what, sizeof(what), "is there twice: the entry before ends with %" PRIu64,
			 check->last);
	else if (entry->first == check->last + 2)
		snprintf(what, sizeof(what), "the message before is missing");
	else
		snprintf(what, sizeof(what), "the messages before are missing, from %" PRIu64 " on",
			 check->last + 1);
	check->fault(check->ctx, entry->conversation, (int64_t)entry->first, what);
}

/* An id may come again in its own entry: it stands for the first. */
static bool check_ids(struct log_check *check, const struct entry *entry)
{
	for (size_t i = 0; i < entry->n; i++) {
		struct text id = entry->messages[i].id;
		struct seen_id *seen;
		char what[120];

		if (id.n == 0)
			continue;
		HASH_FIND(hh, check->ids, id.p, id.n, seen);
		if (seen && seen->first != entry->first) {
			snprintf(what, sizeof(what),
				 "its client id is that of a message in the entry at %" PRIu64,
				 seen->first);
			check->fault(check->ctx, entry->conversation, (int64_t)(entry->first + i),
				     what);
		}
		if (seen)
			continue;
		seen = calloc(1, sizeof(*seen) + id.n);
		if (!seen)
			return false;
		seen->first = entry->first;
		seen->n = id.n;
		memcpy(seen->id, id.p, id.n);
		HASH_ADD_KEYPTR(hh, check->ids, seen->id, seen->n, seen);
		if (!seen->hh.tbl) {
			free(seen);
			return false;
		}
	}
	return true;
}

static bool has_system_message(const struct entry *entry)
{
	for (size_t i = 0; i < entry->n; i++)
		if (entry->messages[i].role == ROLE_SYSTEM)
			return true;
	return false;
}

static void check_state(struct log_check *check, const struct entry *entry)
{
	const struct standing *after = &entry->after;
	char what[120] = "";

	if (check->is_state_known && !state_may_become(check->state, after->state))
		snprintf(what, sizeof(what), "the state may not go from %s to %s",
			 state_name(check->state), state_name(after->state));
	else if (check->is_state_known && check->state != after->state &&
		 !has_system_message(entry))
		snprintf(what, sizeof(what),
			 "the state goes from %s to %s without a message of the system",
			 state_name(check->state), state_name(after->state));
	else if ((after->state == STATE_LIVE) != (after->agent.n > 0))
		snprintf(what, sizeof(what), "the state is %s, %s agent", state_name(after->state),
			 after->agent.n > 0 ? "with an" : "without an");
	else if ((after->state == STATE_BOT) != (after->since_ms == 0))
		snprintf(what, sizeof(what), "the state is %s, %s time of escalation",
			 state_name(after->state), after->since_ms != 0 ? "with a" : "without a");
	if (*what)
		check->fault(check->ctx, entry->conversation, (int64_t)entry->first, what);
}

bool log_check_add(struct log_check *check, const struct store_scanned *item)
{
	const struct entry *entry = item->entry;

	if (!check->has_begun || !text_equal(item->conversation, buffer_text(&check->conversation)))
		begin(check, item->conversation);
	if (!entry) {
		check->fault(check->ctx, item->conversation, item->first, item->why);
		check->is_state_known = false;
		return !check->conversation.failed;
	}
	check_numbers(check, entry);
	check_state(check, entry);
	check->last = entry_last(entry);
	check->state = entry->after.state;
	check->is_state_known = true;
	return check_ids(check, entry) && !check->conversation.failed;
}
