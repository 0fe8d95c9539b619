/* budget.h: how much work a reply may still cost.
 *
 * Purpose    everything that a brain or a message can make long takes steps from here: about ten
 *            nanoseconds each. Counting steps, not time, keeps a reply the same on every machine.
 * Ownership  a plain value.
 * Errors     false once it is spent; everybody then returns.
 * Threads    one at a time.
 */
#ifndef BOT_BUDGET_H
#define BOT_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget {
	uint64_t left;
	bool is_spent;
};

static inline bool budget_take(struct budget *b, uint64_t steps)
{
	if (b->left < steps) {
		b->left = 0;
		b->is_spent = true;
		return false;
	}
	b->left -= steps;
	return true;
}

#endif
