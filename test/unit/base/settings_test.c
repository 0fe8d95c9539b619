#include "base/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct values {
	const char *name, *secret;
	int64_t port;
	int level;
};

static const char *const levels[] = {"low", "high", NULL};

enum { ROWS = 4 };

static void describe(struct setting table[ROWS], struct values *v)
{
	const struct setting rows[ROWS] = {
		{.name = "T_NAME", .kind = SETTING_STRING, .value = &v->name, .help = "who"},
		{.name = "T_SECRET",
		 .kind = SETTING_STRING,
		 .value = &v->secret,
		 .is_secret = true,
		 .help = "what"},
		{.name = "T_PORT",
		 .kind = SETTING_INT,
		 .value = &v->port,
		 .initial = "80",
		 .min = 1,
		 .max = 99,
		 .help = "where"},
		{.name = "T_LEVEL",
		 .kind = SETTING_CHOICE,
		 .value = &v->level,
		 .initial = "high",
		 .choices = levels,
		 .help = "how much"},
	};

	memcpy(table, rows, sizeof(rows));
}

static int clean(void **state)
{
	(void)state;
	unsetenv("T_NAME");
	unsetenv("T_SECRET");
	unsetenv("T_PORT");
	unsetenv("T_LEVEL");
	return 0;
}

static bool read_all(struct values *v, char *error, size_t size)
{
	struct setting table[ROWS];

	describe(table, v);
	return settings_read(table, ROWS, error, size);
}

static void unset_and_empty_take_the_default(void **state)
{
	struct values v = {.name = "left over"};
	char error[200] = "";

	clean(state);
	setenv("T_PORT", "", 1);
	assert_true(read_all(&v, error, sizeof(error)));
	assert_null(v.name);
	assert_int_equal(v.port, 80);
	assert_int_equal(v.level, 1);
}

static void what_is_set_is_taken(void **state)
{
	struct values v = {0};
	char error[200] = "";

	clean(state);
	setenv("T_NAME", " J\xC3\xBCrgen ", 1);
	setenv("T_PORT", "99", 1);
	setenv("T_LEVEL", "low", 1);
	assert_true(read_all(&v, error, sizeof(error)));
	assert_string_equal(v.name, " J\xC3\xBCrgen ");
	assert_int_equal(v.port, 99);
	assert_int_equal(v.level, 0);
}

static void a_wrong_value_is_told_in_one_line(void **state)
{
	static const struct {
		const char *name, *held, *line;
	} cases[] = {
		{"T_PORT", "100", "T_PORT is '100', but must be a whole number from 1 to 99"},
		{"T_PORT", "0", "T_PORT is '0', but must be a whole number from 1 to 99"},
		{"T_PORT", "8o", "T_PORT is '8o', but must be a whole number from 1 to 99"},
		{"T_LEVEL", "High", "T_LEVEL is 'High', but must be low or high"},
		{"T_SECRET", "\xFF", "T_SECRET is '(secret)', but must be text"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct values v = {0};
		char error[200] = "";

		clean(state);
		setenv(cases[i].name, cases[i].held, 1);
		assert_false(read_all(&v, error, sizeof(error)));
		assert_string_equal(error, cases[i].line);
	}
}

static void help_names_every_setting(void **state)
{
	struct values v = {0};
	struct setting table[ROWS];
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	describe(table, &v);
	settings_print(table, ROWS, out);
	fclose(out);
	assert_non_null(
		strstr(text, "T_PORT (a whole number from 1 to 99; default: 80)\n      where\n"));
	assert_non_null(strstr(text, "T_LEVEL (low or high; default: high)"));
	assert_non_null(strstr(text, "T_NAME (text; default: none)"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unset_and_empty_take_the_default),
		cmocka_unit_test(what_is_set_is_taken),
		cmocka_unit_test(a_wrong_value_is_told_in_one_line),
		cmocka_unit_test(help_names_every_setting),
	};

	return cmocka_run_group_tests(tests, NULL, clean);
}
