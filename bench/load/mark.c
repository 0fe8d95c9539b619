#include "bench/load/mark.h"

#include <stdio.h>

enum { MARK_SIZE = 32 };

/* Each is at least as long as a usual body, so that cutting gives the same size for all. None of
 * them asks for a person, or says yes when the bot offers one. */
static const char *const sentences[] = {
	"My parcel has not come yet, could you please look where it is now, it was sent last week",
	"Can I still change the address of my order before it leaves, or is it too late for that",
	"What are your opening hours on Saturday, and do I need an appointment to pick things up",
	"Thank you, that helps a lot. One more question about the invoice that came this morning",
	"The page shows an error after I enter my card number, and now I do not know if I paid it",
	"How long do I have to send something back, and who pays for the way back to the shop then",
};

void mark_add_text(struct buffer *out, const struct marking *marking, struct mark mark)
{
	const char *sentence = sentences[mark.n % (sizeof(sentences) / sizeof(sentences[0]))];
	char tail[MARK_SIZE];
	int n = snprintf(tail, sizeof(tail), " #%u.%u", mark.user, mark.n);
	int room = (int)marking->text_bytes - n;

	if (room < 0)
		room = 0;
	buffer_add_format(out, "%-*.*s%s", room, room, sentence, tail);
}

void mark_add_id(struct buffer *out, const struct marking *marking, struct mark mark)
{
	buffer_add_format(out, "%08x-%u.%u", marking->run, mark.user, mark.n);
}

static uint32_t number_of(struct text digits)
{
	uint32_t value = 0;

	for (size_t i = 0; i < digits.n && digits.p[i] >= '0' && digits.p[i] <= '9'; i++)
		value = value * 10 + (uint32_t)(digits.p[i] - '0');
	return value;
}

/* "user.n" after the last `before`. */
static bool read_mark(struct text t, char before, struct mark *mark)
{
	const char *start = t.n ? memrchr(t.p, before, t.n) : NULL;
	const char *point;

	if (!start)
		return false;
	start++;
	t = text_of(start, (size_t)(t.p + t.n - start));
	point = t.n ? memchr(t.p, '.', t.n) : NULL;
	if (!point)
		return false;
	mark->user = number_of(t);
	mark->n = number_of(text_of(point + 1, (size_t)(t.p + t.n - point - 1)));
	return mark->n > 0;
}

bool mark_of_id(struct text id, struct mark *mark)
{
	return read_mark(id, '-', mark);
}

bool mark_of_text(struct text text, struct mark *mark)
{
	return read_mark(text, '#', mark);
}
