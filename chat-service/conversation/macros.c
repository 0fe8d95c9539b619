#include "conversation/macros.h"

#include <time.h>

static struct tm local_time(const struct macros *m)
{
	time_t seconds = (time_t)(m->turn->at_ms / 1000);
	struct tm tm;

	localtime_r(&seconds, &tm);
	return tm;
}

static bool escalate(void *ctx, const struct text *args, size_t n, struct buffer *result)
{
	struct macros *m = ctx;

	(void)args;
	(void)n;
	(void)result;
	m->escalates = true;
	return true;
}

static bool history_count(void *ctx, const struct text *args, size_t n, struct buffer *result)
{
	const struct macros *m = ctx;

	(void)args;
	(void)n;
	buffer_add_int(result, (int64_t)m->turn->messages);
	return true;
}

static bool tell_time(void *ctx, const struct text *args, size_t n, struct buffer *result)
{
	struct tm tm = local_time(ctx);
	char format[64] = "%H:%M", shown[128];

	if (n > 1 || (n == 1 && args[0].n >= sizeof(format)))
		return false;
	if (n == 1) {
		memcpy(format, args[0].p, args[0].n);
		format[args[0].n] = '\0';
	}
	if (strftime(shown, sizeof(shown), format, &tm) == 0)
		return false;
	buffer_add_string(result, shown);
	return true;
}

/* "Mon" to "Sun", in any case, as struct tm numbers them; -1: none of these. */
static int day_of(struct text name)
{
	static const char names[] = "sunmontuewedthufrisat";

	for (int day = 0; day < 7; day++)
		if (text_equal_ignoring_case(name, text_of(names + 3 * day, 3)))
			return day;
	return -1;
}

/* "09:00" or "9" in minutes since midnight; -1: no time of day. */
static int minutes_of(struct text t)
{
	const char *colon = t.n > 0 ? memchr(t.p, ':', t.n) : NULL;
	struct text hours = text_of(t.p, colon ? (size_t)(colon - t.p) : t.n);
	int64_t h, m = 0;

	if (!text_to_int(hours, 0, 24, &h))
		return -1;
	if (colon && !text_to_int(text_of(colon + 1, t.n - hours.n - 1), 0, 59, &m))
		return -1;
	return h * 60 + m <= 24 * 60 ? (int)(h * 60 + m) : -1;
}

/* Splits "A-B"; without a dash both are the whole. */
static void split(struct text range, struct text *from, struct text *to)
{
	const char *dash = range.n > 0 ? memchr(range.p, '-', range.n) : NULL;

	*from = *to = range;
	if (dash) {
		from->n = (size_t)(dash - range.p);
		*to = text_of(dash + 1, range.n - from->n - 1);
	}
}

/* Whether x lies in a range that may go round, such as Sat-Mon or 22:00-06:00. */
static bool lies_in(int x, int from, int to)
{
	return from <= to ? from <= x && x <= to : from <= x || x <= to;
}

static bool open_hours(void *ctx, const struct text *args, size_t n, struct buffer *result)
{
	struct tm tm = local_time(ctx);
	struct text first, last, opens, closes;
	int from_day, to_day, from, to;
	bool is_open;

	if (n != 2)
		return false;
	split(args[0], &first, &last);
	split(args[1], &opens, &closes);
	from_day = day_of(first);
	to_day = day_of(last);
	from = minutes_of(opens);
	to = minutes_of(closes);
	if (from_day < 0 || to_day < 0 || from < 0 || to < 0 || opens.p == closes.p)
		return false;
	is_open = from != to && lies_in(tm.tm_wday, from_day, to_day) &&
		  lies_in(tm.tm_hour * 60 + tm.tm_min, from, to - 1);
	buffer_add_string(result, is_open ? "open" : "closed");
	return true;
}

void macros_init(struct macros *m, const struct bot_turn *turn)
{
	*m = (struct macros){
		.turn = turn,
		.table = {{"escalate", escalate, m},
			  {"history_count", history_count, m},
			  {"time", tell_time, m},
			  {"open_hours", open_hours, m}},
	};
	m->host = (struct rs_host){.macros = m->table, .macro_count = MACRO_COUNT};
}
