/*
 * Proxies as the environment names them: http_proxy, https_proxy, all_proxy and
 * their capitals, as in curl(1). Only those on this host are of interest: the
 * others would be reached past every rule.
 */
#ifndef CALLGATE_POLICY_PROXY_H
#define CALLGATE_POLICY_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a URL leads. */
struct proxy_url {
	char host[46]; /* an address; "localhost" stands for 127.0.0.1 and ::1 */
	uint16_t port;
};

enum { PROXY_TEXT_SIZE = 64 };

/* The value of NAME=VALUE when NAME is one of the variables and has one; else NULL. */
const char *proxy_variable(const char *entry);

/*
 * Reads [SCHEME://][USER[:PASSWORD]@]HOST[:PORT][/...]. False when it is no URL
 * or its host is not a loopback address. Without a port it is that of the
 * scheme: http 80, https 443, socks4, socks4a, socks5, socks5h 1080.
 */
bool proxy_url_parse(const char *url, struct proxy_url *out);

/* The i-th destination of it, as "tcp:127.0.0.1:3128"; false past the last. */
bool proxy_url_endpoint(const struct proxy_url *url, size_t i, char text[PROXY_TEXT_SIZE]);

#endif
