/* What --rebuild-view promises while others write, at the moment that matters. */
#include "fixture.h"

#include <string.h>

#include "upkeep/upkeep.h"

/* A store that lets another one append in front of the first correction. */
struct meddler {
	struct store store;
	struct store_operations operations;
	struct fixture *f;
	size_t corrections;
};

static struct meddler *meddler_of(struct store *store)
{
	return (struct meddler *)store;
}

static bool meddle(struct store *store, struct text conversation, uint64_t seen,
		   const struct store_row *row, void (*done)(void *ctx, bool is_available),
		   void *ctx)
{
	struct meddler *meddler = meddler_of(store);

	if (meddler->corrections++ == 0) {
		struct fixture other = *meddler->f;

		fixture_open(&other, TIMEOUT_MS);
		assert_int_equal(append_plain(&other, "ann", 2, 1, NULL), APPEND_STORED);
		store_close(other.store); /* its row was refused: the one that is there has seen more */
	}
	return store_correct(meddler->f->store, conversation, seen, row, done, ctx);
}

static bool pass_scan(struct store *store, struct text after, size_t limit,
		      void (*done)(void *ctx, bool is_available, const struct store_scanned *items,
				   size_t n, struct text next),
		      void *ctx)
{
	return store_scan(meddler_of(store)->f->store, after, limit, done, ctx);
}

static bool pass_rows(struct store *store, const struct store_row_range *range,
		      void (*done)(void *ctx, bool is_available, struct store_row *const *rows,
				   size_t n),
		      void *ctx)
{
	return store_rows(meddler_of(store)->f->store, range, done, ctx);
}

static bool pass_read(struct store *store, const struct store_range *range,
		      void (*done)(void *ctx, bool is_available, struct entry *const *entries,
				   size_t n),
		      void *ctx)
{
	return store_read(meddler_of(store)->f->store, range, done, ctx);
}

static bool pass_count(struct store *store,
		       void (*done)(void *ctx, bool is_available, uint64_t entries), void *ctx)
{
	return store_count(meddler_of(store)->f->store, done, ctx);
}

static void pass_follow(struct store *store, const struct entry *entry)
{
	store_follow(meddler_of(store)->f->store, entry);
}

static void take_number(void *ctx, bool is_available, struct store_row *const *rows, size_t n)
{
	struct answer *answer = ctx;

	assert_true(is_available);
	answer->calls++;
	answer->n = n > 0 ? (size_t)rows[0]->n : 0;
}

static size_t number_of_row(struct fixture *f)
{
	struct store_row_range range = {TEXT("ann"), true, 1};
	struct answer answer = {0};

	assert_true(store_rows(f->store, &range, take_number, &answer));
	fixture_wait(f, &answer.calls, 1);
	return answer.n;
}

static void what_comes_while_a_row_is_ahead_is_in_the_view(void **state)
{
	struct fixture *f = *state;
	struct store_row ahead = {.conversation = TEXT("ann"), .n = 99};
	struct answer corrected = {0};
	struct meddler meddler = {
		.operations = {.scan = pass_scan, .rows = pass_rows, .read = pass_read,
			       .count = pass_count, .correct = meddle, .follow = pass_follow},
		.f = f,
	};

	meddler.store.operations = &meddler.operations;
	fixture_open(f, TIMEOUT_MS);
	assert_int_equal(append_plain(f, "ann", 1, 1, NULL), APPEND_STORED);
	fixture_reopen(f); /* its row is written */
	assert_true(store_correct(f->store, TEXT("ann"), 1, &ahead, answer_ping, &corrected));
	fixture_wait(f, &corrected.calls, 1);
	assert_int_equal(number_of_row(f), 99);
	assert_true(upkeep_rebuild_view(f->loop, &meddler.store));
	assert_int_equal(meddler.corrections, 1);
	fixture_reopen(f); /* what it followed is written */
	assert_int_equal(number_of_row(f), 2);
}

static int setup(void **state)
{
	*state = fixture_begin(&sqlite_backend);
	return 0;
}

static int teardown(void **state)
{
	fixture_end(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_comes_while_a_row_is_ahead_is_in_the_view,
						setup, teardown),
	};

	return cmocka_run_group_tests_name("rebuild", tests, NULL, NULL);
}
