#include "session/load.h"

enum { RETRY_LEAST_MS = 250, RETRY_MS = 1000, RETRY_MOST_MS = 5000 };

const char *const shed_names[SHED_COUNT] = {
	[SHED_NOT] = "none",
	[SHED_TURNS] = "turns",
	[SHED_BYTES] = "bytes",
	[SHED_WAIT] = "wait",
};

/* Of a new turn; 0: not known. */
static int64_t expected_wait_ms(const struct load *load, int64_t now_ms)
{
	if (now_ms - load->stored_at_ms > LOAD_SILENCE_MS)
		return 0;
	return (int64_t)load->turns * load->turn_us / 1000;
}

/* Until half of what may wait is done. */
static int64_t retry_ms(int64_t expected_ms, int64_t wait_ms)
{
	int64_t ms = expected_ms - wait_ms / 2;

	if (expected_ms == 0)
		return RETRY_MS;
	return ms < RETRY_LEAST_MS ? RETRY_LEAST_MS : ms > RETRY_MOST_MS ? RETRY_MOST_MS : ms;
}

enum shed load_judge(const struct load *load, const struct load_limits *limits, size_t bytes,
		     int64_t now_ms, int64_t *retry_after_ms)
{
	int64_t expected_ms = expected_wait_ms(load, now_ms);
	enum shed shed = SHED_NOT;

	if (load->turns >= limits->turns)
		shed = SHED_TURNS;
	else if (load->turns > 0 && load->bytes + bytes > LOAD_BYTES_MOST)
		shed = SHED_BYTES;
	else if (load->turns >= LOAD_CROWD && expected_ms > limits->wait_ms &&
		 load->waited_ms > limits->wait_ms / 2)
		shed = SHED_WAIT;
	if (shed != SHED_NOT)
		*retry_after_ms = retry_ms(expected_ms, limits->wait_ms);
	return shed;
}

static void start_window(struct load *load, int64_t now_ms)
{
	load->window_at_ms = now_ms;
	load->window_turns = 0;
}

void load_add(struct load *load, size_t bytes, int64_t now_ms)
{
	if (load->turns == 0) {
		load->turn_us = 0;
		load->waited_ms = 0;
		load->stored_at_ms = now_ms;
		start_window(load, now_ms);
	}
	load->turns++;
	load->bytes += bytes;
}

void load_remove(struct load *load, size_t bytes)
{
	load->turns--;
	load->bytes -= bytes;
}

void load_stored(struct load *load, int64_t waited_ms, int64_t now_ms)
{
	int64_t passed_ms, turn_us;

	if (now_ms - load->stored_at_ms > LOAD_SILENCE_MS) {
		load->turn_us = 0; /* how fast the store was before it went says nothing */
		start_window(load, now_ms);
	}
	load->stored_at_ms = now_ms;
	load->waited_ms = waited_ms;
	load->window_turns++;
	passed_ms = now_ms - load->window_at_ms;
	if (passed_ms < LOAD_WINDOW_MS)
		return;
	turn_us = passed_ms * 1000 / (int64_t)load->window_turns;
	load->turn_us = load->turn_us ? (load->turn_us + turn_us) / 2 : turn_us;
	start_window(load, now_ms);
}
