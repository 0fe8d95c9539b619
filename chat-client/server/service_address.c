#include "chat-client/server/service_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/build.h"

#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char name_characters[] = LETTERS_AND_DIGITS "-._";
static const char host_characters[] = LETTERS_AND_DIGITS "-._:[]"; /* with a port */
static const char url_characters[] = LETTERS_AND_DIGITS "-._~:/?[]&+=%";

/* Each way to write an address, and the WebSocket scheme that it comes down to. */
static const struct {
	const char *prefix, *scheme;
} schemes[] = {
	{"ws://", "ws"},
	{"wss://", "wss"},
	{"http://", "ws"},
	{"https://", "wss"},
};

static bool consists_of(struct text t, const char *characters)
{
	for (size_t i = 0; i < t.n; i++)
		if (!strchr(characters, t.p[i]))
			return false;
	return true;
}

/* The WebSocket scheme of a URL, and its host and port; NULL: it is no such URL. */
static const char *parse_url(const char *url, struct text *host)
{
	struct text t = text_of_string(url);

	if (!consists_of(t, url_characters))
		return NULL;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		struct text prefix = text_of_string(schemes[i].prefix);

		if (t.n <= prefix.n || !text_equal_ignoring_case(text_of(t.p, prefix.n), prefix))
			continue;
		*host = text_of(t.p + prefix.n, strcspn(t.p + prefix.n, "/?"));
		return host->n > 0 && consists_of(*host, host_characters) ? schemes[i].scheme
									  : NULL;
	}
	return NULL;
}

/* With or without the brackets that a URL puts around it. */
static bool is_ipv6(const char *s)
{
	char plain[INET6_ADDRSTRLEN] = "";
	struct in6_addr address;
	size_t n = strlen(s);

	if (n > 2 && s[0] == '[' && s[n - 1] == ']') {
		s++;
		n -= 2;
	}
	if (n >= sizeof(plain))
		return false;
	memcpy(plain, s, n);
	return inet_pton(AF_INET6, plain, &address) == 1;
}

bool service_address_check(const struct service_address *address, char *error, size_t error_size)
{
	struct text host;

	if (address->url && !parse_url(address->url, &host)) {
		snprintf(error, error_size,
			 "CHATSERVICE_URL is '%.80s', but must be an address such as "
			 "ws://host:8080/chat "
			 "(ws, wss, http or https)",
			 address->url);
		return false;
	}
	if (address->ip && !consists_of(text_of_string(address->ip), name_characters) &&
	    !is_ipv6(address->ip)) {
		snprintf(error, error_size,
			 "CHATSERVICE_IP is '%.80s', but must be an IP address or a host name",
			 address->ip);
		return false;
	}
	return true;
}

void service_address_config(const struct service_address *address, struct buffer *json)
{
	buffer_add_string(json, "{\"url\":");
	if (address->url)
		buffer_add_format(json, "\"%s\"", address->url);
	else
		buffer_add_string(json, "null");
	buffer_add_format(json, ",\"ip\":\"%s\",\"port\":", address->ip ? address->ip : "");
	buffer_add_int(json, address->port);
	buffer_add_format(json, ",\"version\":\"%s\"}\n", build_version);
}

void service_address_sources(const struct service_address *address, struct buffer *policy)
{
	struct text host = text_of_string(address->ip);
	const char *scheme = address->url ? parse_url(address->url, &host) : NULL;

	if (host.n == 0 || memchr(host.p, '[', host.n) ||
	    (!scheme && memchr(host.p, ':', host.n))) {
		buffer_add_string(policy, "ws: wss:");
	} else if (scheme) {
		buffer_add_format(policy, "%s://%.*s", scheme, (int)host.n, host.p);
	} else {
		buffer_add_format(policy, "ws://%s:%d wss://%s:%d", address->ip, (int)address->port,
				  address->ip, (int)address->port);
	}
}
