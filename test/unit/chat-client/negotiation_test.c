#include "chat-client/server/negotiation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { I = 1 << ENCODING_IDENTITY, G = 1 << ENCODING_GZIP, B = 1 << ENCODING_BROTLI };

static void the_best_welcome_encoding_is_sent(void **state)
{
	static const struct {
		const char *header;
		unsigned offered;
		enum encoding expected;
	} cases[] = {
		{"", I | G | B, ENCODING_IDENTITY},
		{"gzip, deflate, br, zstd", I | G | B, ENCODING_BROTLI},
		{"gzip, deflate, br", I | G, ENCODING_GZIP},
		{"gzip, deflate, br", I, ENCODING_IDENTITY},
		{"GZIP", I | G | B, ENCODING_GZIP},
		{"x-gzip", I | G | B, ENCODING_GZIP},
		{"deflate", I | G | B, ENCODING_IDENTITY},
		{"br;q=0", I | G | B, ENCODING_IDENTITY},
		{"br;q=0, gzip", I | G | B, ENCODING_GZIP},
		{"br;q=0.5, gzip;q=0.8", I | G | B, ENCODING_GZIP},
		{"br;q=0.5,gzip;q=0.501", I | G | B, ENCODING_GZIP},
		{"br ; q=1.000 , gzip;q=1", I | G | B, ENCODING_BROTLI},
		{"br; Q=0.1, gzip;q=0", I | G | B, ENCODING_BROTLI},
		{"gzip;q=0.001", I | G | B, ENCODING_GZIP},
		{"identity, gzip;q=0.5", I | G | B, ENCODING_IDENTITY},
		{"*", I | G | B, ENCODING_BROTLI},
		{"*, br;q=0", I | G | B, ENCODING_GZIP},
		{"*;q=0", I | G | B, ENCODING_IDENTITY},
		{"identity;q=0", I, ENCODING_IDENTITY}, /* nothing better to send */
		{"br;q=2", I | B, ENCODING_IDENTITY},
		{"br;q=1.5", I | B, ENCODING_IDENTITY},
		{"br;q=", I | B, ENCODING_IDENTITY},
		{"br;q=0.5555", I | B, ENCODING_IDENTITY},
		{"br;q=-1", I | B, ENCODING_IDENTITY},
		{"br;q=0,5", I | B, ENCODING_IDENTITY},
		{"br;level=9", I | B, ENCODING_BROTLI},
		{"brx, xbr", I | B, ENCODING_IDENTITY},
		{",,;;=,;q=1,", I | G | B, ENCODING_IDENTITY},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum encoding got =
			negotiation_encoding(text_of_string(cases[i].header), cases[i].offered);

		if (got != cases[i].expected)
			fail_msg("'%s' gave %s", cases[i].header, encoding_name(got));
	}
}

static void a_known_tag_is_found_in_the_list(void **state)
{
	static const struct {
		const char *list;
		bool expected;
	} cases[] = {
		{"", false},
		{"\"a\"", true},
		{"W/\"a\"", true},
		{"*", true},
		{" * ", true},
		{"\"*\"", false},
		{"\"b\"", false},
		{"\"b\", W/\"c\",\"a\"", true},
		{"\"b,\"a\"", false}, /* b, is a tag of its own; then a, unquoted */
		{"\"x,\\\"\",\"a\"", false},
		{"a", false},
		{"\"a", false},
		{"\"", false},
		{"\"A\"", false},
		{"\"aa\"", false},
		{"\"\"", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (negotiation_matches(text_of_string(cases[i].list), TEXT("\"a\"")) !=
		    cases[i].expected)
			fail_msg("'%s'", cases[i].list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_welcome_encoding_is_sent),
		cmocka_unit_test(a_known_tag_is_found_in_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
