#include "session/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BYTES(literal) {literal, sizeof(literal) - 1}

#define TEN "aaaaaaaaaa"
#define SIXTY TEN TEN TEN TEN TEN TEN

static void names_that_are_taken(void **state)
{
	static const struct {
		struct text typed, shown, normal;
	} cases[] = {
		{BYTES("Ada"), BYTES("Ada"), BYTES("ada")},
		{BYTES(" \tAda  Lovelace\n"), BYTES("Ada  Lovelace"), BYTES("ada  lovelace")},
		{BYTES("\xC2\xA0" "Ada\xE3\x80\x80"), BYTES("Ada"), BYTES("ada")},
		{BYTES("\xEF\xBB\xBF" "Ada\xE2\x80\x8B"), BYTES("Ada"), BYTES("ada")},
		{BYTES("ZOE\xCC\x81"), BYTES("ZOE\xCC\x81"), BYTES("zo\xC3\xA9")},
		{BYTES("Zo\xC3\x89"), BYTES("Zo\xC3\x89"), BYTES("zo\xC3\xA9")},
		{BYTES("Stra\xC3\x9F" "e"), BYTES("Stra\xC3\x9F" "e"), BYTES("strasse")},
		{BYTES("\xEF\xBC\xA1" "da"), BYTES("\xEF\xBC\xA1" "da"), BYTES("ada")},
		{BYTES("\xEF\xAC\x81sh"), BYTES("\xEF\xAC\x81sh"), BYTES("fish")},
		{BYTES("\xCE\xA3\xCF\x82"), BYTES("\xCE\xA3\xCF\x82"), BYTES("\xCF\x83\xCF\x83")},
		{BYTES("\xF0\x9F\x98\x80"), BYTES("\xF0\x9F\x98\x80"), BYTES("\xF0\x9F\x98\x80")},
		{BYTES("a#"), BYTES("a#"), BYTES("a#")},
		{BYTES("A\xC2\xAD" "da"), BYTES("A\xC2\xAD" "da"), BYTES("ada")},
		{BYTES("Zoe\xE2\x80\x8D\xCC\x81"), BYTES("Zoe\xE2\x80\x8D\xCC\x81"), BYTES("zo\xC3\xA9")},
		{BYTES(SIXTY "aaaa"), BYTES(SIXTY "aaaa"), BYTES(SIXTY "aaaa")},
		{BYTES("  " SIXTY "aaaa  "), BYTES(SIXTY "aaaa"), BYTES(SIXTY "aaaa")},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct name name;

		assert_int_equal(name_make(&name, cases[i].typed), ERR_NONE);
		if (!text_equal(name.shown, cases[i].shown) || !text_equal(name.normal, cases[i].normal))
			fail_msg("case %zu: '%.*s', '%.*s'", i, (int)name.shown.n, name.shown.p,
				 (int)name.normal.n, name.normal.p);
		name_release(&name);
	}
}

static void names_that_are_refused(void **state)
{
	static const struct {
		struct text typed;
		enum err err;
	} cases[] = {
		{BYTES(""), ERR_NAME_REQUIRED},
		{{NULL, 0}, ERR_NAME_REQUIRED},
		{BYTES(" \t\r\n"), ERR_NAME_REQUIRED},
		{BYTES("\xE2\x80\x8B\xC2\xA0"), ERR_NAME_REQUIRED},
		{BYTES("\xC2\xAD\xE2\x80\x8D"), ERR_NAME_REQUIRED},
		{BYTES("\xC2\xAD#"), ERR_NAME_INVALID},
		{BYTES(SIXTY "aaaaa"), ERR_NAME_INVALID},
		{BYTES("#a"), ERR_NAME_INVALID},
		{BYTES(" #"), ERR_NAME_INVALID},
		{BYTES("\xEF\xBC\x83" "a"), ERR_NAME_INVALID},
		{BYTES("a\0b"), ERR_NAME_INVALID},
		{BYTES("a\x1F"), ERR_NAME_INVALID},
		{BYTES("a\x7F"), ERR_NAME_INVALID},
		{BYTES("a\xC2\x85z"), ERR_NAME_INVALID},
		{BYTES("a\xE2\x80\xA8z"), ERR_NAME_INVALID},
		{BYTES("a\xE2\x80\xAEz"), ERR_NAME_INVALID},
		{BYTES("a\xE2\x81\xA6z"), ERR_NAME_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct name name;
		enum err err = name_make(&name, cases[i].typed);

		if (err != cases[i].err)
			fail_msg("case %zu: %s", i, err_name(err));
		assert_null(name.shown.p);
		assert_null(name.normal.p);
	}
}

/* A normal form is its own normal form: whoever comes by it is the same visitor. */
static void normal_forms_are_at_rest(void **state)
{
	static const struct text typed[] = {BYTES("\xC4\xB0stanbul"), BYTES("\xE1\xBA\x9E"), BYTES("\xC7\x85"),
					    BYTES("\xCD\x85\xCE\xB1"), BYTES("A\xCC\x8A\xE2\x84\xAB"),
					    BYTES("\xE1\x84\x80\xE1\x85\xA1"), BYTES("\xF0\x9D\x94\xB8" "da"),
					    BYTES("\xE2\x91\xA0\xC2\xB2")};

	(void)state;
	for (size_t i = 0; i < COUNT(typed); i++) {
		struct name once, twice;

		assert_int_equal(name_make(&once, typed[i]), ERR_NONE);
		assert_int_equal(name_make(&twice, once.normal), ERR_NONE);
		if (!text_equal(once.normal, twice.normal))
			fail_msg("case %zu: '%.*s', then '%.*s'", i, (int)once.normal.n, once.normal.p,
				 (int)twice.normal.n, twice.normal.p);
		name_release(&once);
		name_release(&twice);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_are_taken),
		cmocka_unit_test(names_that_are_refused),
		cmocka_unit_test(normal_forms_are_at_rest),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
