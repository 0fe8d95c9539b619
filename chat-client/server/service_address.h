/* service_address.h: where the page finds the chat service.
 *
 * Purpose    checks what the settings say of it, writes /config.json for the page and the part of
 *            the Content-Security-Policy that lets the page connect there.
 * Ownership  the strings are the settings'.
 * Errors     a wrong value gives one line that names its variable; buffers keep their own.
 * Threads    any.
 */
#ifndef CHAT_CLIENT_SERVICE_ADDRESS_H
#define CHAT_CLIENT_SERVICE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

struct service_address {
	const char *url; /* CHATSERVICE_URL, NULL when unset; wins */
	const char *ip;  /* CHATSERVICE_IP, NULL: the host that the page came from */
	int64_t port;    /* CHATSERVICE_PORT */
};

/* What passes can stand in JSON and in a header as it is. */
bool service_address_check(const struct service_address *address, char *error, size_t error_size);

/* {"url": string or null, "ip": string ("" when unset), "port": number, "version": string} */
void service_address_config(const struct service_address *address, struct buffer *json);

/* Sources for connect-src, such as "ws://chat.example:8080 wss://chat.example:8080"; all WebSocket
 * addresses where the host is not known here, or cannot be written there (IPv6). */
void service_address_sources(const struct service_address *address, struct buffer *policy);

#endif
