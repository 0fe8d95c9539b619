#include "bot/cli/session.h"

#include <stdio.h>
#include <time.h>

static bool escalate(void *context, const struct text *args, size_t n, struct buffer *result)
{
	(void)context;
	(void)args;
	(void)n;
	buffer_add_string(result, "[a person would take over here]");
	return true;
}

static bool tell_time(void *context, const struct text *args, size_t n, struct buffer *result)
{
	char text[16];
	struct tm local;
	time_t now = time(NULL);
	(void)context;
	(void)args;
	(void)n;
	if (!localtime_r(&now, &local) || strftime(text, sizeof text, "%H:%M", &local) == 0)
		return false;
	buffer_add_string(result, text);
	return true;
}

static const struct rs_macro macros[] = {{"escalate", escalate, NULL}, {"time", tell_time, NULL}};

bool session_init(struct session *s, const struct rs_brain *brain, const char *user, uint64_t seed,
		  bool trace)
{
	*s = (struct session){.brain = brain, .user = user, .seed = seed};
	s->state = rs_state_new();
	s->host.macros = macros;
	s->host.macro_count = sizeof macros / sizeof *macros;
	if (trace) {
		s->host.trace = session_trace;
		s->host.trace_context = stderr;
	}
	return s->state != NULL;
}

void session_release(struct session *s)
{
	rs_state_free(s->state);
	buffer_release(&s->reply);
}

const char *session_say(struct session *s, struct text message)
{
	struct rs_request request = {
		.user = text_of_string(s->user), .text = message, .seed = s->seed++};
	buffer_clear(&s->reply);
	rs_reply(s->brain, s->state, &request, &s->host, &s->reply, &s->result);
	buffer_add(&s->reply, "", 0);
	if (s->reply.failed || s->result.status == RS_NO_MEMORY)
		return NULL;
	if (s->result.status == RS_TOO_LONG)
		fprintf(stderr, "rivescript: the step limit was reached at %s:%u: + %.*s\n",
			s->result.file ? s->result.file : "?", s->result.line,
			(int)s->result.trigger.n, s->result.trigger.p);
	return s->reply.p;
}

void session_report(void *file, const struct rs_diagnostic *d)
{
	FILE *out = file;
	fprintf(out, "%s", d->file);
	if (d->line)
		fprintf(out, ":%u", d->line);
	if (d->line && d->column)
		fprintf(out, ":%u", d->column);
	fprintf(out, ": %s: %s\n", d->severity == RS_ERROR ? "error" : "warning", d->message);
}

void session_trace(void *file, const struct rs_trace *e)
{
	FILE *out = file;
	static const char *const words[] = {[RS_TRACE_MESSAGE] = "message",
					    [RS_TRACE_TRIED] = "  no",
					    [RS_TRACE_PREVIOUS] = "  no",
					    [RS_TRACE_MATCHED] = "  yes",
					    [RS_TRACE_REDIRECT] = "redirect"};
	fprintf(out, "%*s%s: ", (int)e->depth * 2, "", words[e->kind]);
	if (e->kind == RS_TRACE_MESSAGE || e->kind == RS_TRACE_REDIRECT)
		fprintf(out, "\"%.*s\"", (int)e->text.n, e->text.p);
	else
		fprintf(out, "+ %.*s", (int)e->text.n, e->text.p);
	if (e->kind == RS_TRACE_MESSAGE)
		fprintf(out, " in topic %.*s", (int)e->topic.n, e->topic.p);
	if (e->previous.n)
		fprintf(out, "  %% %.*s", (int)e->previous.n, e->previous.p);
	if (e->kind == RS_TRACE_PREVIOUS)
		fputs("  (the bot's last reply is another)", out);
	if (e->file)
		fprintf(out, "  [%s:%u]", e->file, e->line);
	fputc('\n', out);
}
