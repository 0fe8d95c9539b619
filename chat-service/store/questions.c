/* What is asked of a store beside appending: each question copies what it is asked about, has one
 * line for the thread, and one for the answer. */
#include <assert.h>
#include <stdlib.h>

#include "base/container.h"
#include "store/request.h"

/* ---- read ---- */

struct read {
	struct request request;
	struct gathering gathering;
	void (*done)(void *ctx, bool is_available, struct entry *const *entries, size_t n);
	char texts[];
};

static bool run_read(const struct backend *backend, void *ctx, void *thread,
		     struct request *request)
{
	return backend->read(ctx, thread, &container_of(request, struct read, request)->gathering);
}

static void answer_read(struct request *request, bool is_available)
{
	struct read *read = container_of(request, struct read, request);

	read->done(request->done_ctx, is_available, is_available ? read->gathering.entries : NULL,
		   is_available ? read->gathering.n : 0);
}

static void release_read(struct request *request)
{
	gathering_release(&container_of(request, struct read, request)->gathering);
}

static const struct question read_question = {
	.run = run_read, .answer = answer_read, .release = release_read};

static bool ask_read(struct store *store, const struct store_range *range,
		     void (*done)(void *ctx, bool is_available, struct entry *const *entries,
				  size_t n),
		     void *ctx)
{
	struct read *read =
		request_new(store, &read_question, sizeof(*read) + range->conversation.n);
	char *texts;

	if (!read)
		return false;
	texts = read->texts;
	gathering_init(&read->gathering, range);
	read->gathering.range.conversation = text_put(&texts, range->conversation);
	read->done = done;
	return request_submit(&read->request, ctx);
}

/* ---- find ---- */

struct find {
	struct request request;
	struct text conversation, client_id;
	struct entry *entry;
	void (*done)(void *ctx, bool is_available, struct entry *entry);
	char texts[];
};

static bool run_find(const struct backend *backend, void *ctx, void *thread,
		     struct request *request)
{
	struct find *find = container_of(request, struct find, request);

	return backend->find(ctx, thread, find->conversation, find->client_id, &find->entry);
}

static void answer_find(struct request *request, bool is_available)
{
	struct find *find = container_of(request, struct find, request);

	find->done(request->done_ctx, is_available, is_available ? find->entry : NULL);
}

static void release_find(struct request *request)
{
	entry_unref(container_of(request, struct find, request)->entry);
}

static const struct question find_question = {
	.run = run_find, .answer = answer_find, .release = release_find};

static bool ask_find(struct store *store, struct text conversation, struct text client_id,
		     void (*done)(void *ctx, bool is_available, struct entry *entry), void *ctx)
{
	struct find *find =
		request_new(store, &find_question, sizeof(*find) + conversation.n + client_id.n);
	char *texts;

	if (!find)
		return false;
	texts = find->texts;
	find->conversation = text_put(&texts, conversation);
	find->client_id = text_put(&texts, client_id);
	find->done = done;
	return request_submit(&find->request, ctx);
}

/* ---- compare ---- */

struct compare {
	struct request request;
	void (*done)(void *ctx, bool is_available, const bool *has_more, size_t n);
	size_t n;
	bool has_more[STORE_PLACES_MAX];
	struct store_place places[]; /* and behind them their texts */
};

static bool run_compare(const struct backend *backend, void *ctx, void *thread,
			struct request *request)
{
	struct compare *compare = container_of(request, struct compare, request);

	return backend->compare(ctx, thread, compare->places, compare->n, compare->has_more);
}

static void answer_compare(struct request *request, bool is_available)
{
	struct compare *compare = container_of(request, struct compare, request);

	compare->done(request->done_ctx, is_available, is_available ? compare->has_more : NULL,
		      is_available ? compare->n : 0);
}

static const struct question compare_question = {.run = run_compare, .answer = answer_compare};

static bool ask_compare(struct store *store, const struct store_place *places, size_t n,
			void (*done)(void *ctx, bool is_available, const bool *has_more, size_t n),
			void *ctx)
{
	size_t size = sizeof(struct compare) + n * sizeof(places[0]);
	struct compare *compare;
	char *texts;

	assert(n >= 1 && n <= STORE_PLACES_MAX);
	for (size_t i = 0; i < n; i++)
		size += places[i].conversation.n;
	compare = request_new(store, &compare_question, size);
	if (!compare)
		return false;
	compare->n = n;
	texts = (char *)&compare->places[n];
	for (size_t i = 0; i < n; i++)
		compare->places[i] = (struct store_place){
			.conversation = text_put(&texts, places[i].conversation),
			.last = places[i].last};
	compare->done = done;
	return request_submit(&compare->request, ctx);
}

/* ---- rows ---- */

struct rows {
	struct request request;
	struct store_row_range range;
	struct row_page page;
	void (*done)(void *ctx, bool is_available, struct store_row *const *rows, size_t n);
	char texts[];
};

static bool run_rows(const struct backend *backend, void *ctx, void *thread,
		     struct request *request)
{
	struct rows *rows = container_of(request, struct rows, request);

	return backend->read_rows(ctx, thread, &rows->range, &rows->page);
}

static void answer_rows(struct request *request, bool is_available)
{
	struct rows *rows = container_of(request, struct rows, request);

	rows->done(request->done_ctx, is_available, is_available ? rows->page.rows : NULL,
		   is_available ? rows->page.n : 0);
}

static void release_rows(struct request *request)
{
	row_page_release(&container_of(request, struct rows, request)->page);
}

static const struct question rows_question = {
	.run = run_rows, .answer = answer_rows, .release = release_rows};

static bool ask_rows(struct store *store, const struct store_row_range *range,
		     void (*done)(void *ctx, bool is_available, struct store_row *const *rows,
				  size_t n),
		     void *ctx)
{
	struct rows *rows = request_new(store, &rows_question, sizeof(*rows) + range->from.n);
	char *texts;

	if (!rows)
		return false;
	texts = rows->texts;
	rows->range = *range;
	rows->range.from = text_put(&texts, range->from);
	rows->page.limit = range->limit;
	rows->done = done;
	return request_submit(&rows->request, ctx);
}

/* ---- correct ---- */

struct correct {
	struct request request;
	struct text conversation;
	uint64_t seen;
	struct store_row *row; /* ours; NULL: none */
	void (*done)(void *ctx, bool is_available);
	char texts[];
};

static bool run_correct(const struct backend *backend, void *ctx, void *thread,
			struct request *request)
{
	struct correct *correct = container_of(request, struct correct, request);

	return backend->correct_row(ctx, thread, correct->conversation, correct->seen,
				    correct->row);
}

static void answer_correct(struct request *request, bool is_available)
{
	container_of(request, struct correct, request)->done(request->done_ctx, is_available);
}

static void release_correct(struct request *request)
{
	free(container_of(request, struct correct, request)->row);
}

static const struct question correct_question = {.is_for_writer = true,
						 .run = run_correct,
						 .answer = answer_correct,
						 .release = release_correct};

static bool ask_correct(struct store *store, struct text conversation, uint64_t seen,
			const struct store_row *row, void (*done)(void *ctx, bool is_available),
			void *ctx)
{
	struct correct *correct =
		request_new(store, &correct_question, sizeof(*correct) + conversation.n);
	char *texts;

	if (!correct)
		return false;
	texts = correct->texts;
	correct->conversation = text_put(&texts, conversation);
	correct->seen = seen;
	correct->row = row ? row_copy(row) : NULL;
	correct->done = done;
	if (row && !correct->row) {
		request_free(&correct->request);
		return false;
	}
	return request_submit(&correct->request, ctx);
}

/* ---- scan ---- */

struct scan {
	struct request request;
	struct text after;
	struct scan_page page;
	void (*done)(void *ctx, bool is_available, const struct store_scanned *items, size_t n,
		     struct text next);
	char texts[];
};

static bool run_scan(const struct backend *backend, void *ctx, void *thread,
		     struct request *request)
{
	struct scan *scan = container_of(request, struct scan, request);

	return backend->scan(ctx, thread, scan->after, &scan->page) && !scan->page.next.failed;
}

static void answer_scan(struct request *request, bool is_available)
{
	struct scan *scan = container_of(request, struct scan, request);

	scan->done(request->done_ctx, is_available, is_available ? scan->page.items : NULL,
		   is_available ? scan->page.n : 0,
		   is_available ? buffer_text(&scan->page.next) : TEXT_NONE);
}

static void release_scan(struct request *request)
{
	scan_page_release(&container_of(request, struct scan, request)->page);
}

static const struct question scan_question = {
	.run = run_scan, .answer = answer_scan, .release = release_scan};

static bool ask_scan(struct store *store, struct text after, size_t limit,
		     void (*done)(void *ctx, bool is_available, const struct store_scanned *items,
				  size_t n, struct text next),
		     void *ctx)
{
	struct scan *scan = request_new(store, &scan_question, sizeof(*scan) + after.n);
	char *texts;

	if (!scan)
		return false;
	texts = scan->texts;
	scan->after = text_put(&texts, after);
	scan->page.limit = limit;
	scan->done = done;
	return request_submit(&scan->request, ctx);
}

/* ---- identify ---- */

struct identify {
	struct request request;
	void (*done)(void *ctx, bool is_available, struct text identity);
	char identity[STORE_IDENTITY_MAX + 1];
};

static bool run_identify(const struct backend *backend, void *ctx, void *thread,
			 struct request *request)
{
	return backend->identify(ctx, thread,
				 container_of(request, struct identify, request)->identity);
}

static void answer_identify(struct request *request, bool is_available)
{
	struct identify *identify = container_of(request, struct identify, request);

	identify->done(request->done_ctx, is_available,
		       text_of_string(is_available ? identify->identity : ""));
}

static const struct question identify_question = {.run = run_identify, .answer = answer_identify};

static bool ask_identify(struct store *store,
			 void (*done)(void *ctx, bool is_available, struct text identity), void *ctx)
{
	struct identify *identify = request_new(store, &identify_question, sizeof(*identify));

	if (!identify)
		return false;
	identify->done = done;
	return request_submit(&identify->request, ctx);
}

/* ---- count ---- */

struct count {
	struct request request;
	uint64_t entries;
	void (*done)(void *ctx, bool is_available, uint64_t entries);
};

static bool run_count(const struct backend *backend, void *ctx, void *thread,
		      struct request *request)
{
	return backend->count(ctx, thread, &container_of(request, struct count, request)->entries);
}

static void answer_count(struct request *request, bool is_available)
{
	struct count *count = container_of(request, struct count, request);

	count->done(request->done_ctx, is_available, is_available ? count->entries : 0);
}

static const struct question count_question = {.run = run_count, .answer = answer_count};

static bool ask_count(struct store *store,
		      void (*done)(void *ctx, bool is_available, uint64_t entries), void *ctx)
{
	struct count *count = request_new(store, &count_question, sizeof(*count));

	if (!count)
		return false;
	count->done = done;
	return request_submit(&count->request, ctx);
}

/* ---- ping ---- */

struct ping {
	struct request request;
	void (*done)(void *ctx, bool is_available);
};

static bool run_ping(const struct backend *backend, void *ctx, void *thread,
		     struct request *request)
{
	(void)request;
	return backend->ping(ctx, thread);
}

static void answer_ping(struct request *request, bool is_available)
{
	container_of(request, struct ping, request)->done(request->done_ctx, is_available);
}

static const struct question ping_question = {.run = run_ping, .answer = answer_ping};

static bool ask_ping(struct store *store, void (*done)(void *ctx, bool is_available), void *ctx)
{
	struct ping *ping = request_new(store, &ping_question, sizeof(*ping));

	if (!ping)
		return false;
	ping->done = done;
	return request_submit(&ping->request, ctx);
}

const struct store_operations store_questions = {
	.read = ask_read,
	.find = ask_find,
	.compare = ask_compare,
	.rows = ask_rows,
	.correct = ask_correct,
	.scan = ask_scan,
	.count = ask_count,
	.identify = ask_identify,
	.ping = ask_ping,
};
