#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "store/mongo/outcome.h"

/* Three entries were sent; S stored, T taken, U unavailable. */
static const struct {
	const char *reply;
	bool is_done;
	const char *results;
} cases[] = {
	{"{\"insertedCount\": 3}", true, "SSS"},
	{"{}", false, "UUU"},
	{"{\"insertedCount\": 0, \"writeErrors\": []}", false, "UUU"},
	{"{\"insertedCount\": 3, \"writeErrors\": []}", false, "SSS"},
	{"{\"insertedCount\": 2, \"writeErrors\": [{\"index\": 1, \"code\": 11000}]}", false, "STS"},
	{"{\"insertedCount\": 0, \"writeErrors\": [{\"index\": 0, \"code\": 11000},"
	 " {\"index\": 2, \"code\": 11000}, {\"index\": 1, \"code\": 11000}]}", false, "TTT"},
	{"{\"insertedCount\": 1, \"writeErrors\": [{\"index\": 0, \"code\": 11000},"
	 " {\"index\": 2, \"code\": 121}]}", false, "TSU"},
	/* A majority may not have it. */
	{"{\"insertedCount\": 3, \"writeErrors\": [], \"writeConcernErrors\": [{\"code\": 64}]}", false, "UUU"},
	{"{\"insertedCount\": 2, \"writeErrors\": [{\"index\": 1, \"code\": 11000}],"
	 " \"writeConcernErrors\": [{\"code\": 64}]}", false, "UUU"},
	{"{\"insertedCount\": 2, \"writeErrors\": [{\"index\": 1, \"code\": 11000}],"
	 " \"writeConcernErrors\": []}", false, "STS"},
	/* It does not account for all. */
	{"{\"insertedCount\": 1, \"writeErrors\": [{\"index\": 1, \"code\": 11000}]}", false, "UUU"},
	{"{\"insertedCount\": 3, \"writeErrors\": [{\"index\": 1, \"code\": 11000}]}", false, "UUU"},
	{"{\"writeErrors\": [{\"index\": 1, \"code\": 11000}]}", false, "UUU"},
	{"{\"insertedCount\": \"2\", \"writeErrors\": [{\"index\": 1, \"code\": 11000}]}", false, "UUU"},
	{"{\"insertedCount\": 2, \"writeErrors\": [{\"index\": 3, \"code\": 11000}]}", false, "UUU"},
	{"{\"insertedCount\": 2, \"writeErrors\": [{\"index\": -1, \"code\": 11000}]}", false, "UUU"},
	{"{\"insertedCount\": 2, \"writeErrors\": [{\"code\": 11000}]}", false, "UUU"},
	{"{\"insertedCount\": 2, \"writeErrors\": [7]}", false, "UUU"},
	{"{\"insertedCount\": 2, \"writeErrors\": 7}", false, "UUU"},
	{"{\"insertedCount\": 2, \"writeErrors\": [{\"index\": 1}]}", false, "SUS"},
};

static void every_reply_has_its_results(void **state)
{
	static const char letters[] = {[APPEND_STORED] = 'S', [APPEND_TAKEN] = 'T', [APPEND_UNAVAILABLE] = 'U'};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct append appends[3] = {0};
		struct append *const pointers[] = {&appends[0], &appends[1], &appends[2]};
		bson_t *reply = bson_new_from_json((const uint8_t *)cases[i].reply, -1, NULL);
		char results[4] = "";
		bool is_known;

		assert_non_null(reply);
		is_known = outcome_read(reply, cases[i].is_done, pointers, 3);
		for (size_t j = 0; j < 3; j++)
			results[j] = letters[appends[j].result];
		if (strcmp(results, cases[i].results) != 0)
			fail_msg("%s: %s, not %s", cases[i].reply, results, cases[i].results);
		assert_int_equal(is_known, strchr(results, 'U') == NULL);
		bson_destroy(reply);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_reply_has_its_results)};

	return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}
