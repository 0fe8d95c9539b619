#include "bot/src/answer.h"

#include "bot/src/tags.h"

enum { WEIGHT_MOST = 1000000 };

bool answer_weight(struct text t, uint32_t *weight)
{
	for (size_t i = 0; i < t.n; i++) {
		uint32_t value;
		if (t.p[i] != '{' || !tag_weight(text_of(t.p + i, t.n - i), &value))
			continue;
		*weight = value == 0 ? 1 : value < WEIGHT_MOST ? value : WEIGHT_MOST;
		return value != 0;
	}
	return true;
}

struct text answer_without_weight(struct arena *a, struct text t, uint32_t *weight)
{
	struct buffer plain = BUFFER_INIT;
	bool has_weight = false;
	for (size_t i = 0; i < t.n; i++) {
		uint32_t value;
		size_t n = t.p[i] == '{' ? tag_weight(text_of(t.p + i, t.n - i), &value) : 0;
		bool is_blank = t.p[i] == ' ' || t.p[i] == '\t' || t.p[i] == '\n';
		if (n) {
			if (weight && !has_weight)
				*weight = value;
			has_weight = true;
			while (plain.n && plain.p[plain.n - 1] == ' ')
				buffer_truncate(&plain, plain.n - 1);
			i += n - 1;
			while (i + 1 < t.n && (t.p[i + 1] == ' ' || t.p[i + 1] == '\t'))
				i++;
		} else if (!is_blank) {
			buffer_add_char(&plain, t.p[i]);
		} else if (plain.n == 0 || plain.p[plain.n - 1] != ' ') {
			buffer_add_char(&plain, ' ');
		}
	}
	struct text kept = t;
	if (plain.failed)
		a->failed = true;
	else if (!text_equal(buffer_text(&plain), t))
		kept = arena_text(a, buffer_text(&plain));
	buffer_release(&plain);
	return kept;
}

static size_t operator_at(struct text t, enum comparison *comparison)
{
	static const struct {
		const char *name;
		enum comparison comparison;
	} operators[] = {{"==", IS_EQUAL},     {"eq", IS_EQUAL},     {"!=", IS_NOT_EQUAL},
			 {"ne", IS_NOT_EQUAL}, {"<>", IS_NOT_EQUAL}, {"<=", IS_AT_MOST},
			 {">=", IS_AT_LEAST},  {"<", IS_LESS},       {">", IS_MORE}};
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
		size_t n = strlen(operators[i].name);
		if (t.n > n && memcmp(t.p, operators[i].name, n) == 0 &&
		    (t.p[n] == ' ' || t.p[n] == '\t')) {
			*comparison = operators[i].comparison;
			return n;
		}
	}
	return 0;
}

bool answer_condition(struct arena *a, struct text t, struct condition *condition)
{
	const char *arrow = memmem(t.p, t.n, "=>", 2);
	if (!arrow)
		return false;
	size_t at = (size_t)(arrow - t.p);
	struct text answer = text_trim(text_of(arrow + 2, t.n - at - 2));
	struct text test = text_trim(text_of(t.p, at));
	if (answer.n == 0 || memmem(answer.p, answer.n, "=>", 2) || memchr(test.p, '\n', test.n))
		return false;
	for (size_t i = 2; i < test.n; i++) {
		bool is_blank = test.p[i - 1] == ' ' || test.p[i - 1] == '\t';
		size_t n = is_blank ? operator_at(text_of(test.p + i, test.n - i),
						  &condition->comparison)
				    : 0;
		if (n == 0)
			continue;
		condition->left = arena_text(a, text_trim(text_of(test.p, i)));
		condition->right =
			arena_text(a, text_trim(text_of(test.p + i + n, test.n - i - n)));
		condition->answer = arena_text(a, answer);
		return true;
	}
	return false;
}

bool answer_is_plain(struct text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] == '<' || t.p[i] == '{' || t.p[i] == '(' || t.p[i] == '\\')
			return false;
	return true;
}
