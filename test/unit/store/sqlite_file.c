/* What sqlite_store.h promises of its file beyond store.h. */
#include "fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/sqlite/sqlite_store.h"

static const char *path_in(struct fixture *f, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", f->place, name);
	return path;
}

static void write_file(const char *path, const char *bytes)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(bytes, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Opens the file as another program would, and runs statements. */
static sqlite3 *other_program(const char *path, const char *statements)
{
	sqlite3 *db = NULL;
	char *error = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000); /* the store's threads may be writing */
	if (sqlite3_exec(db, statements, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", statements, error);
	return db;
}

static void change(const char *path, const char *statements)
{
	sqlite3_close(other_program(path, statements));
}

static void assert_refused(struct fixture *f, const char *path, const char *why)
{
	char error[256] = "";

	assert_null(sqlite_store_open(f->loop, &f->log, path, 1000, error, sizeof(error)));
	if (!strstr(error, why) || !strstr(error, path) || strchr(error, '\n'))
		fail_msg("the error is '%s'", error);
}

static void what_cannot_be_opened_is_told_at_once(void **state)
{
	struct fixture *f = *state;

	write_file(path_in(f, "file"), "x");
	assert_refused(f, path_in(f, "file/chat.db"), "Not a directory");
	assert_int_equal(mkdir(path_in(f, "folder.db"), 0700), 0);
	assert_refused(f, path_in(f, "folder.db"), "cannot be opened");
	write_file(path_in(f, "letter.txt"),
		   "Dear Ann, this is a letter and not a database at all. ");
	assert_refused(f, path_in(f, "letter.txt"), "not a database");
}

static size_t read_file(const char *path, char *bytes, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(bytes, 1, size, file);
	fclose(file);
	return n;
}

static void another_programs_database_stays_as_it_is(void **state)
{
	static char before[65536], after[65536];
	struct fixture *f = *state;
	size_t n;

	change(path_in(f, "other.db"), "CREATE TABLE accounts (name TEXT)");
	n = read_file(path_in(f, "other.db"), before, sizeof(before));
	assert_refused(f, path_in(f, "other.db"), "another program");
	assert_int_equal(read_file(path_in(f, "other.db"), after, sizeof(after)), n);
	assert_memory_equal(before, after, n);
}

static void a_newer_versions_file_is_refused(void **state)
{
	struct fixture *f = *state;

	fixture_open(f, TIMEOUT_MS);
	assert_int_equal(append_plain(f, "ann", 1, 1, NULL), APPEND_STORED);
	store_close(f->store);
	f->store = NULL;
	change(path_in(f, "data/chat.db"), "PRAGMA user_version = 3");
	assert_refused(f, path_in(f, "data/chat.db"), "newer version");
	change(path_in(f, "data/chat.db"), "PRAGMA user_version = 2");
	fixture_open(f, TIMEOUT_MS);
	assert_int_equal(append_plain(f, "ann", 1, 1, NULL), APPEND_TAKEN);
}

/* In a process of its own: opens the file, which may not exist yet, and wins as many places as it can. */
static int race(const char *path)
{
	struct fixture f = {.loop = loop_new(), .log = {.level = LOG_ERROR, .fd = STDERR_FILENO}};
	char error[256];
	int stored = 0;

	f.store = sqlite_store_open(f.loop, &f.log, path, TIMEOUT_MS, error, sizeof(error));
	if (!f.store) {
		fprintf(stderr, "%s\n", error);
		return 255;
	}
	for (uint64_t number = 1; number <= 100; number++)
		stored += append_plain(&f, "ann", number, 1, NULL) == APPEND_STORED;
	store_close(f.store);
	loop_free(f.loop);
	return stored;
}

static void several_processes_take_turns(void **state)
{
	enum { PROCESSES = 4 };
	struct fixture *f = *state;
	pid_t children[PROCESSES];
	struct answer answer;
	int stored = 0;

	for (size_t i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			_exit(race(path_in(f, "data/chat.db")));
	}
	for (size_t i = 0; i < PROCESSES; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status));
		assert_int_not_equal(WEXITSTATUS(status), 255);
		stored += WEXITSTATUS(status);
	}
	assert_int_equal(stored, 100);
	fixture_open(f, TIMEOUT_MS);
	answer = read_range(f, (struct store_range){.conversation = TEXT("ann"), .limit = 1000});
	assert_true(answer.is_available);
	assert_int_equal(answer.n, 100);
	answer_release(&answer);
}

static void a_lock_held_too_long_is_an_outage_that_passes(void **state)
{
	struct fixture *f = *state;
	sqlite3 *other;

	fixture_open(f, 500);
	assert_int_equal(append_plain(f, "ann", 1, 1, NULL), APPEND_STORED);
	other = other_program(path_in(f, "data/chat.db"), "BEGIN IMMEDIATE");
	assert_int_equal(append_plain(f, "ann", 2, 1, NULL), APPEND_UNAVAILABLE);
	assert_true(ping(f)); /* reading goes on */
	sqlite3_close(other);
	assert_int_equal(append_plain(f, "ann", 2, 1, NULL), APPEND_STORED);
}

static void a_malformed_row_makes_its_conversation_unavailable(void **state)
{
	static const char *const damages[] = {
		"messages = 'not JSON'",
		"messages = '[]'",
		"messages = '{}'",
		"messages = '[1]'",
		"messages = '[{\"role\":\"user\",\"from\":\"a\"}]'",
		"messages = '[{\"role\":\"king\",\"from\":\"a\",\"text\":\"b\"}]'",
		"messages = '[{\"role\":\"user\",\"from\":\"a\",\"text\":3}]'",
		"messages = '[{\"role\":\"user\",\"from\":\"a\",\"text\":\"b\",\"id\":3}]'",
		"messages = CAST(x'5b22ff225d' AS TEXT)", /* ["\xff"] */
		"n = 2",
		"n = -1",
		"n = 4000000000000000000",
		"first = 0",
		"first = 9",
		"state = 'gone'",
		"bot = CAST(x'fffe' AS TEXT)",
	};
	struct fixture *f = *state;
	char statement[256];

	f->log.fd = -1; /* each of them is an error line */
	fixture_open(f, TIMEOUT_MS);
	assert_int_equal(append_plain(f, "bob", 1, 1, "x"), APPEND_STORED);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct answer answer;

		change(path_in(f, "data/chat.db"), "DELETE FROM entry WHERE conversation = 'ann'");
		change(path_in(f, "data/chat.db"),
		       "DELETE FROM client_id WHERE conversation = 'ann'");
		assert_int_equal(append_plain(f, "ann", 1, 1, "x"), APPEND_STORED);
		snprintf(statement, sizeof(statement),
			 "UPDATE entry SET %s WHERE conversation = 'ann'", damages[i]);
		change(path_in(f, "data/chat.db"), statement);
		answer = read_range(f,
				    (struct store_range){.conversation = TEXT("ann"), .limit = 9});
		if (answer.is_available)
			fail_msg("read in spite of %s", damages[i]);
		assert_int_equal(answer.n, 0);
		answer_release(&answer);
	}
	assert_int_equal(append_plain(f, "bob", 2, 1, "y"), APPEND_STORED); /* another's is not */
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_cannot_be_opened_is_told_at_once),
		TEST(another_programs_database_stays_as_it_is),
		TEST(a_newer_versions_file_is_refused),
		TEST(several_processes_take_turns),
		TEST(a_lock_held_too_long_is_an_outage_that_passes),
		TEST(a_malformed_row_makes_its_conversation_unavailable),
	};

	return cmocka_run_group_tests_name("sqlite-file", tests, NULL, NULL);
}
