#include "upkeep/row_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct store_row right(void)
{
	return (struct store_row){.conversation = TEXT("ann"), .n = 5, .state = STATE_LIVE,
				  .agent = TEXT("Zed"), .since_ms = 1, .at_ms = 2,
				  .name = TEXT("Ann"), .preview = TEXT("hello")};
}

static void assert_fault(const struct store_row *is, const struct store_row *should,
			 const char *word, bool may_be_late)
{
	const char *fault = row_fault(is, should);

	if (!word)
		assert_null(fault);
	else if (!fault || !strstr(fault, word))
		fail_msg("'%s' has no '%s'", fault ? fault : "nothing", word);
	assert_int_equal(row_may_just_be_late(is, should), may_be_late);
}

static void every_difference_has_its_word(void **state)
{
	struct store_row is = right(), should = right();

	(void)state;
	assert_fault(&is, &should, NULL, false);
	assert_fault(NULL, NULL, NULL, false);
	assert_fault(NULL, &should, "no row", true);
	assert_fault(&is, NULL, "the log nothing", false);
	is.n = 4;
	assert_fault(&is, &should, "behind", true);
	is.n = 6;
	assert_fault(&is, &should, "ahead", false);
	is = right();
	is.state = STATE_COUNT;
	assert_fault(&is, &should, "cannot be read", false);
	is.state = STATE_ESCALATED;
	assert_fault(&is, &should, "state", false);
	is = right();
	is.agent = TEXT_NONE;
	assert_fault(&is, &should, "agent", false);
	is = right();
	is.since_ms = 9;
	assert_fault(&is, &should, "time of escalation", false);
	is = right();
	is.at_ms = 9;
	assert_fault(&is, &should, "time", false);
	is = right();
	is.preview = TEXT("hell");
	assert_fault(&is, &should, "preview", false);
	is = right();
	is.name = TEXT("Bob");
	assert_fault(&is, &should, "name", false);
	should.name = TEXT_NONE;
	assert_fault(&is, &should, NULL, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_difference_has_its_word)};

	return cmocka_run_group_tests_name("row_check", tests, NULL, NULL);
}
