/* exposition.h: numbers in the text format that Prometheus reads (0.0.4).
 *
 * Purpose    one family of samples a call: its HELP, its TYPE, its samples.
 * Ownership  none.
 * Errors     the buffer's.
 * Threads    any, one at a time for each buffer.
 */
#ifndef EXPOSITION_H
#define EXPOSITION_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/histogram.h"

/* `help` is one line without a backslash. */
void exposition_counter(struct buffer *out, const char *name, const char *help, uint64_t value);
void exposition_gauge(struct buffer *out, const char *name, const char *help, uint64_t value);
/* In seconds, as their names end. */
void exposition_counter_us(struct buffer *out, const char *name, const char *help, uint64_t us);
void exposition_gauge_us(struct buffer *out, const char *name, const char *help, uint64_t us);

/* By one label: the head, then the samples. Label values are plain words. */
void exposition_head(struct buffer *out, const char *name, const char *type, const char *help);
void exposition_labelled(struct buffer *out, const char *name, const char *label, const char *is,
			 uint64_t value);

/* Buckets from the bound 2^first to 2^last; the rest is in +Inf. */
void exposition_histogram(struct buffer *out, const char *name, const char *help,
			  const struct histogram *h, unsigned first, unsigned last);
/* The same, of microseconds, shown in seconds. */
void exposition_histogram_us(struct buffer *out, const char *name, const char *help,
			     const struct histogram *h, unsigned first, unsigned last);

#endif
