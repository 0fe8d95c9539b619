#include "fanout/redis/subscriptions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Everything that happened: +channel, -channel, =channel (settled). */
struct story {
	char text[256];
};

static void tell(struct story *story, char what, struct text channel)
{
	size_t at = strlen(story->text);

	snprintf(story->text + at, sizeof(story->text) - at, "%s%c%.*s", at ? " " : "", what, (int)channel.n, channel.p);
}

static void subscribe(void *ctx, struct text channel)
{
	tell(ctx, '+', channel);
}

static void unsubscribe(void *ctx, struct text channel)
{
	tell(ctx, '-', channel);
}

static void settled(void *ctx, struct text channel)
{
	tell(ctx, '=', channel);
}

/* A script, a step a character: C connected, D disconnected, w want, a want and await, d drop,
 * s subscription confirmed, u unsubscription confirmed; all of channel "x". */
static void run(const char *script, const char *expected, size_t unconfirmed, bool is_there)
{
	struct story story = {""};
	struct subscriptions all = {
		.subscribe = subscribe, .unsubscribe = unsubscribe, .settled = settled, .ctx = &story};

	for (const char *step = script; *step; step++) {
		switch (*step) {
		case 'C':
			subscriptions_connected(&all);
			break;
		case 'D':
			subscriptions_disconnected(&all);
			break;
		case 'w':
		case 'a':
			assert_true(subscriptions_want(&all, TEXT("x")));
			if (*step == 'a' && subscriptions_await(&all, TEXT("x")))
				tell(&story, '!', TEXT("x"));
			break;
		case 'd':
			subscriptions_drop(&all, TEXT("x"));
			break;
		default:
			subscriptions_confirmed(&all, TEXT("x"), *step == 's');
		}
	}
	if (strcmp(story.text, expected) != 0)
		fail_msg("%s: '%s' instead of '%s'", script, story.text, expected);
	assert_int_equal(all.unconfirmed, unconfirmed);
	assert_int_equal(all.rows != NULL, is_there);
	subscriptions_release(&all);
}

static void channels_live_as_drawn(void **state)
{
	(void)state;
	run("Cw", "+x", 1, true);
	run("Cas", "+x =x", 0, true);
	run("Casa", "+x =x !x", 0, true);
	run("Cws", "+x", 0, true);          /* nobody waited */
	run("wC", "+x", 1, true);           /* wanted before there was a connection */
	run("CwsDC", "+x +x", 1, true);     /* and again on the next */
	run("Casd", "+x =x -x", 0, true);
	run("Casdu", "+x =x -x", 0, false); /* gone */
	run("Casdau", "+x =x -x +x", 1, true); /* wanted again while leaving: asked for afterwards */
	run("Casdaus", "+x =x -x +x =x", 0, true);
	run("Cad", "+x", 1, true);
	run("Cads", "+x -x", 0, true);      /* dropped before it was confirmed: no word, and it leaves */
	run("Cadsu", "+x -x", 0, false);
}

static void an_end_settles_all_who_wait(void **state)
{
	(void)state;
	run("CaD", "+x =x", 0, true);
	run("CaDCs", "+x =x +x", 0, true); /* once */
	run("CadD", "+x", 0, false);
	run("CasdD", "+x =x -x", 0, false);
	run("CasdaD", "+x =x -x =x", 0, true);
	run("wd", "", 0, false);
}

static void what_was_not_asked_for_is_ignored(void **state)
{
	(void)state;
	run("Cs", "", 0, false);
	run("Cwss", "+x", 0, true);
	run("Cwu", "+x", 1, true);
	run("Cwsu", "+x", 0, true);
	run("d", "", 0, false);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(channels_live_as_drawn),
		cmocka_unit_test(an_end_settles_all_who_wait),
		cmocka_unit_test(what_was_not_asked_for_is_ignored),
	};

	return cmocka_run_group_tests_name("subscriptions", tests, NULL, NULL);
}
