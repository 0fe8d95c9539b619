#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

struct fixture {
	struct log log;
	int read_fd;
	char line[20000]; /* what was written, behind its time */
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int ends[2];

	if (!f || pipe(ends) < 0) {
		free(f);
		return -1;
	}
	f->read_fd = ends[0];
	f->log = (struct log){
		.level = LOG_INFO, .format = LOG_TEXT, .fd = ends[1], .process = "test"};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	close(f->read_fd);
	close(f->log.fd);
	free(f);
	return 0;
}

/* The line without its time, which stands between `before` and `after`. Call it when one was
 * written. */
static const char *written(struct fixture *f, size_t skip)
{
	ssize_t n = read(f->read_fd, f->line, sizeof(f->line) - 1);

	assert_true(n > (ssize_t)skip);
	f->line[n] = '\0';
	return f->line + skip;
}

static const size_t text_skip = sizeof("2026-01-02T03:04:05.678Z ") - 1;
static const size_t json_skip = sizeof("{\"at\":\"2026-01-02T03:04:05.678Z\",") - 1;

static void text_has_the_event_and_its_fields(void **state)
{
	struct fixture *f = *state;

	log_info(&f->log, "store is back", LOG_NUMBER("after_ms", -5), LOG_STRING("name", "ann"),
		 LOG_STRING("said", "two words"), LOG_STRING("nothing", NULL));
	assert_string_equal(written(f, text_skip), "info  test: store is back after_ms=-5 name=ann "
						   "said=\"two words\" nothing=\"\"\n");
}

static void json_has_the_same(void **state)
{
	struct fixture *f = *state;

	f->log.format = LOG_JSON;
	log_error(&f->log, "failed", LOG_NUMBER("n", 3),
		  LOG_TEXT_FIELD("why", TEXT("a \"b\"\\c\x01\n")));
	assert_string_equal(written(f, json_skip),
			    "\"level\":\"error\",\"process\":\"test\",\"event\":\"failed\",\"n\":3,"
			    "\"why\":\"a \\\"b\\\"\\\\c\\u0001\\n\"}\n");
}

static void a_field_cannot_forge_a_line(void **state)
{
	struct fixture *f = *state;

	log_warn(&f->log, "x", LOG_STRING("name", "a\n2026 error: b\r\x1B[31m\x7F"));
	assert_string_equal(written(f, text_skip),
			    "warn  test: x name=\"a\\n2026 error: b\\u000d\\u001b[31m\\u007f\"\n");
	log_warn(&f->log, "x", LOG_STRING("name", "\xFF\xFE"));
	assert_non_null(strstr(written(f, text_skip), "not UTF-8"));
}

static void what_is_below_the_level_is_not_written(void **state)
{
	struct fixture *f = *state;

	log_debug(&f->log, "quiet");
	log_info(&f->log, "loud");
	assert_string_equal(written(f, text_skip), "info  test: loud\n");
}

/* The line that is too long is lost, the log goes on. */
static void an_endless_field_is_dropped(void **state)
{
	struct fixture *f = *state;
	size_t n = 1 << 20;
	char *much = malloc(n);

	assert_non_null(much);
	memset(much, 'a', n);
	log_info(&f->log, "much", LOG_TEXT_FIELD("text", text_of(much, n)));
	log_info(&f->log, "after");
	assert_string_equal(written(f, text_skip), "info  test: after\n");
	free(much);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(text_has_the_event_and_its_fields, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(json_has_the_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_field_cannot_forge_a_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_below_the_level_is_not_written, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_endless_field_is_dropped, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
