#include "base/log.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json_text.h"

enum { LINE_LIMIT = 16 * 1024 };

const char *const log_level_names[] = {"debug", "info", "warn", "error", NULL};
const char *const log_format_names[] = {"text", "json", NULL};

/* One event stays one line, whatever is in it. */
static void add_escaped(struct buffer *b, struct text t)
{
	buffer_add_json_escaped(b, text_is_utf8(t) ? t : TEXT("(not UTF-8)"));
}

static void add_quoted(struct buffer *b, struct text t)
{
	buffer_add_char(b, '"');
	add_escaped(b, t);
	buffer_add_char(b, '"');
}

static void add_time(struct buffer *b)
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	buffer_add_format(b, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", tm.tm_year + 1900, tm.tm_mon + 1,
			  tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000);
}

static void add_json(struct buffer *b, const struct log *log, enum log_level level,
		     const char *event, const struct log_field *f)
{
	buffer_add_string(b, "{\"at\":\"");
	add_time(b);
	buffer_add_format(b, "\",\"level\":\"%s\",\"process\":\"%s\",\"event\":",
			  log_level_names[level], log->process);
	add_quoted(b, text_of_string(event));
	for (; f->key; f++) {
		buffer_add_format(b, ",\"%s\":", f->key);
		if (f->is_number)
			buffer_add_int(b, f->number);
		else
			add_quoted(b, f->text);
	}
	buffer_add_string(b, "}\n");
}

static void add_plain(struct buffer *b, const struct log *log, enum log_level level,
		      const char *event, const struct log_field *f)
{
	add_time(b);
	buffer_add_format(b, " %-5s %s: ", log_level_names[level], log->process);
	add_escaped(b, text_of_string(event));
	for (; f->key; f++) {
		buffer_add_format(b, " %s=", f->key);
		if (f->is_number)
			buffer_add_int(b, f->number);
		else if (f->text.n > 0 && !memchr(f->text.p, ' ', f->text.n))
			add_escaped(b, f->text);
		else
			add_quoted(b, f->text);
	}
	buffer_add_char(b, '\n');
}

void log_write(const struct log *log, enum log_level level, const char *event,
	       const struct log_field *fields)
{
	struct buffer line = {.limit = LINE_LIMIT};

	if (level < log->level)
		return;
	if (log->format == LOG_JSON)
		add_json(&line, log, level, event, fields);
	else
		add_plain(&line, log, level, event, fields);
	if (!line.failed && write(log->fd, line.p, line.n) < 0) {
		/* Nobody is left to tell. */
	}
	buffer_release(&line);
}
