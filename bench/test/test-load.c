/* The load generator's judgement: what it counts must be countable, and what it reads must be read
 * right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench/load/histogram.h"
#include "bench/load/ledger.h"
#include "bench/load/memo.h"
#include "bench/load/speaker.h"
#include "bench/load/websocket.h"

static void percentiles_are_within_a_hundredth(void **state)
{
	static struct histogram h;

	(void)state;
	histogram_init(&h);
	assert_int_equal(histogram_at(&h, 50), 0);
	for (int64_t value = 1; value <= 1000000; value++)
		histogram_add(&h, value);
	assert_in_range(histogram_at(&h, 50), 500000, 505000);
	assert_in_range(histogram_at(&h, 99), 990000, 999900);
	assert_int_equal(histogram_at(&h, 100), 1000000);
	histogram_add(&h, INT64_MAX);
	assert_true(histogram_at(&h, 100) == INT64_MAX);
}

struct sent {
	struct ledger ledger;
	struct tally tally;
};

/* Three messages, on their way. */
static struct sent three_sent(void)
{
	struct sent s = {0};

	for (uint32_t n = 1; n <= 3; n++)
		assert_int_equal(ledger_send(&s.ledger, &s.tally, 100 * n), n);
	return s;
}

static void acknowledge_and_store(struct sent *s, uint32_t n, uint64_t seq)
{
	assert_int_equal(ledger_ack(&s->ledger, &s->tally, n, seq), 100 * n);
	ledger_stored(&s->ledger, &s->tally, n, seq);
}

static void a_good_run_is_clean(void **state)
{
	struct sent s = three_sent();

	(void)state;
	acknowledge_and_store(&s, 1, 1);
	acknowledge_and_store(&s, 2, 3);
	acknowledge_and_store(&s, 3, 5);
	ledger_finish(&s.ledger, &s.tally);
	assert_true(tally_is_clean(&s.tally));
	assert_int_equal(s.tally.acked, 3);
	ledger_release(&s.ledger);
}

static void what_was_never_answered_is_lost(void **state)
{
	struct sent s = three_sent();

	(void)state;
	acknowledge_and_store(&s, 1, 1);
	acknowledge_and_store(&s, 2, 2);
	ledger_finish(&s.ledger, &s.tally);
	assert_int_equal(s.tally.lost, 1);
	ledger_release(&s.ledger);
}

static void what_was_acknowledged_and_is_not_in_the_log_is_lost(void **state)
{
	struct sent s = three_sent();

	(void)state;
	acknowledge_and_store(&s, 1, 1);
	assert_int_equal(ledger_ack(&s.ledger, &s.tally, 2, 2), 200);
	acknowledge_and_store(&s, 3, 3);
	ledger_finish(&s.ledger, &s.tally);
	assert_int_equal(s.tally.lost, 1);
	ledger_release(&s.ledger);
}

static void second_answers_copies_and_numbers_are_doubled(void **state)
{
	struct sent s = three_sent();

	(void)state;
	acknowledge_and_store(&s, 1, 1);
	assert_true(ledger_ack(&s.ledger, &s.tally, 1, 1) < 0);
	assert_int_equal(s.tally.doubled, 1);
	ledger_stored(&s.ledger, &s.tally, 1, 2);
	assert_int_equal(s.tally.doubled, 2);
	ledger_ack(&s.ledger, &s.tally, 2, 1);
	assert_int_equal(s.tally.doubled, 3);
	ledger_release(&s.ledger);
}

static void what_comes_before_its_turn_is_out_of_order(void **state)
{
	struct sent s = three_sent();

	(void)state;
	ledger_ack(&s.ledger, &s.tally, 1, 5);
	ledger_ack(&s.ledger, &s.tally, 2, 4);
	assert_int_equal(s.tally.out_of_order, 1);
	ledger_stored(&s.ledger, &s.tally, 1, 6);
	assert_int_equal(s.tally.out_of_order, 2);
	ledger_ack(&s.ledger, &s.tally, 9, 9);
	assert_int_equal(s.tally.out_of_order, 3);
	ledger_stored(&s.ledger, &s.tally, 3, 7);
	ledger_stored(&s.ledger, &s.tally, 2, 4);
	assert_int_equal(s.tally.out_of_order, 4);
	ledger_release(&s.ledger);
}

static void numbers_left_out_are_gaps_where_all_are_shown(void **state)
{
	struct tally t = {0};
	uint64_t last = 0;

	(void)state;
	tally_number(&t, &last, 1, true);
	tally_number(&t, &last, 4, true);
	assert_int_equal(t.gaps, 2);
	tally_number(&t, &last, 4, true);
	assert_int_equal(t.doubled, 1);
	tally_number(&t, &last, 2, true);
	assert_int_equal(t.out_of_order, 1);
	tally_number(&t, &last, 9, false);
	assert_int_equal(t.gaps, 2);
	assert_int_equal(last, 9);
}

static void fields_are_found_in_any_order(void **state)
{
	struct event event;
	struct mark mark;

	(void)state;
	assert_true(event_read(
		TEXT("{\"at\":\"x\",\"seq\": 17 , \"x\":{\"seq\":[3,{}]},\"id\":\"0a-7.9\","
		     "\"conversation\":\"\\\"seq\\\":4\",\"type\":\"ack\"}"),
		&event));
	assert_int_equal(event.type, EVENT_ACK);
	assert_int_equal(event.seq, 17);
	assert_true(mark_of_id(event.id, &mark));
	assert_int_equal(mark.user, 7);
	assert_int_equal(mark.n, 9);
	assert_false(event_read(TEXT("{\"type\":\"ack\",\"id\":\"0"), &event));
	assert_false(event_read(TEXT("ack"), &event));
	assert_true(event_read(TEXT("{\"text\":\"a\\\\\",\"id\":\"\\\"\\\\\\\"b\",\"seq\":1}"),
			       &event));
	assert_true(text_equal(event.text, TEXT("a\\\\")));
	assert_int_equal(event.seq, 1);
}

static void a_page_of_history_is_walked(void **state)
{
	struct json_cursor messages;
	struct event page, message;

	(void)state;
	assert_true(event_read(
		TEXT("{\"more\":true,\"messages\":[{\"seq\":1,\"text\":\"a ]}\\\" #2.1\","
		     "\"role\":\"user\"}, {\"seq\":2,\"role\":\"bot\",\"text\":\"\"}],"
		     "\"last\":8,\"type\":\"history\"}"),
		&page));
	assert_true(page.has_more);
	assert_int_equal(page.last, 8);
	messages = json_cursor_of(page.messages);
	assert_true(event_next_message(&messages, &message));
	assert_int_equal(message.seq, 1);
	assert_true(message.is_of_user);
	assert_true(event_next_message(&messages, &message));
	assert_false(message.is_of_user);
	assert_false(event_next_message(&messages, &message));
	assert_false(messages.failed);
}

static void a_sent_text_has_its_length_and_its_mark(void **state)
{
	const struct marking marking = {.run = 1, .text_bytes = 64};
	const struct mark sent = {.user = 123, .n = 4567};
	struct seat seat = {.name = "load"};
	struct buffer line = BUFFER_INIT;
	struct event event;
	struct mark mark;

	(void)state;
	chat_speaker.send(&seat, &line, &marking, sent);
	assert_true(event_read(buffer_text(&line), &event));
	assert_int_equal(event.text.n, 64);
	assert_true(mark_of_text(event.text, &mark));
	assert_int_equal(mark.user, sent.user);
	assert_int_equal(mark.n, sent.n);
	buffer_release(&line);
}

static void socketio_packets_are_read(void **state)
{
	struct seat seat = {.name = "load", .after = 0, .limit = 50};
	struct buffer out = BUFFER_INIT;
	struct event event;

	(void)state;
	assert_true(socketio_speaker.read(&seat, TEXT("2"), &event, &out));
	assert_string_equal(out.p, "3");
	assert_true(socketio_speaker.read(&seat, TEXT("40{\"sid\":\"x\"}"), &event, &out));
	assert_int_equal(event.type, EVENT_WELCOME);
	assert_true(socketio_speaker.read(
		&seat, TEXT("4312[{\"type\":\"ack\",\"id\":\"0-1.2\",\"seq\":3}]"), &event, &out));
	assert_int_equal(event.type, EVENT_ACK);
	assert_int_equal(event.seq, 3);
	assert_true(socketio_speaker.read(
		&seat, TEXT("42[\"message\",{\"seq\":4,\"text\":\"#1.2\"}]"), &event, &out));
	assert_int_equal(event.type, EVENT_MESSAGE);
	assert_int_equal(event.seq, 4);
	buffer_clear(&out);
	assert_true(socketio_speaker.read(&seat,
					  TEXT("430[{\"type\":\"history\",\"more\":true,"
					       "\"messages\":[{\"seq\":1},{\"seq\":2}]}]"),
					  &event, &out));
	assert_string_equal(out.p, "420[\"open\",{\"after\":2,\"limit\":50}]");
	assert_false(socketio_speaker.read(&seat, TEXT("43"), &event, &out));
	buffer_release(&out);
}

static void tinode_pages_are_turned_round(void **state)
{
	struct seat seat = {.name = "load"};
	struct buffer out = BUFFER_INIT;
	struct json_cursor messages;
	struct event event, message;

	(void)state;
	assert_true(tinode_speaker.read(
		&seat, TEXT("{\"ctrl\":{\"id\":\"open\",\"topic\":\"grpA\",\"code\":200}}"), &event,
		&out));
	assert_int_equal(event.type, EVENT_HISTORY);
	assert_string_equal(seat.topic, "grpA");
	tinode_speaker.open(&seat, &out, 0, 50);
	assert_true(tinode_speaker.read(
		&seat, TEXT("{\"ctrl\":{\"id\":\"open\",\"code\":200,\"params\":{}}}"), &event,
		&out));
	assert_int_equal(event.type, EVENT_OTHER);
	for (unsigned seq = 2; seq > 0; seq--) {
		buffer_clear(&out);
		buffer_add_format(&out, "{\"data\":{\"seq\":%u,\"content\":\"#7.%u\"}}", seq, seq);
		assert_true(tinode_speaker.read(&seat, buffer_text(&out), &event, &out));
		assert_int_equal(event.type, EVENT_OTHER);
	}
	assert_true(tinode_speaker.read(&seat,
					TEXT("{\"ctrl\":{\"id\":\"open\",\"code\":208,"
					     "\"params\":{\"what\":\"data\",\"count\":2}}}"),
					&event, &out));
	assert_int_equal(event.type, EVENT_HISTORY);
	assert_int_equal(event.last, 2);
	messages = json_cursor_of(event.messages);
	for (unsigned seq = 1; seq <= 2; seq++) {
		assert_true(event_next_message(&messages, &message));
		assert_int_equal(message.seq, seq);
		assert_true(message.is_of_user);
	}
	assert_false(event_next_message(&messages, &message));
	seat_release(&seat);
	buffer_release(&out);
}

static void a_line_that_many_hear_is_recalled_byte_for_byte(void **state)
{
	static struct memo memo;
	const struct text line = TEXT("{\"seq\":9,\"text\":\"#1.2\"}");
	struct event event;

	(void)state;
	assert_true(event_read(line, &event));
	memo_keep(&memo, line, &event);
	event = (struct event){0};
	assert_false(memo_recall(&memo, 9, TEXT("{\"seq\":9,\"text\":\"#1.3\"}"), &event));
	assert_false(memo_recall(&memo, 10, line, &event));
	assert_true(memo_recall(&memo, 9, line, &event));
	assert_int_equal(event.seq, 9);
	assert_true(text_equal(event.text, TEXT("#1.2")));
	memo_release(&memo);
}

static void frames_are_cut_wherever_the_bytes_end(void **state)
{
	static const char bytes[] = "\x01\x03one\x80\x7e\x00\x82";
	char longer[sizeof(bytes) - 1 + 130] = {0};
	struct websocket_frame frame;
	struct text in;

	(void)state;
	memcpy(longer, bytes, sizeof(bytes) - 1);
	for (size_t n = 0; n < 5; n++) {
		in = text_of(longer, n);
		assert_int_equal(websocket_take_frame(&in, &frame), WEBSOCKET_MORE);
	}
	in = text_of(longer, sizeof(longer));
	assert_int_equal(websocket_take_frame(&in, &frame), WEBSOCKET_FRAME);
	assert_false(frame.is_last);
	assert_true(text_equal(frame.payload, TEXT("one")));
	assert_int_equal(websocket_take_frame(&in, &frame), WEBSOCKET_FRAME);
	assert_true(frame.is_last);
	assert_int_equal(frame.payload.n, 130);
	assert_int_equal(in.n, 0);
	in = TEXT("\x81\x81");
	assert_int_equal(websocket_take_frame(&in, &frame), WEBSOCKET_BROKEN);
}

static void what_goes_out_is_masked(void **state)
{
	struct text payload = TEXT("eleven byte");
	struct buffer out = BUFFER_INIT;
	const uint32_t mask = 0x12345678;

	(void)state;
	websocket_add_frame(&out, WEBSOCKET_TEXT, payload, mask);
	assert_int_equal(out.n, 6 + payload.n);
	assert_int_equal((unsigned char)out.p[0], 0x81);
	assert_int_equal((unsigned char)out.p[1], 0x80 | payload.n);
	assert_memory_equal(out.p + 2, &mask, 4);
	for (size_t i = 0; i < payload.n; i++)
		assert_int_equal(out.p[6 + i] ^ ((const char *)&mask)[i % 4], payload.p[i]);
	buffer_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentiles_are_within_a_hundredth),
		cmocka_unit_test(a_good_run_is_clean),
		cmocka_unit_test(what_was_never_answered_is_lost),
		cmocka_unit_test(what_was_acknowledged_and_is_not_in_the_log_is_lost),
		cmocka_unit_test(second_answers_copies_and_numbers_are_doubled),
		cmocka_unit_test(what_comes_before_its_turn_is_out_of_order),
		cmocka_unit_test(numbers_left_out_are_gaps_where_all_are_shown),
		cmocka_unit_test(fields_are_found_in_any_order),
		cmocka_unit_test(a_page_of_history_is_walked),
		cmocka_unit_test(a_sent_text_has_its_length_and_its_mark),
		cmocka_unit_test(socketio_packets_are_read),
		cmocka_unit_test(tinode_pages_are_turned_round),
		cmocka_unit_test(a_line_that_many_hear_is_recalled_byte_for_byte),
		cmocka_unit_test(frames_are_cut_wherever_the_bytes_end),
		cmocka_unit_test(what_goes_out_is_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
