#include "test/unit/bot/cases.h"

#include "bot/src/rank.h"

static struct rank_key key(const char *trigger, uint32_t weight, uint32_t level, uint32_t order)
{
	struct rank_key k = rank_key_of(text_of_string(trigger));
	k.weight = weight;
	k.level = level;
	k.order = order;
	return k;
}

static void words_are_pieces_between_wildcards(void **state)
{
	static const struct {
		const char *trigger;
		uint32_t words;
	} cases[] = {
		{"a b c", 3}, {"*", 0},     {"* # _", 0},        {"[*] you *", 3}, {"(a|b|c) *", 3},
		{"a*b", 2},   {"a_b#c", 3}, {"a {weight=2}", 2}, {"", 0},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(rank_key_of(text_of_string(cases[i].trigger)).words,
				 cases[i].words);
}

/* Each comes before the next, and the order is a total one. */
static void order_of_triggers(void **state)
{
	const struct rank_key sorted[] = {
		key("*", 9, LEVEL_NONE, 20),
		key("b", 1, 3, 19),
		key("c", 0, 0, 18),
		key("d", 0, 1, 17),
		key("x y z", 0, LEVEL_NONE, 16),
		key("long word", 0, LEVEL_NONE, 15),
		key("(a|b)", 0, LEVEL_NONE, 11),
		key("a b", 0, LEVEL_NONE, 14),
		key("b a", 0, LEVEL_NONE, 12),
		key("b a", 0, LEVEL_NONE, 13),
		key("a [b]", 0, LEVEL_NONE, 10),
		key("a _ # *", 0, LEVEL_NONE, 9),
		key("a # *", 0, LEVEL_NONE, 8),
		key("a b *", 0, LEVEL_NONE, 7),
		key("\xc3\xa4\xc3\xa4\xc3\xa4 *", 0, LEVEL_NONE, 6),
		key("aa *", 0, LEVEL_NONE, 5),
		key("_ *", 0, LEVEL_NONE, 4),
		key("_", 0, LEVEL_NONE, 3),
		key("#", 0, LEVEL_NONE, 2),
		key("* *", 0, LEVEL_NONE, 1),
		key("*", 0, LEVEL_NONE, 0),
	};
	(void)state;
	for (size_t i = 0; i < COUNT(sorted); i++)
		for (size_t k = 0; k < COUNT(sorted); k++) {
			int order = rank_compare(&sorted[i], &sorted[k]);
			if ((order < 0) != (i < k) || (order == 0) != (i == k))
				fail_msg("%.*s and %.*s", (int)sorted[i].text.n, sorted[i].text.p,
					 (int)sorted[k].text.n, sorted[k].text.p);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_pieces_between_wildcards),
		cmocka_unit_test(order_of_triggers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
