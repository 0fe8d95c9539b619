#include "exposition.h"

#include <inttypes.h>
#include <stdbool.h>

enum { US_PER_S = 1000000 };

void exposition_head(struct buffer *out, const char *name, const char *type, const char *help)
{
	buffer_add_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_number(struct buffer *out, uint64_t value, bool is_us)
{
	if (is_us)
		buffer_add_format(out, "%" PRIu64 ".%06" PRIu64, value / US_PER_S,
				  value % US_PER_S);
	else
		buffer_add_format(out, "%" PRIu64, value);
}

static void one(struct buffer *out, const char *name, const char *type, const char *help,
		uint64_t value, bool is_us)
{
	exposition_head(out, name, type, help);
	buffer_add_format(out, "%s ", name);
	add_number(out, value, is_us);
	buffer_add_char(out, '\n');
}

void exposition_counter(struct buffer *out, const char *name, const char *help, uint64_t value)
{
	one(out, name, "counter", help, value, false);
}

void exposition_gauge(struct buffer *out, const char *name, const char *help, uint64_t value)
{
	one(out, name, "gauge", help, value, false);
}

void exposition_counter_us(struct buffer *out, const char *name, const char *help, uint64_t us)
{
	one(out, name, "counter", help, us, true);
}

void exposition_gauge_us(struct buffer *out, const char *name, const char *help, uint64_t us)
{
	one(out, name, "gauge", help, us, true);
}

void exposition_labelled(struct buffer *out, const char *name, const char *label, const char *is,
			 uint64_t value)
{
	buffer_add_format(out, "%s{%s=\"%s\"} %" PRIu64 "\n", name, label, is, value);
}

static void histogram(struct buffer *out, const char *name, const char *help,
		      const struct histogram *h, unsigned first, unsigned last, bool is_us)
{
	uint64_t count = histogram_count(h);

	exposition_head(out, name, "histogram", help);
	for (unsigned i = first; i <= last; i++) {
		buffer_add_format(out, "%s_bucket{le=\"", name);
		add_number(out, histogram_bound(i), is_us);
		buffer_add_format(out, "\"} %" PRIu64 "\n", histogram_up_to(h, i));
	}
	buffer_add_format(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum ", name, count, name);
	add_number(out, h->sum, is_us);
	buffer_add_format(out, "\n%s_count %" PRIu64 "\n", name, count);
}

void exposition_histogram(struct buffer *out, const char *name, const char *help,
			  const struct histogram *h, unsigned first, unsigned last)
{
	histogram(out, name, help, h, first, last, false);
}

void exposition_histogram_us(struct buffer *out, const char *name, const char *help,
			     const struct histogram *h, unsigned first, unsigned last)
{
	histogram(out, name, help, h, first, last, true);
}
