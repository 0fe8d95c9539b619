#include "conversation/writer.h"

#include <assert.h>
#include <stdlib.h>

#include "base/container.h"
#include "conversation/conversation.h"
#include "conversation/decide.h"
#include "loop/loop.h"

enum {
	SWEEP_MS = 50,           /* how often deadlines and pauses are looked at */
	FIRST_PAUSE_MS = 50,
	LONGEST_PAUSE_MS = 1000,
	CATCH_UP_MESSAGES = 500  /* read at once */
};

enum phase { LOADING, APPENDING, PAUSING, READING, FINDING };

struct writer {
	struct writers *writers;
	struct writer *next, **at; /* in writers->busy */
	struct conversation *c;
	struct writer **slot;
	enum phase phase;
	struct turn_queue waiting;
	struct turn_queue under_way; /* in `entry`, in the order of its messages */
	struct entry *entry;         /* being appended */
	struct rs_state *memory;     /* of the bot, after that entry */
	struct load_waiter loading;
	struct turn *finding;        /* being looked up by its id; stays in `waiting` meanwhile */
	unsigned taken_in_a_row;     /* appends that another was first with */
	int64_t pause_ms, resume_at_ms;
};

struct writers {
	struct conversations *all;
	struct writer *busy;
	struct timer sweep;
	struct draft draft; /* used within one call only */
};

static void go_on(struct writer *w);
static void catch_up(struct writer *w);

static const struct conversations_options *options(const struct writer *w)
{
	return conversations_options(w->writers->all);
}

static int64_t now_ms(const struct writers *writers)
{
	return loop_now_ms(conversations_options(writers->all)->loop);
}

static void refuse(struct turn *turn, enum err err, const char *message)
{
	turn_finish(turn, &(struct turn_answer){.err = err, .message = message});
}

static void answer_unavailable(struct turn *turn)
{
	refuse(turn, ERR_UNAVAILABLE, "the message could not be stored in time; send it again");
}

static void writer_free(struct writer *w)
{
	struct conversation *c = w->c;

	*w->slot = NULL;
	*w->at = w->next;
	if (w->next)
		w->next->at = w->at;
	entry_unref(w->entry);
	bot_memory_free(w->memory);
	free(w);
	conversation_unref(c);
}

/* ---- waiting for the store to come back ---- */

static void pause_writer(struct writer *w)
{
	w->pause_ms = w->pause_ms ? w->pause_ms * 2 : FIRST_PAUSE_MS;
	if (w->pause_ms > LONGEST_PAUSE_MS)
		w->pause_ms = LONGEST_PAUSE_MS;
	w->resume_at_ms = now_ms(w->writers) + w->pause_ms;
	w->phase = PAUSING;
}

static void expire(struct turn_queue *queue, const struct turn *spared, int64_t now)
{
	for (struct turn **at = &queue->first; *at;) {
		if (*at != spared && (*at)->request.deadline_ms <= now)
			answer_unavailable(turn_queue_remove(queue, at));
		else
			at = &(*at)->next;
	}
}

static void sweep(struct timer *timer)
{
	struct writers *writers = container_of(timer, struct writers, sweep);
	int64_t now = now_ms(writers);
	struct writer *next;

	for (struct writer *w = writers->busy; w; w = next) {
		next = w->next;
		expire(&w->waiting, w->finding, now);
		expire(&w->under_way, NULL, now);
		if (w->phase == PAUSING && w->resume_at_ms <= now)
			catch_up(w);
	}
	if (writers->busy)
		timer_start(&writers->sweep, SWEEP_MS);
}

/* ---- what was stored ---- */

/* Answers the turns whose messages are in the entry. */
static void settle(struct turn_queue *queue, const struct entry *entry)
{
	for (size_t i = 0; i < entry->n; i++) {
		const struct message *m = &entry->messages[i];
		struct turn **at = &queue->first;

		if (m->id.n == 0)
			continue;
		while (*at && !text_equal((*at)->request.id, m->id))
			at = &(*at)->next;
		if (!*at)
			continue;
		turn_finish(turn_queue_remove(queue, at),
			    &(struct turn_answer){.conversation = entry->conversation,
						  .seq = entry->first + i,
						  .at_ms = entry->at_ms});
	}
}

static void stored(struct writer *w)
{
	struct conversation_stats *stats = conversations_stats(w->writers->all);
	struct entry *entry = w->entry;

	w->entry = NULL;
	w->pause_ms = 0;
	w->taken_in_a_row = 0;
	stats->entries_stored++;
	stats->messages_stored += entry->n;
	settle(&w->under_way, entry);
	assert(w->under_way.n == 0);
	conversation_apply(w->c, entry);
	conversation_keep_memory(w->c, w->memory);
	w->memory = NULL;
	entry_unref(entry);
}

static void forget_entry(struct writer *w)
{
	entry_unref(w->entry);
	w->entry = NULL;
	bot_memory_free(w->memory);
	w->memory = NULL;
}

static void append_done(void *ctx, enum append_result result)
{
	struct writer *w = ctx;
	struct conversation_stats *stats = conversations_stats(w->writers->all);

	if (result == APPEND_STORED) {
		stored(w);
		go_on(w);
		return;
	}
	forget_entry(w);
	for (struct turn *turn = w->under_way.first; turn; turn = turn->next)
		turn->must_find = result == APPEND_TAKEN;
	turn_queue_prepend(&w->waiting, &w->under_way);
	if (result == APPEND_UNAVAILABLE) {
		stats->failures++;
		pause_writer(w);
		return;
	}
	stats->conflicts++;
	if (++w->taken_in_a_row > 1)
		pause_writer(w); /* by what cannot be read yet */
	else
		catch_up(w);
}

/* ---- reading what was missed ---- */

static bool find_next(struct writer *w);

static void missed(void *ctx, bool is_available, struct entry *const *entries, size_t n)
{
	struct writer *w = ctx;
	uint64_t before = conversation_last(w->c);

	if (!is_available) {
		pause_writer(w);
		return;
	}
	for (size_t i = 0; i < n && conversation_is_loaded(w->c); i++) {
		if (entries[i]->first != conversation_last(w->c) + 1)
			continue;
		settle(&w->waiting, entries[i]);
		conversation_apply(w->c, entries[i]);
	}
	if (conversation_last(w->c) > before) {
		/* That another had the number explains a refused append; ids need no look. */
		w->taken_in_a_row = 0;
		for (struct turn *turn = w->waiting.first; turn; turn = turn->next)
			turn->must_find = false;
		catch_up(w);
	} else if (!find_next(w)) {
		go_on(w);
	}
}

static void catch_up(struct writer *w)
{
	struct store_range range = {.conversation = conversation_id(w->c),
				    .after = conversation_last(w->c),
				    .limit = CATCH_UP_MESSAGES};

	if (!conversation_is_loaded(w->c)) {
		go_on(w);
		return;
	}
	w->phase = READING;
	if (!store_read(options(w)->store, &range, missed, w))
		pause_writer(w);
}

/* ---- looking up ids ---- */

static void found(void *ctx, bool is_available, struct entry *entry)
{
	struct writer *w = ctx;

	w->finding->must_find = !is_available;
	w->finding->is_checked = is_available;
	w->finding = NULL;
	if (!is_available) {
		pause_writer(w);
		return;
	}
	if (entry)
		settle(&w->waiting, entry);
	if (!find_next(w))
		catch_up(w);
}

/* False: there is nothing to look up. */
static bool find_next(struct writer *w)
{
	struct turn *turn = w->waiting.first;

	while (turn && !turn->must_find)
		turn = turn->next;
	if (!turn)
		return false;
	w->phase = FINDING;
	w->finding = turn;
	if (!store_find(options(w)->store, conversation_id(w->c), turn->request.id, found, w)) {
		w->finding = NULL;
		pause_writer(w);
	}
	return true;
}

/* ---- deciding and appending ---- */

static void load_done(struct load_waiter *waiter, bool is_loaded)
{
	struct writer *w = container_of(waiter, struct writer, loading);

	if (is_loaded)
		go_on(w);
	else
		pause_writer(w);
}

static void load(struct writer *w)
{
	w->phase = LOADING;
	w->loading.done = load_done;
	if (!conversation_load(w->c, &w->loading))
		pause_writer(w);
}

static bool holds_id(const struct turn_queue *queue, struct text id)
{
	for (const struct turn *turn = queue->first; turn; turn = turn->next)
		if (text_equal(turn->request.id, id))
			return true;
	return false;
}

/* Moves turns from `waiting` into the draft, as many as make one entry. Answers those that are refused for
 * good; stops at one that has to be looked up first (must_find). */
static void gather(struct writer *w, struct draft *draft)
{
	struct turn *turn;

	while ((turn = w->waiting.first) && draft_has_room(draft, turn) &&
	       !holds_id(&w->under_way, turn->request.id)) {
		enum err err = decide(options(w)->bot, draft, turn);

		if (err == ERR_NONE) {
			turn_queue_push(&w->under_way, turn_queue_pop(&w->waiting));
		} else if (err == ERR_UNAVAILABLE) {
			answer_unavailable(turn_queue_pop(&w->waiting));
		} else if (draft->n > 0) {
			return; /* what comes before it may change the state */
		} else if (!turn->is_checked) {
			turn->must_find = true;
			return;
		} else {
			refuse(turn_queue_pop(&w->waiting), err, state_refusal_message(err));
		}
	}
}

static void append(struct writer *w, struct draft *draft)
{
	w->phase = APPENDING;
	w->memory = draft->memory;
	draft->memory = NULL;
	w->entry = entry_make(draft->conversation, draft->first, draft->at_ms, &draft->after,
			      draft->messages, draft->n);
	if (w->entry && store_append(options(w)->store, w->entry, append_done, w))
		return;
	forget_entry(w);
	turn_queue_prepend(&w->waiting, &w->under_way);
	pause_writer(w);
}

static void go_on(struct writer *w)
{
	struct draft *draft = &w->writers->draft;

	while (w->waiting.first) {
		if (!conversation_is_loaded(w->c)) {
			load(w);
			return;
		}
		draft_init(draft, conversation_id(w->c), loop_wall_ms(), conversation_newest(w->c));
		draft->memory = conversation_take_memory(w->c);
		gather(w, draft);
		if (draft->n > 0) {
			append(w, draft);
			draft_release(draft);
			return;
		}
		draft_release(draft);
		if (find_next(w))
			return;
	}
	writer_free(w);
}

/* ---- all writers ---- */

struct writers *writers_new(struct conversations *all)
{
	struct writers *writers = calloc(1, sizeof(*writers));

	if (!writers)
		return NULL;
	writers->all = all;
	timer_init(&writers->sweep, conversations_options(all)->loop, sweep);
	return writers;
}

void writers_free(struct writers *writers)
{
	struct writer *w;
	struct turn *turn;

	timer_stop(&writers->sweep);
	while ((w = writers->busy)) {
		turn_queue_prepend(&w->waiting, &w->under_way);
		while ((turn = turn_queue_pop(&w->waiting)))
			answer_unavailable(turn);
		writer_free(w);
	}
	free(writers);
}

bool writers_are_busy(const struct writers *writers)
{
	return writers->busy != NULL;
}

static struct writer *writer_new(struct writers *writers, struct conversation *c,
				 struct writer **slot)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->writers = writers;
	w->c = conversation_ref(c);
	w->slot = slot;
	turn_queue_init(&w->waiting);
	turn_queue_init(&w->under_way);
	if (!timer_is_running(&writers->sweep))
		timer_start(&writers->sweep, SWEEP_MS);
	w->next = writers->busy;
	w->at = &writers->busy;
	if (w->next)
		w->next->at = &w->next;
	writers->busy = w;
	return w;
}

bool writer_add(struct writers *writers, struct conversation *c, struct writer **slot,
		const struct turn_request *request)
{
	struct turn *turn = turn_make(request);
	bool is_new = !*slot;

	if (!turn)
		return false;
	if (is_new && !(*slot = writer_new(writers, c, slot))) {
		free(turn);
		return false;
	}
	turn_queue_push(&(*slot)->waiting, turn);
	if (is_new)
		go_on(*slot);
	return true;
}
