#include "fanout/redis/redis_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void addresses_are_read(void **state)
{
	static const struct {
		const char *text, *host;
		uint16_t port;
		const char *user, *password;
	} cases[] = {
		{"redis://cache", "cache", 6379, "", ""},
		{"redis://cache/", "cache", 6379, "", ""},
		{"redis://cache/0", "cache", 6379, "", ""},
		{"redis://10.0.0.7:7000", "10.0.0.7", 7000, "", ""},
		{"redis://[::1]:7000/3", "::1", 7000, "", ""},
		{"redis://[fe80::1]", "fe80::1", 6379, "", ""},
		{"redis://:secret@cache:1", "cache", 1, "", "secret"},
		{"redis://ada:p%40ss%3a%2F@cache", "cache", 6379, "ada", "p@ss:/"},
		{"redis://ada:a@b@cache", "cache", 6379, "ada", "a@b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct redis_url url;
		const char *why = "";

		if (!redis_url_read(&url, cases[i].text, &why))
			fail_msg("%s: %s", cases[i].text, why);
		assert_string_equal(url.host, cases[i].host);
		assert_int_equal(url.port, cases[i].port);
		assert_string_equal(url.user, cases[i].user);
		assert_string_equal(url.password, cases[i].password);
	}
}

static void what_is_none_is_refused(void **state)
{
	static const char *const cases[] = {
		"", "redis", "cache:6379", "rediss://cache", "http://cache", "redis://", "redis://:6379",
		"redis://cache:0", "redis://cache:65536", "redis://cache:x", "redis://cache:", "redis://cache/x",
		"redis://a@cache", "redis://a:%4@cache", "redis://a:%zz@cache", "redis://a:b%00c@cache",
	};
	char long_host[400] = "redis://";

	(void)state;
	memset(long_host + 8, 'x', 300);
	for (size_t i = 0; i <= sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = i < sizeof(cases) / sizeof(cases[0]) ? cases[i] : long_host;
		struct redis_url url;
		const char *why = NULL;

		if (redis_url_read(&url, text, &why))
			fail_msg("'%s' was taken", text);
		assert_non_null(why);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(what_is_none_is_refused),
	};

	return cmocka_run_group_tests_name("redis_url", tests, NULL, NULL);
}
