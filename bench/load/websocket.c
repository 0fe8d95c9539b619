#include "bench/load/websocket.h"

#include <string.h>
#include <strings.h>

enum { HEADER_MAX = 14, UPGRADE_MAX = 16 * 1024, CONTROL_MAX = 125 };

static const uint64_t payload_max = UINT64_C(256) * 1024 * 1024;

/* The pair of RFC 6455, section 1.3: the answer is known without computing a digest. */
static const char key[] = "dGhlIHNhbXBsZSBub25jZQ==";
static const char accept_line[] = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

void websocket_add_upgrade(struct buffer *out, const char *host, unsigned port, const char *path,
			   const char *protocol)
{
	buffer_add_format(out,
			  "GET %s HTTP/1.1\r\n"
			  "Host: %s:%u\r\n"
			  "Upgrade: websocket\r\n"
			  "Connection: Upgrade\r\n"
			  "Sec-WebSocket-Key: %s\r\n"
			  "Sec-WebSocket-Version: 13\r\n",
			  path, host, port, key);
	if (protocol)
		buffer_add_format(out, "Sec-WebSocket-Protocol: %s\r\n", protocol);
	buffer_add_string(out, "\r\n");
}

static bool is_accepted(struct text response)
{
	static const char status[] = "HTTP/1.1 101";
	size_t n = sizeof(accept_line) - 1;

	if (response.n < sizeof(status) || memcmp(response.p, status, sizeof(status) - 1) != 0)
		return false;
	for (size_t i = 0; i + n <= response.n; i++)
		if (strncasecmp(response.p + i, accept_line, n) == 0)
			return true;
	return false;
}

enum websocket_result websocket_take_upgrade(struct text *in)
{
	const char *end = in->n ? memmem(in->p, in->n, "\r\n\r\n", 4) : NULL;
	size_t n;

	if (!end)
		return in->n > UPGRADE_MAX ? WEBSOCKET_BROKEN : WEBSOCKET_MORE;
	n = (size_t)(end - in->p) + 4;
	if (!is_accepted(text_of(in->p, n)))
		return WEBSOCKET_BROKEN;
	*in = text_of(in->p + n, in->n - n);
	return WEBSOCKET_FRAME;
}

static size_t write_length(unsigned char *at, size_t n)
{
	size_t bytes = n < 126 ? 0 : n <= 0xffff ? 2 : 8;

	at[0] = (unsigned char)(0x80 | (bytes == 0 ? n : bytes == 2 ? 126 : 127));
	for (size_t i = 0; i < bytes; i++)
		at[1 + i] = (unsigned char)((uint64_t)n >> (8 * (bytes - 1 - i)));
	return 1 + bytes;
}

void websocket_add_frame(struct buffer *out, enum websocket_opcode opcode, struct text payload,
			 uint32_t mask)
{
	unsigned char header[HEADER_MAX];
	uint64_t wide = (uint64_t)mask << 32 | mask;
	size_t n, i = 0;
	char *at;

	header[0] = (unsigned char)(0x80 | opcode);
	n = 1 + write_length(header + 1, payload.n);
	memcpy(header + n, &mask, sizeof(mask));
	n += sizeof(mask);
	if (!buffer_reserve(out, n + payload.n))
		return;
	buffer_add(out, header, n);
	buffer_add_text(out, payload);
	at = out->p + out->n - payload.n;
	for (; i + sizeof(wide) <= payload.n; i += sizeof(wide)) {
		uint64_t eight;

		memcpy(&eight, at + i, sizeof(eight));
		eight ^= wide;
		memcpy(at + i, &eight, sizeof(eight));
	}
	for (; i < payload.n; i++)
		at[i] = (char)(at[i] ^ ((const char *)&mask)[i % 4]);
}

enum websocket_result websocket_take_frame(struct text *in, struct websocket_frame *frame)
{
	const unsigned char *p = (const unsigned char *)in->p;
	size_t header = 2, bytes;
	uint64_t n;

	if (in->n < header)
		return WEBSOCKET_MORE;
	n = p[1];
	bytes = n == 126 ? 2 : n == 127 ? 8 : 0;
	if (n & 0x80 || p[0] & 0x70) /* masked, or an extension that nobody asked for */
		return WEBSOCKET_BROKEN;
	header += bytes;
	if (in->n < header)
		return WEBSOCKET_MORE;
	if (bytes)
		n = 0;
	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | p[2 + i];
	if (n > payload_max || (p[0] & 0x08 && (n > CONTROL_MAX || !(p[0] & 0x80))))
		return WEBSOCKET_BROKEN;
	if (in->n - header < n)
		return WEBSOCKET_MORE;
	frame->is_last = p[0] & 0x80;
	frame->opcode = p[0] & 0x0f;
	frame->payload = text_of(in->p + header, n);
	*in = text_of(in->p + header + n, in->n - header - n);
	return WEBSOCKET_FRAME;
}
