#include "chat-client/server/service_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/build.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void wrong_addresses_are_told(void **state)
{
	static const struct {
		const char *url, *ip, *named; /* the variable at fault, NULL: none */
	} cases[] = {
		{NULL, NULL, NULL},
		{"ws://h", NULL, NULL},
		{"wss://chat.example:443/chat?a=b", NULL, NULL},
		{"HTTP://h:1", NULL, NULL},
		{"https://[::1]:8080/", NULL, NULL},
		{"", NULL, "CHATSERVICE_URL"},
		{"ws://", NULL, "CHATSERVICE_URL"},
		{"ws:///chat", NULL, "CHATSERVICE_URL"},
		{"ftp://h", NULL, "CHATSERVICE_URL"},
		{"h:8080", NULL, "CHATSERVICE_URL"},
		{"ws://h; script-src *", NULL, "CHATSERVICE_URL"},
		{"ws://h/\"", NULL, "CHATSERVICE_URL"},
		{"ws://h\r\nx: y", NULL, "CHATSERVICE_URL"},
		{"ws://*", NULL, "CHATSERVICE_URL"},
		{"ws://user@h", NULL, "CHATSERVICE_URL"},
		{NULL, "192.168.49.2", NULL},
		{NULL, "chat-service.default", NULL},
		{NULL, "::1", NULL},
		{NULL, "[2001:db8::1]", NULL},
		{NULL, "host:8080", "CHATSERVICE_IP"},
		{NULL, "ws://h", "CHATSERVICE_IP"},
		{NULL, "a b", "CHATSERVICE_IP"},
		{NULL, "a;b", "CHATSERVICE_IP"},
		{NULL, "[", "CHATSERVICE_IP"},
		{NULL, "[::1", "CHATSERVICE_IP"},
		{NULL, "\"", "CHATSERVICE_IP"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct service_address a = {.url = cases[i].url, .ip = cases[i].ip, .port = 8080};
		char error[300] = "", start[40] = "";

		if (cases[i].named)
			snprintf(start, sizeof(start), "%s is '", cases[i].named);
		if (service_address_check(&a, error, sizeof(error)) != !cases[i].named ||
		    strncmp(error, start, strlen(start)) != 0)
			fail_msg("case %zu: %s", i, error);
	}
}

static void the_page_gets_what_is_configured(void **state)
{
	struct buffer json = BUFFER_INIT, expected = BUFFER_INIT;

	(void)state;
	service_address_config(&(struct service_address){.port = 8080}, &json);
	service_address_config(
		&(struct service_address){.url = "ws://h/chat", .ip = "10.0.0.1", .port = 1},
		&json);
	buffer_add_format(&expected,
			  "{\"url\":null,\"ip\":\"\",\"port\":8080,\"version\":\"%s\"}\n",
			  build_version);
	buffer_add_format(
		&expected,
		"{\"url\":\"ws://h/chat\",\"ip\":\"10.0.0.1\",\"port\":1,\"version\":\"%s\"}\n",
		build_version);
	assert_string_equal(json.p, expected.p);
	buffer_release(&json);
	buffer_release(&expected);
}

static void the_policy_names_no_more_than_needed(void **state)
{
	static const struct {
		struct service_address address;
		const char *sources;
	} cases[] = {
		{{.port = 8080}, "ws: wss:"},
		{{.ip = "10.0.0.1", .port = 8080}, "ws://10.0.0.1:8080 wss://10.0.0.1:8080"},
		{{.ip = "chat.example", .port = 80}, "ws://chat.example:80 wss://chat.example:80"},
		{{.ip = "::1", .port = 8080}, "ws: wss:"},
		{{.ip = "[::1]", .port = 8080}, "ws: wss:"},
		{{.url = "wss://chat.example/chat", .ip = "10.0.0.1", .port = 1},
		 "wss://chat.example"},
		{{.url = "https://chat.example:8443/x?y", .port = 1}, "wss://chat.example:8443"},
		{{.url = "http://10.0.0.1:30080", .port = 1}, "ws://10.0.0.1:30080"},
		{{.url = "ws://[::1]:8080/chat", .port = 1}, "ws: wss:"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer policy = BUFFER_INIT;

		service_address_sources(&cases[i].address, &policy);
		assert_string_equal(policy.p, cases[i].sources);
		buffer_release(&policy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_addresses_are_told),
		cmocka_unit_test(the_page_gets_what_is_configured),
		cmocka_unit_test(the_policy_names_no_more_than_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
