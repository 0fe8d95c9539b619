/* turn.h: one reply in the making.
 *
 * Purpose    what the parts of a reply share: brain, state, budget, dice.
 * Ownership  lives on the stack of rs_reply.
 * Errors     turn_is_over: the budget is spent or memory ran out; everybody then just returns.
 * Threads    one at a time.
 */
#ifndef BOT_TURN_H
#define BOT_TURN_H

#include "bot/src/brain.h"
#include "bot/src/match.h"
#include "bot/src/state.h"

/* No text on the way to a reply may be longer. */
enum { REPLY_MOST = 65536 };

struct turn {
	const struct rs_brain *brain;
	struct rs_state *state;
	const struct rs_request *request;
	const struct rs_host *host;
	struct budget budget;
	struct matcher matcher;
	uint64_t dice;
	struct buffer last_reply; /* formatted for % lines; n 0 and p NULL: not yet */
	struct buffer value;      /* what stands for a tag in the trigger that is being tried */
	enum rs_status status;
	const struct trigger *trigger; /* that matched the message first */
	const struct trigger *tried;   /* the last that was looked at */
	bool is_overlong;              /* a text passed REPLY_MOST */
};

/* What a trigger captured. */
struct stars {
	struct text subject;
	unsigned n;
	struct capture v[CAPTURES_MOST];
};

static inline bool turn_is_over(const struct turn *t)
{
	return t->budget.is_spent || t->matcher.failed || t->is_overlong;
}

/* A number below n (> 0). */
static inline uint32_t turn_roll(struct turn *t, uint32_t n)
{
	uint64_t z = t->dice += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return (uint32_t)((z >> 32) * n >> 32);
}

/* A buffer for a text on the way. */
static inline struct buffer turn_buffer(void)
{
	return (struct buffer){.limit = REPLY_MOST};
}

/* Notes that a buffer failed; to be asked when it is done. */
static inline void turn_check(struct turn *t, const struct buffer *b)
{
	if (b->failed)
		t->is_overlong = true;
}

/* Fetches the reply to a message (reply.c). `step` counts redirects. */
void turn_answer(struct turn *t, struct text message, bool in_begin, unsigned step,
		 struct buffer *out);

#endif
