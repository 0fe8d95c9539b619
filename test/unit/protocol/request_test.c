#include "protocol/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void lines_and_what_is_made_of_them(void **state)
{
	static const struct {
		const char *line;
		enum err err;
		enum verb verb; /* without an error */
		unsigned has;
		const char *id;
	} cases[] = {
		{"{\"type\":\"hello\",\"name\":\"Ada\"}", ERR_NONE, VERB_HELLO, FIELD_NAME, ""},
		{"{\"type\":\"hello\",\"jwt\":\"a.b.c\"}", ERR_NONE, VERB_HELLO, FIELD_JWT, ""},
		{"{\"type\":\"open\"}", ERR_NONE, VERB_OPEN, 0, ""},
		{"{\"type\":\"open\",\"after\":0,\"limit\":9}", ERR_NONE, VERB_OPEN,
		 FIELD_AFTER | FIELD_LIMIT, ""},
		{"{\"type\":\"open\",\"after\":null}", ERR_NONE, VERB_OPEN, 0, ""},
		{" {\"before\" : 7 , \"type\" : \"history\" } ", ERR_NONE, VERB_HISTORY, FIELD_BEFORE, ""},
		{"{\"type\":\"send\",\"id\":\"a\",\"text\":\"\"}", ERR_NONE, VERB_SEND,
		 FIELD_ID | FIELD_TEXT, "a"},
		{"{\"type\":\"typing\",\"on\":false}", ERR_NONE, VERB_TYPING, FIELD_ON, ""},
		{"{\"type\":\"read\",\"seq\":9223372036854775807}", ERR_NONE, VERB_READ, FIELD_SEQ, ""},
		{"{\"type\":\"escalate\",\"id\":\"e\",\"conversation\":\"ada\"}", ERR_NONE,
		 VERB_ESCALATE, FIELD_ID | FIELD_CONVERSATION, "e"},
		{"{\"type\":\"cancel\",\"x\":[{}]}", ERR_NONE, VERB_CANCEL, 0, ""},
		{"{\"type\":\"dance\",\"id\":\"d\"}", ERR_UNKNOWN_TYPE, VERB_COUNT, FIELD_ID, "d"},
		{"{\"type\":\"Send\"}", ERR_UNKNOWN_TYPE, VERB_COUNT, 0, ""},
		{"{\"type\":\"\"}", ERR_UNKNOWN_TYPE, VERB_COUNT, 0, ""},
		{"{\"type\":5,\"id\":\"d\"}", ERR_BAD_REQUEST, VERB_COUNT, FIELD_ID, "d"},
		{"{}", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"[]", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"\"send\"", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"{\"type\":\"open\"} x", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"{\"type\":\"open\",\"type\":\"open\"}", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"{\"type\":\"send\",\"text\":\"\\u0000\"}", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"{\"type\":\"send\",\"text\":\"\\ud800\"}", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"{\"type\":\"send\",\"text\":\"\xFF\"}", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"{\"type\":\"send\",\"id\":\"a\",\"text\":7}", ERR_BAD_REQUEST, VERB_COUNT, FIELD_ID, "a"},
		{"{\"type\":\"send\",\"id\":7,\"text\":\"a\"}", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"{\"type\":\"send\",\"id\":\"\",\"text\":\"a\"}", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"{\"type\":\"open\",\"after\":-1}", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"{\"type\":\"open\",\"after\":1.0}", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"{\"type\":\"open\",\"after\":\"1\"}", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"{\"type\":\"open\",\"after\":9223372036854775808}", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
		{"{\"type\":\"typing\",\"on\":1}", ERR_BAD_REQUEST, VERB_COUNT, 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct request r;
		enum err err = request_parse(&r, text_of_string(cases[i].line));

		if (err != cases[i].err || r.has != cases[i].has ||
		    !text_equal(r.id, text_of_string(cases[i].id)) ||
		    (err == ERR_NONE && r.verb != cases[i].verb) || (err == ERR_NONE) != !r.why[0])
			fail_msg("%s: %s, has %x, id '%.*s', why '%s'", cases[i].line, err_name(err), r.has,
				 (int)r.id.n, r.id.p ? r.id.p : "", r.why);
		request_release(&r);
	}
}

static void values_arrive(void **state)
{
	struct request r;

	(void)state;
	assert_int_equal(request_parse(&r, TEXT("{\"type\":\"send\",\"id\":\"\\u00e9\",\"name\":\"n\",\"text\":\"a\\nb\","
						"\"conversation\":\"c\",\"after\":1,\"before\":2,\"limit\":3,"
						"\"seq\":4,\"on\":true}")),
			 ERR_NONE);
	assert_true(text_equal(r.id, TEXT("\xC3\xA9")));
	assert_true(text_equal(r.name, TEXT("n")));
	assert_true(text_equal(r.text, TEXT("a\nb")));
	assert_true(text_equal(r.conversation, TEXT("c")));
	assert_int_equal(r.after, 1);
	assert_int_equal(r.before, 2);
	assert_int_equal(r.limit, 3);
	assert_int_equal(r.seq, 4);
	assert_true(r.on);
	request_release(&r);
}

static void an_id_has_at_most_64_bytes(void **state)
{
	(void)state;
	for (int n = 63; n <= 66; n++) {
		char line[128];
		struct request r;
		enum err err;

		snprintf(line, sizeof(line), "{\"type\":\"cancel\",\"id\":\"%0*d\"}", n, 0);
		err = request_parse(&r, text_of_string(line));
		assert_int_equal(err, n <= 64 ? ERR_NONE : ERR_BAD_REQUEST);
		assert_int_equal(r.id.n, n <= 64 ? n : 0);
		request_release(&r);
	}
}

static void what_is_needed_and_missing_is_named(void **state)
{
	struct request r;

	(void)state;
	assert_int_equal(request_parse(&r, TEXT("{\"type\":\"send\",\"id\":\"a\"}")), ERR_NONE);
	assert_int_equal(request_needs(&r, 0), ERR_NONE);
	assert_int_equal(request_needs(&r, FIELD_ID), ERR_NONE);
	assert_int_equal(request_needs(&r, FIELD_ID | FIELD_TEXT), ERR_BAD_REQUEST);
	assert_string_equal(r.why, "\"text\" is missing");
	request_release(&r);
}

static void a_long_type_is_cut_at_a_character(void **state)
{
	char line[256] = "{\"type\":\"x", *at = line + strlen(line);
	struct request r;

	(void)state;
	for (int i = 0; i < 60; i++, at += 2)
		memcpy(at, "\xC3\xA9", 2);
	memcpy(at, "\"}", 3);
	assert_int_equal(request_parse(&r, text_of_string(line)), ERR_UNKNOWN_TYPE);
	assert_true(text_is_utf8(text_of_string(r.why)));
	request_release(&r);
}

static void verbs_have_names(void **state)
{
	(void)state;
	for (int v = 0; v < VERB_COUNT; v++) {
		char line[64];
		struct request r;

		snprintf(line, sizeof(line), "{\"type\":\"%s\"}", verb_name((enum verb)v));
		assert_int_equal(request_parse(&r, text_of_string(line)), ERR_NONE);
		assert_int_equal(r.verb, v);
		request_release(&r);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_what_is_made_of_them),
		cmocka_unit_test(values_arrive),
		cmocka_unit_test(an_id_has_at_most_64_bytes),
		cmocka_unit_test(what_is_needed_and_missing_is_named),
		cmocka_unit_test(a_long_type_is_cut_at_a_character),
		cmocka_unit_test(verbs_have_names),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
