/* fixture.h: a store of its own for each test, on whichever backend the program was started for.
 *
 * Purpose    opens, reopens and takes away a store; asks it and waits for its answers.
 * Ownership  fixture_begin opens all that fixture_end takes away; answers hold their entries until answer_release.
 * Errors     fails the test.
 * Threads    one.
 */
#ifndef TEST_FIXTURE_H
#define TEST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "store/store.h"

enum { TIMEOUT_MS = 20000, WAIT_MS = 60000 };

struct fixture;

/* What the tests need of a backend beyond its store. */
struct test_backend {
	const char *name;
	/* A place for data, empty; and its end. */
	void (*begin)(struct fixture *f);
	void (*end)(struct fixture *f);
	struct store *(*open)(struct fixture *f, int64_t timeout_ms, char *error, size_t error_size);
	/* The backend loses its data, keeping what was acknowledged, and gets it back. */
	void (*take_away)(struct fixture *f);
	void (*bring_back)(struct fixture *f);
	/* Makes an entry one that cannot be read. */
	void (*damage)(struct fixture *f, const char *conversation, uint64_t first);
};

struct fixture {
	const struct test_backend *backend;
	struct loop *loop;
	struct log log;
	struct store *store;
	char place[128]; /* the backend's: a folder, a database's name */
	void *state;     /* the backend's */
};

extern const struct test_backend sqlite_backend, mongo_backend;

struct fixture *fixture_begin(const struct test_backend *backend);
void fixture_end(struct fixture *f);
void fixture_open(struct fixture *f, int64_t timeout_ms);
void fixture_reopen(struct fixture *f);
/* Turns the loop until *count is at least n; fails the test when that takes longer than WAIT_MS. */
void fixture_wait(struct fixture *f, const size_t *count, size_t n);

struct answer {
	size_t calls; /* how often it came */
	bool is_available;
	enum append_result result;
	struct entry **entries;
	size_t n;
};

void answer_release(struct answer *answer);
/* As callbacks; ctx is the struct answer. */
void answer_append(void *answer, enum append_result result);
void answer_read(void *answer, bool is_available, struct entry *const *entries, size_t n);
void answer_find(void *answer, bool is_available, struct entry *entry);
void answer_ping(void *answer, bool is_available);

/* Which logs go on, such as "yn" for two; "" when the store is unavailable. */
struct comparison_answer {
	size_t calls;
	char has_more[STORE_PLACES_MAX + 1];
};
void answer_compare(void *answer, bool is_available, const bool *has_more, size_t n);

/* Asks, and gives the entry up at once. */
void start_append(struct fixture *f, struct entry *entry, struct answer *answer);

/* Ask and wait. */
enum append_result append(struct fixture *f, struct entry *entry);
struct answer read_range(struct fixture *f, struct store_range range);
struct answer find(struct fixture *f, const char *conversation, const char *client_id);
struct comparison_answer compare(struct fixture *f, const struct store_place *places, size_t n);
bool ping(struct fixture *f);

/* An entry of n messages "text <number>" of Ann's, the first with the id (NULL: none). */
struct entry *plain_entry(const char *conversation, uint64_t first, size_t n, const char *id);
/* plain_entry, appended and given up. */
enum append_result append_plain(struct fixture *f, const char *conversation, uint64_t first, size_t n,
				const char *id);
void assert_same_entry(const struct entry *a, const struct entry *b);

#endif
