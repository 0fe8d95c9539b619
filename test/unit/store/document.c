#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "store/mongo/document.h"

static void assert_json(const bson_t *document, const char *wanted)
{
	char *json = bson_as_relaxed_extended_json(document, NULL);

	assert_string_equal(json, wanted);
	bson_free(json);
}

static void an_entry_is_written_with_its_fields_in_order(void **state)
{
	struct message messages[] = {{ROLE_USER, TEXT("Ann"), TEXT("hi"), TEXT("c1")},
				     {ROLE_BOT, TEXT("Bot"), TEXT("yes?"), TEXT_NONE},
				     {ROLE_USER, TEXT("Ann"), TEXT("ho"), TEXT("c2")},
				     {ROLE_USER, TEXT("Ann"), TEXT("hi"), TEXT("c1")}};
	struct standing after = {STATE_LIVE, TEXT("eve"), 1000, TEXT("{}")};
	struct entry *entry = entry_make(TEXT("ann"), 7, 2000, &after, messages, 4);
	bson_t document = BSON_INITIALIZER;

	(void)state;
	assert_true(document_write(&document, entry));
	assert_json(&document,
		    "{ \"_id\" : { \"c\" : \"ann\", \"s\" : 7 }, \"n\" : 4,"
		    " \"at\" : { \"$date\" : \"1970-01-01T00:00:02Z\" }, \"m\" : ["
		    " { \"r\" : \"user\", \"f\" : \"Ann\", \"t\" : \"hi\", \"i\" : \"c1\" },"
		    " { \"r\" : \"bot\", \"f\" : \"Bot\", \"t\" : \"yes?\" },"
		    " { \"r\" : \"user\", \"f\" : \"Ann\", \"t\" : \"ho\", \"i\" : \"c2\" },"
		    " { \"r\" : \"user\", \"f\" : \"Ann\", \"t\" : \"hi\", \"i\" : \"c1\" } ],"
		    " \"ids\" : [ \"c1\", \"c2\" ], \"st\" : { \"s\" : \"live\", \"a\" : \"eve\","
		    " \"since\" : { \"$date\" : \"1970-01-01T00:00:01Z\" }, \"b\" : \"{}\" } }");
	bson_destroy(&document);
	entry_unref(entry);
}

static void what_is_empty_is_left_out(void **state)
{
	struct message message = {ROLE_SYSTEM, TEXT_NONE, TEXT_NONE, TEXT_NONE};
	struct entry *entry = entry_make(TEXT("ann"), 1, 0, &(struct standing){0}, &message, 1);
	bson_t document = BSON_INITIALIZER;

	(void)state;
	assert_true(document_write(&document, entry));
	assert_json(&document, "{ \"_id\" : { \"c\" : \"ann\", \"s\" : 1 }, \"n\" : 1,"
			       " \"at\" : { \"$date\" : \"1970-01-01T00:00:00Z\" },"
			       " \"m\" : [ { \"r\" : \"system\", \"f\" : \"\", \"t\" : \"\" } ],"
			       " \"st\" : { \"s\" : \"bot\" } }");
	bson_destroy(&document);
	entry_unref(entry);
}

#define PLACE "\"_id\": {\"c\": \"ann\", \"s\": 3}"
#define TIME "\"at\": {\"$date\": \"2024-01-01T00:00:00Z\"}"
#define MESSAGE "{\"r\": \"user\", \"f\": \"Ann\", \"t\": \"hi\"}"
#define STANDING "\"st\": {\"s\": \"bot\"}"
#define ALL PLACE ", \"n\": 1, " TIME ", \"m\": [" MESSAGE "], " STANDING

static struct entry *read_json(const char *json, const char **why)
{
	bson_error_t error;
	bson_t *document = bson_new_from_json((const uint8_t *)json, -1, &error);
	struct entry *entry;

	if (!document)
		fail_msg("%s: %s", json, error.message);
	entry = document_read(document, why);
	bson_destroy(document);
	return entry;
}

static void what_a_person_or_a_later_version_wrote_is_read(void **state)
{
	static const char *const good[] = {
		"{" ALL "}",
		"{" STANDING ", \"m\": [" MESSAGE "], " TIME ", \"n\": 1, " PLACE "}",
		"{\"_id\": {\"s\": 3.0, \"c\": \"ann\"}, \"n\": 1.0, " TIME ", \"m\": [" MESSAGE
		"], " STANDING "}",
		"{" ALL ", \"later\": {\"x\": []}, \"ids\": 3}",
	};
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct entry *entry = read_json(good[i], &why);

		if (!entry)
			fail_msg("%s: %s", good[i], why);
		assert_int_equal(entry->first, 3);
		assert_true(text_equal(entry->conversation, TEXT("ann")));
		assert_int_equal(entry->n, 1);
		assert_true(text_equal(entry->messages[0].text, TEXT("hi")));
		entry_unref(entry);
	}
}

static void what_is_no_entry_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *json, *why;
	} bad[] = {
		{"{}", "a missing field"},
		{"{\"_id\": 3}", "_id"},
		{"{\"_id\": {\"c\": \"ann\"}}", "_id"},
		{"{\"_id\": {\"s\": 1}}", "_id"},
		{"{\"_id\": {\"c\": 1, \"s\": 1}}", "_id"},
		{"{\"_id\": {\"c\": \"ann\", \"s\": \"1\"}}", "_id"},
		{"{\"_id\": {\"c\": \"ann\", \"s\": 0}}", "_id"},
		{"{\"_id\": {\"c\": \"ann\", \"s\": -1}}", "_id"},
		{"{\"_id\": {\"c\": \"ann\", \"s\": {\"$numberDouble\": \"NaN\"}}}", "_id"},
		{"{" PLACE ", " TIME ", \"m\": [" MESSAGE "], " STANDING "}", "n"},
		{"{" PLACE ", \"n\": 1, \"m\": [" MESSAGE "], " STANDING "}", "a missing field"},
		{"{" PLACE ", \"n\": 1, " TIME ", " STANDING "}", "a missing field"},
		{"{" PLACE ", \"n\": 1, " TIME ", \"m\": [" MESSAGE "]}", "a missing field"},
		{"{" ALL ", \"n\": 0}", "n"},
		{"{" ALL ", \"n\": -1}", "n"},
		{"{" ALL ", \"n\": \"1\"}", "n"},
		{"{" ALL ", \"n\": {\"$numberLong\": \"9000000000000000000\"}}", "n"},
		{"{" ALL ", \"n\": 2}", "m"},
		{"{" ALL ", \"at\": 3}", "at"},
		{"{" ALL ", \"st\": {}}", "st"},
		{"{" ALL ", \"st\": {\"s\": \"gone\"}}", "st"},
		{"{" ALL ", \"st\": {\"s\": \"bot\", \"a\": 1}}", "st"},
		{"{" ALL ", \"st\": {\"s\": \"bot\", \"b\": {}}}", "st"},
		{"{" ALL ", \"st\": {\"s\": \"bot\", \"since\": 3}}", "st"},
		{"{" ALL ", \"m\": []}", "m"},
		{"{" ALL ", \"m\": {}}", "m"},
		{"{" ALL ", \"m\": \"x\"}", "m"},
		{"{" ALL ", \"m\": [1]}", "m"},
		{"{" ALL ", \"m\": [" MESSAGE ", " MESSAGE "]}", "m"},
		{"{" ALL ", \"m\": [{\"r\": \"king\", \"f\": \"a\", \"t\": \"b\"}]}", "m"},
		{"{" ALL ", \"m\": [{\"r\": \"user\", \"t\": \"b\"}]}", "m"},
		{"{" ALL ", \"m\": [{\"r\": \"user\", \"f\": \"a\"}]}", "m"},
		{"{" ALL ", \"m\": [{\"r\": \"user\", \"f\": \"a\", \"t\": 1}]}", "m"},
		{"{" ALL ", \"m\": [{\"r\": \"user\", \"f\": \"a\", \"t\": \"b\", \"i\": 1}]}",
		 "m"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *why = NULL;

		if (read_json(bad[i].json, &why))
			fail_msg("%s was read", bad[i].json);
		if (strcmp(why, bad[i].why) != 0)
			fail_msg("%s: '%s', not '%s'", bad[i].json, why, bad[i].why);
	}
}

static void bytes_that_are_not_utf8_are_refused(void **state)
{
	struct message message = {ROLE_USER, TEXT("Ann"), TEXT("\xff\xfe"), TEXT_NONE};
	struct entry *entry = entry_make(TEXT("ann"), 1, 0, &(struct standing){0}, &message, 1);
	bson_t document = BSON_INITIALIZER;
	const char *why;

	(void)state;
	assert_true(document_write(&document, entry));
	assert_null(document_read(&document, &why));
	assert_string_equal(why, "m");
	bson_destroy(&document);
	entry_unref(entry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_written_with_its_fields_in_order),
		cmocka_unit_test(what_is_empty_is_left_out),
		cmocka_unit_test(what_a_person_or_a_later_version_wrote_is_read),
		cmocka_unit_test(what_is_no_entry_is_refused_with_a_reason),
		cmocka_unit_test(bytes_that_are_not_utf8_are_refused),
	};

	return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
