#include "fixture.h"

#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "store/sqlite/sqlite_store.h"

static void begin(struct fixture *f)
{
	const char *folder = getenv("TMPDIR");

	snprintf(f->place, sizeof(f->place), "%s/store-XXXXXX", folder ? folder : "/tmp");
	assert_non_null(mkdtemp(f->place));
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static void end(struct fixture *f)
{
	nftw(f->place, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct store *open_store(struct fixture *f, int64_t timeout_ms, char *error,
				size_t error_size)
{
	char path[sizeof(f->place) + 32];

	snprintf(path, sizeof(path), "%s/data/chat.db", f->place);
	return sqlite_store_open(f->loop, &f->log, path, timeout_ms, error, error_size);
}

/* The disk is full: no file of this process may grow. The store's threads have SIGXFSZ ignored. */
static void take_away(struct fixture *f)
{
	struct rlimit limit;

	(void)f;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 1;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void bring_back(struct fixture *f)
{
	struct rlimit limit;

	(void)f;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void damage(struct fixture *f, const char *conversation, uint64_t first)
{
	char path[sizeof(f->place) + 32], statement[256];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/data/chat.db", f->place);
	snprintf(statement, sizeof(statement),
		 "UPDATE entry SET messages = '[]' WHERE conversation = '%s' AND first = %llu",
		 conversation, (unsigned long long)first);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000); /* the store's threads may be writing */
	assert_int_equal(sqlite3_exec(db, statement, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

const struct test_backend sqlite_backend = {
	.name = "sqlite",
	.begin = begin,
	.end = end,
	.open = open_store,
	.take_away = take_away,
	.bring_back = bring_back,
	.damage = damage,
};
