#include "base/histogram.h"

void histogram_add(struct histogram *h, uint64_t value)
{
	unsigned i = value <= 1 ? 0 : 64 - (unsigned)__builtin_clzll(value - 1);

	h->counts[i < HISTOGRAM_BOUNDS ? i : HISTOGRAM_BOUNDS]++;
	h->sum += value;
}

uint64_t histogram_bound(unsigned i)
{
	return (uint64_t)1 << i;
}

uint64_t histogram_up_to(const struct histogram *h, unsigned i)
{
	uint64_t count = 0;

	for (unsigned k = 0; k <= i; k++)
		count += h->counts[k];
	return count;
}

uint64_t histogram_count(const struct histogram *h)
{
	return histogram_up_to(h, HISTOGRAM_BOUNDS);
}
