#include "policy/proxy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "policy/address.h"

const char *proxy_variable(const char *entry)
{
	static const char *const names[] = { "http_proxy", "https_proxy", "all_proxy" };
	const char *equals = strchr(entry, '=');
	size_t len = equals ? (size_t)(equals - entry) : 0;

	for (size_t i = 0; equals && i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len && !strncasecmp(names[i], entry, len))
			return equals[1] ? equals + 1 : NULL;
	return NULL;
}

/* The scheme's port, and *rest behind "://"; 0 for a scheme that is unknown. */
static uint16_t take_scheme(const char *url, const char **rest, bool *has_scheme)
{
	static const struct {
		const char *name;
		uint16_t port;
	} schemes[] = { { "http", 80 }, { "https", 443 }, { "socks4", 1080 }, { "socks4a", 1080 },
		{ "socks5", 1080 }, { "socks5h", 1080 }, { "socks", 1080 } };
	const char *mark = strstr(url, "://");

	*has_scheme = mark != NULL;
	*rest = mark ? mark + 3 : url;
	for (size_t i = 0; mark && i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strlen(schemes[i].name) == (size_t)(mark - url) &&
			!strncasecmp(schemes[i].name, url, (size_t)(mark - url)))
			return schemes[i].port;
	return 0;
}

static bool is_loopback(const char *host)
{
	struct address address;

	if (!strcasecmp(host, "localhost"))
		return true;
	/* 0.0.0.0 and :: would be, to connect to; they are no proxy's address. */
	return address_from_text(host, false, &address) && address_set_has(SET_LOOPBACK, &address);
}

/* HOST and [HOST]; *rest is behind it. */
static bool take_host(const char *text, size_t len, struct proxy_url *out, const char **rest)
{
	bool bracket = len && text[0] == '[';
	const char *end = memchr(text, bracket ? ']' : ':', len);
	size_t n;

	if (bracket && !end)
		return false;
	text += bracket;
	len -= bracket;
	n = end ? (size_t)(end - text) : len;
	if (!n || n >= sizeof(out->host))
		return false;
	memcpy(out->host, text, n);
	out->host[n] = '\0';
	*rest = text + n + bracket;
	return is_loopback(out->host);
}

static bool take_port(const char *text, const char *end, uint16_t *port)
{
	unsigned n = 0;

	if (text == end)
		return *port != 0;
	if (*text++ != ':' || text == end)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		n = n * 10 + (unsigned)(*text - '0');
		if (n > UINT16_MAX)
			return false;
	}
	*port = (uint16_t)n;
	return n != 0;
}

bool proxy_url_parse(const char *url, struct proxy_url *out)
{
	const char *text, *end, *at, *rest;
	bool has_scheme;

	*out = (struct proxy_url){ .port = take_scheme(url, &text, &has_scheme) };
	if (has_scheme && !out->port)
		return false;
	end = text + strcspn(text, "/?#");
	/* Passwords may have an @: the last one ends them. */
	at = memrchr(text, '@', (size_t)(end - text));
	text = at ? at + 1 : text;
	return take_host(text, (size_t)(end - text), out, &rest) &&
	       take_port(rest, end, &out->port);
}

bool proxy_url_endpoint(const struct proxy_url *url, size_t i, char text[PROXY_TEXT_SIZE])
{
	static const char *const local[] = { "127.0.0.1", "::1" };
	bool name = !strcasecmp(url->host, "localhost");
	const char *host = name && i < 2 ? local[i] : url->host;

	if (i >= (name ? 2 : 1))
		return false;
	snprintf(text, PROXY_TEXT_SIZE, strchr(host, ':') ? "tcp:[%s]:%u" : "tcp:%s:%u", host,
		url->port);
	return true;
}
