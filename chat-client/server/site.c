#include "chat-client/server/site.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/build.h"
#include "chat-client/server/assets.h"

static const char json[] = "application/json";
static const char plain[] = "text/plain; charset=utf-8";
static const char never_kept[] = "no-store";
static const char asked_again[] = "no-cache";
static const char kept_for_good[] = "public, max-age=31536000, immutable";

struct site {
	struct assets assets;
	struct buffer config, version; /* bodies of /config.json and /version */
	struct buffer policy;
};

static void write_policy(struct buffer *policy, const struct service_address *address)
{
	buffer_add_string(policy, "default-src 'none'; script-src 'self'; style-src 'self'; "
				  "img-src 'self' data:; font-src 'self'; connect-src 'self' ");
	service_address_sources(address, policy);
	buffer_add_string(policy, "; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
				  "frame-ancestors 'none'; require-trusted-types-for 'script'");
}

struct site *site_new(const char *web_root, const struct service_address *address, char *error,
		      size_t error_size)
{
	struct site *site = calloc(1, sizeof(*site));

	if (!site)
		goto out_of_memory;
	if (!service_address_check(address, error, error_size) ||
	    !assets_load(&site->assets, web_root, error, error_size))
		goto out;
	service_address_config(address, &site->config);
	buffer_add_format(&site->version, "{\"version\":\"%s\"}\n", build_version);
	write_policy(&site->policy, address);
	if (!site->config.failed && !site->version.failed && !site->policy.failed)
		return site;
out_of_memory:
	snprintf(error, error_size, "out of memory");
out:
	site_free(site);
	return NULL;
}

void site_free(struct site *site)
{
	if (!site)
		return;
	assets_release(&site->assets);
	buffer_release(&site->config);
	buffer_release(&site->version);
	buffer_release(&site->policy);
	free(site);
}

static struct response short_response(int status, const char *type, struct text body)
{
	return (struct response){.status = status,
				 .type = type,
				 .cache = never_kept,
				 .body = body,
				 .is_body_sent = true};
}

static struct response answer_asset(const struct asset *asset, const struct request *request)
{
	enum encoding e = negotiation_encoding(request->accept_encoding, asset->encodings);
	const struct asset_body *body = &asset->bodies[e];
	struct response response = {
		.status = 200,
		.type = asset->type,
		.cache = asset->is_hashed ? kept_for_good : asked_again,
		.etag = body->etag,
		.encoding = e,
		.varies = asset->encodings != 1U << ENCODING_IDENTITY,
		.body = body->bytes,
		.is_body_sent = true,
	};

	if (negotiation_matches(request->if_none_match, text_of_string(body->etag))) {
		response.status = 304;
		response.is_body_sent = false;
	}
	return response;
}

static struct response answer_path(const struct site *site, const struct request *request)
{
	struct text path = request->path;
	const struct asset *asset;

	if (text_equal(path, TEXT("/config.json")))
		return short_response(200, json, buffer_text(&site->config));
	if (text_equal(path, TEXT("/version")))
		return short_response(200, json, buffer_text(&site->version));
	if (text_equal(path, TEXT("/healthz")))
		return short_response(200, plain, TEXT("ok\n"));
	if (text_equal(path, TEXT("/")))
		path = TEXT("/index.html");
	asset = assets_find(&site->assets, path);
	if (!asset)
		return short_response(404, plain, TEXT("There is no such page.\n"));
	return answer_asset(asset, request);
}

struct response site_answer(const struct site *site, const struct request *request)
{
	struct response response;

	if (request->method == METHOD_OTHER) {
		response = short_response(405, plain, TEXT("Only GET and HEAD are served here.\n"));
		response.allow = "GET, HEAD";
		return response;
	}
	response = answer_path(site, request);
	if (request->method == METHOD_HEAD)
		response.is_body_sent = false;
	return response;
}

const char *site_policy(const struct site *site)
{
	return site->policy.p;
}

size_t site_files(const struct site *site)
{
	return site->assets.n;
}

size_t site_bytes(const struct site *site)
{
	return site->assets.bytes;
}
