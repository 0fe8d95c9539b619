#include "conversation/turn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void nobody_asks(void *ctx, const struct turn_request *request, const struct turn_answer *answer)
{
	char *ids = ctx;

	(void)answer;
	ids[strlen(ids)] = request->id.p[0];
}

/* In `answered` its id's one letter is noted when it is finished. */
static struct turn *make(const char *id, char *answered)
{
	struct turn *turn = turn_make(&(struct turn_request){.from = TEXT("Ada"), .id = text_of_string(id),
							      .text = TEXT("hi"), .done = nobody_asks,
							      .ctx = answered});

	assert_non_null(turn);
	return turn;
}

static void finish_all(struct turn_queue *queue)
{
	struct turn *turn;

	while ((turn = turn_queue_pop(queue)))
		turn_finish(turn, &(struct turn_answer){0});
	assert_int_equal(queue->n, 0);
}

static void texts_are_copied(void **state)
{
	char text[] = "words", answered[8] = "";
	struct turn *turn = turn_make(&(struct turn_request){
		.from = TEXT("Ada"), .id = TEXT("i"), .text = text_of(text, 5), .done = nobody_asks, .ctx = answered});

	(void)state;
	memset(text, 'x', 5);
	assert_true(text_equal(turn->request.text, TEXT("words")));
	assert_true(text_equal(turn->request.from, TEXT("Ada")));
	turn_finish(turn, &(struct turn_answer){0});
	assert_string_equal(answered, "i");
}

static void first_in_first_out(void **state)
{
	struct turn_queue queue;
	char answered[8] = "";

	(void)state;
	turn_queue_init(&queue);
	assert_null(turn_queue_pop(&queue));
	turn_queue_push(&queue, make("a", answered));
	turn_queue_push(&queue, make("b", answered));
	assert_int_equal(queue.n, 2);
	finish_all(&queue);
	turn_queue_push(&queue, make("c", answered)); /* usable after it was empty */
	finish_all(&queue);
	assert_string_equal(answered, "abc");
}

static void what_was_under_way_goes_in_front(void **state)
{
	struct turn_queue queue, other;
	char answered[8] = "";

	(void)state;
	turn_queue_init(&queue);
	turn_queue_init(&other);
	turn_queue_prepend(&queue, &other); /* nothing before nothing */
	turn_queue_push(&other, make("a", answered));
	turn_queue_prepend(&queue, &other); /* before nothing */
	turn_queue_push(&queue, make("d", answered));
	turn_queue_push(&other, make("b", answered));
	turn_queue_push(&other, make("c", answered));
	turn_queue_prepend(&other, &queue);
	assert_int_equal(queue.n, 0);
	assert_int_equal(other.n, 4);
	turn_queue_push(&other, make("e", answered));
	turn_queue_push(&queue, make("f", answered));
	finish_all(&other);
	finish_all(&queue);
	assert_string_equal(answered, "adbcef");
}

static void any_turn_can_be_taken_out(void **state)
{
	static const char *const rests[] = {"bcx", "acx", "abx"};

	(void)state;
	for (int place = 0; place < 3; place++) {
		struct turn_queue queue;
		struct turn **at = &queue.first;
		char answered[8] = "", out[8] = "";

		turn_queue_init(&queue);
		turn_queue_push(&queue, make("a", answered));
		turn_queue_push(&queue, make("b", answered));
		turn_queue_push(&queue, make("c", answered));
		for (int i = 0; i < place; i++)
			at = &(*at)->next;
		(*at)->request.ctx = out;
		turn_finish(turn_queue_remove(&queue, at), &(struct turn_answer){0});
		turn_queue_push(&queue, make("x", answered)); /* the end is still the end */
		finish_all(&queue);
		assert_string_equal(answered, rests[place]);
		assert_int_equal(out[0], "abc"[place]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_copied),
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(what_was_under_way_goes_in_front),
		cmocka_unit_test(any_turn_can_be_taken_out),
	};

	return cmocka_run_group_tests_name("turn", tests, NULL, NULL);
}
