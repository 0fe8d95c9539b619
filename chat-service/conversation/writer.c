#include "conversation/writer.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/container.h"
#include "conversation/writer_state.h"

enum {
	SWEEP_MS = 50, /* how often deadlines are looked at */
	FIRST_PAUSE_MS = 50,
	LONGEST_PAUSE_MS = 1000,
	/* Where several replicas append, who was first waits before the next time, and who lost waits less,
	 * so that everybody gets on. Never for the same time, or all would meet again. */
	LOSER_WAIT_MS = 5,
	WINNER_WAIT_MS = 10,
	LOSSES_COUNTED = 5
};

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

	assert(!w->is_ready || !w->writers->ready);
	*w->slot = NULL;
	*w->at = w->next;
	if (w->next)
		w->next->at = w->at;
	timer_stop(&w->pause);
	entry_unref(w->entry);
	bot_memory_free(w->memory);
	free(w);
	conversation_unref(c);
}

/* ---- waiting: for the store to come back, for other replicas, for too long ---- */

static void pause_ended(struct timer *timer)
{
	struct writer *w = container_of(timer, struct writer, pause);

	if (w->phase == WRITER_YIELDING)
		writer_go_on(w);
	else
		writer_catch_up(w);
}

void writer_pause(struct writer *w)
{
	if (!w->waiting.first) {
		writer_free(w);
		return;
	}
	w->pause_ms = w->pause_ms ? w->pause_ms * 2 : FIRST_PAUSE_MS;
	if (w->pause_ms > LONGEST_PAUSE_MS)
		w->pause_ms = LONGEST_PAUSE_MS;
	w->phase = WRITER_PAUSING;
	timer_start(&w->pause, w->pause_ms);
}

/* True: before the next append others have a chance. */
static bool yield(struct writer *w)
{
	unsigned losses = w->lost_in_a_row < LOSSES_COUNTED ? w->lost_in_a_row : LOSSES_COUNTED;
	unsigned least = losses ? 0 : WINNER_WAIT_MS / 2;
	unsigned most = losses ? LOSER_WAIT_MS << (losses - 1) : WINNER_WAIT_MS;

	if (w->has_yielded || !conversation_has_rivals(w->c))
		return false;
	w->has_yielded = true;
	w->phase = WRITER_YIELDING;
	timer_start(&w->pause, least + (unsigned)rand_r(&w->writers->dice) % (most - least + 1));
	return true;
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
	}
	if (writers->busy)
		timer_start(&writers->sweep, SWEEP_MS);
}

/* ---- what was stored ---- */

bool writer_settle(struct turn_queue *queue, const struct entry *entry, const struct turn *spared)
{
	bool any = false;

	for (size_t i = 0; i < entry->n && queue->first; i++) {
		const struct message *m = &entry->messages[i];
		struct turn **at = &queue->first;

		if (m->id.n == 0)
			continue;
		while (*at && !text_equal((*at)->request.id, m->id))
			at = &(*at)->next;
		if (!*at || *at == spared)
			continue;
		any = true;
		turn_finish(turn_queue_remove(queue, at),
			    &(struct turn_answer){.conversation = entry->conversation,
						  .seq = entry->first + i,
						  .at_ms = entry->at_ms});
	}
	return any;
}

static void stored(struct writer *w)
{
	struct conversation_stats *stats = conversations_stats(w->writers->all);
	struct entry *entry = w->entry;

	w->entry = NULL;
	w->pause_ms = 0;
	w->taken_in_a_row = 0;
	w->lost_in_a_row = 0;
	stats->entries_stored++;
	stats->messages_stored += entry->n;
	writer_settle(&w->under_way, entry, NULL);
	assert(w->under_way.n == 0);
	if (entry->first == conversation_last(w->c) + 1) {
		conversation_apply(w->c, entry, true);
		conversation_keep_memory(w->c, w->memory);
		w->memory = NULL;
	} else {
		conversation_mistrust(w->c);
	}
	entry_unref(entry);
}

static void forget_entry(struct writer *w)
{
	entry_unref(w->entry);
	w->entry = NULL;
	bot_memory_free(w->memory);
	w->memory = NULL;
}

/* Turns that expired meanwhile are answered already, those that are left are decided again. */
static void refused(struct writer *w, enum append_result result)
{
	/* Another's entry has the number, as another replica told: no need to read, or to look up ids. */
	bool is_explained = conversation_last(w->c) >= w->entry->first;

	forget_entry(w);
	for (struct turn *turn = w->under_way.first; turn; turn = turn->next)
		turn->must_find = result == APPEND_TAKEN && !is_explained;
	turn_queue_prepend(&w->waiting, &w->under_way);
	if (is_explained)
		writer_go_on(w);
	else if (result == APPEND_UNAVAILABLE || ++w->taken_in_a_row > 1)
		writer_pause(w);
	else
		writer_catch_up(w);
}

static void append_done(void *ctx, enum append_result result)
{
	struct writer *w = ctx;
	struct conversation_stats *stats = conversations_stats(w->writers->all);

	w->has_yielded = false;
	if (result == APPEND_STORED) {
		stored(w);
		writer_go_on(w);
		return;
	}
	if (result == APPEND_UNAVAILABLE) {
		stats->failures++;
	} else {
		stats->conflicts++;
		w->lost_in_a_row++;
	}
	refused(w, result);
}

/* ---- deciding and appending ---- */

static void load_done(struct load_waiter *waiter, bool is_loaded)
{
	struct writer *w = container_of(waiter, struct writer, loading);

	if (is_loaded)
		writer_go_on(w);
	else
		writer_pause(w);
}

static void load(struct writer *w)
{
	w->phase = WRITER_LOADING;
	w->loading.done = load_done;
	if (!conversation_load(w->c, &w->loading))
		writer_pause(w);
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
		enum err err = decide(writer_options(w)->bot, draft, turn);

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
	w->phase = WRITER_APPENDING;
	w->memory = draft->memory;
	draft->memory = NULL;
	w->entry = entry_make(draft->conversation, draft->first, draft->at_ms, &draft->after,
			      draft->messages, draft->n);
	if (w->entry && store_append(writer_options(w)->store, w->entry, append_done, w))
		return;
	forget_entry(w);
	turn_queue_prepend(&w->waiting, &w->under_way);
	writer_pause(w);
}

/* The writer may be gone afterwards. */
static void go_on(struct writer *w)
{
	struct draft *draft = &w->writers->draft;

	while (w->waiting.first || conversation_is_behind(w->c)) {
		if (!conversation_is_loaded(w->c)) {
			load(w);
			return;
		}
		if (conversation_is_behind(w->c)) {
			writer_catch_up(w);
			return;
		}
		if (yield(w))
			return;
		draft_init(draft, conversation_id(w->c), loop_wall_ms(), conversation_newest(w->c));
		draft->memory = conversation_take_memory(w->c);
		gather(w, draft);
		if (draft->n > 0) {
			append(w, draft);
			draft_release(draft);
			return;
		}
		draft_release(draft);
		if (writer_find_next(w))
			return;
	}
	writer_free(w);
}

void writer_go_on(struct writer *w)
{
	if (w->is_ready)
		return;
	w->is_ready = true;
	w->ready_next = w->writers->ready;
	w->writers->ready = w;
}

static void turn_ended(struct turn_end *end)
{
	struct writers *writers = container_of(end, struct writers, turn_end);
	struct writer *w;

	while ((w = writers->ready)) {
		writers->ready = w->ready_next;
		w->is_ready = false;
		go_on(w);
	}
}

/* ---- all writers ---- */

struct writers *writers_new(struct conversations *all)
{
	struct writers *writers = calloc(1, sizeof(*writers));

	if (!writers)
		return NULL;
	writers->all = all;
	writers->dice = (unsigned)getpid() ^ (unsigned)loop_wall_ms();
	timer_init(&writers->sweep, conversations_options(all)->loop, sweep);
	turn_end_start(&writers->turn_end, conversations_options(all)->loop, TURN_DECIDES, turn_ended);
	return writers;
}

void writers_free(struct writers *writers)
{
	struct writer *w;
	struct turn *turn;

	timer_stop(&writers->sweep);
	turn_end_stop(&writers->turn_end, conversations_options(writers->all)->loop);
	writers->ready = NULL;
	while ((w = writers->busy)) {
		turn_queue_prepend(&w->waiting, &w->under_way);
		while ((turn = turn_queue_pop(&w->waiting)))
			answer_unavailable(turn);
		writer_free(w);
	}
	free(writers);
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
	timer_init(&w->pause, writer_options(w)->loop, pause_ended);
	if (!timer_is_running(&writers->sweep))
		timer_start(&writers->sweep, SWEEP_MS);
	w->next = writers->busy;
	w->at = &writers->busy;
	if (w->next)
		w->next->at = &w->next;
	writers->busy = w;
	return w;
}

/* The conversation's writer, a new one where there is none; NULL: no memory. */
static struct writer *writer_get(struct writers *writers, struct conversation *c,
				 struct writer **slot)
{
	if (!*slot)
		*slot = writer_new(writers, c, slot);
	return *slot;
}

bool writer_add(struct writers *writers, struct conversation *c, struct writer **slot,
		const struct turn_request *request)
{
	bool is_idle = !*slot;
	struct turn *turn = turn_make(request);

	if (!turn)
		return false;
	if (!writer_get(writers, c, slot)) {
		free(turn);
		return false;
	}
	turn_queue_push(&(*slot)->waiting, turn);
	if (is_idle)
		writer_go_on(*slot);
	return true;
}

void writer_wake(struct writers *writers, struct conversation *c, struct writer **slot)
{
	if (!*slot && writer_get(writers, c, slot))
		writer_go_on(*slot);
}

void writer_heard(struct writer *w, const struct entry *entry)
{
	writer_settle(&w->waiting, entry, w->finding);
	writer_settle(&w->under_way, entry, NULL);
}
