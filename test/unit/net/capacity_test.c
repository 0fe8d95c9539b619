#include "net/capacity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void what_fits(void **state)
{
	static const struct {
		int64_t wanted, most, connections, files;
	} cases[] = {
		{0, 1024, 896, 1024},
		{0, 20000, 19872, 20000},
		{0, 65536, 65408, 65536},
		{0, INT32_MAX, 65408, 65536},
		{0, 256, 128, 256},
		{0, 255, 128, 255},
		{0, 20, 10, 20},
		{1, 1024, 1, 129},
		{896, 1024, 896, 1024},
		{200000, 524288, 200000, 200128},
		{897, 1024, 0, 0},
		{1, 128, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t connections = 0, files = 0;
		bool fits = capacity_divide(cases[i].wanted, cases[i].most, &connections, &files);

		if (fits != (cases[i].files > 0) || connections != cases[i].connections ||
		    files != cases[i].files)
			fail_msg("case %zu: %lld connections, %lld files", i, (long long)connections,
				 (long long)files);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits),
	};

	return cmocka_run_group_tests_name("capacity", tests, NULL, NULL);
}
