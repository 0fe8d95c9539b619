#include "fanout/redis/redis_url.h"

#include <string.h>

#include "base/text.h"

#define SCHEME "redis://"
#define DEFAULT_PORT 6379

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes percent-encoding; false: it is wrong, holds a NUL, or does not fit. */
static bool decode(struct text from, char *to, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < from.n; i++) {
		char c = from.p[i];

		if (c == '%') {
			int high = i + 2 < from.n ? hex(from.p[i + 1]) : -1;
			int low = i + 2 < from.n ? hex(from.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		}
		if (c == '\0' || n + 1 >= size)
			return false;
		to[n++] = c;
	}
	to[n] = '\0';
	return true;
}

/* What comes before the last `c` of `all`, and what after; false: there is none. */
static bool split_last(struct text all, char c, struct text *before, struct text *after)
{
	const char *at = all.n ? memrchr(all.p, c, all.n) : NULL;

	if (!at)
		return false;
	*before = text_of(all.p, (size_t)(at - all.p));
	*after = text_of(at + 1, all.n - before->n - 1);
	return true;
}

static bool read_user(struct redis_url *url, struct text user)
{
	const char *colon = memchr(user.p, ':', user.n);
	size_t n = colon ? (size_t)(colon - user.p) : 0;

	return colon && decode(text_of(user.p, n), url->user, sizeof(url->user)) &&
	       decode(text_of(colon + 1, user.n - n - 1), url->password, sizeof(url->password));
}

static bool read_place(struct redis_url *url, struct text place, const char **why)
{
	struct text host = place, port;
	int64_t number = DEFAULT_PORT;

	/* [::1] has colons of its own */
	if (split_last(place, ':', &host, &port) && !memchr(port.p, ']', port.n)) {
		if (!text_to_int(port, 1, UINT16_MAX, &number)) {
			*why = "its port is not a number from 1 to 65535";
			return false;
		}
	} else {
		host = place;
	}
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = text_of(host.p + 1, host.n - 2);
	if (host.n == 0 || !decode(host, url->host, sizeof(url->host))) {
		*why = "it names no host";
		return false;
	}
	url->port = (uint16_t)number;
	return true;
}

bool redis_url_read(struct redis_url *url, const char *text, const char **why)
{
	struct text rest = text_of_string(text), user, database;
	int64_t number;

	*url = (struct redis_url){0};
	if (rest.n < strlen(SCHEME) || memcmp(rest.p, SCHEME, strlen(SCHEME)) != 0) {
		*why = "it does not begin with redis:// (TLS is not supported)";
		return false;
	}
	rest = text_of(rest.p + strlen(SCHEME), rest.n - strlen(SCHEME));
	if (split_last(rest, '@', &user, &rest) && !read_user(url, user)) {
		*why = "before the @ there is no user:password";
		return false;
	}
	if (split_last(rest, '/', &rest, &database) && database.n > 0 &&
	    !text_to_int(database, 0, INT32_MAX, &number)) {
		*why = "its database is not a number";
		return false;
	}
	return read_place(url, rest, why);
}
