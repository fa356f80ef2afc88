#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/load.h"
#include "policy/proxy.h"

static const char *const modes[] = { "open", "restricted", "proxy", NULL };

static int load_mode(struct loader *l, const struct yaml *node, void *target)
{
	struct network *n = target;
	int word = load_word(l, node, modes);

	if (word < 0)
		return -1;
	n->mode = (enum network_mode)word;
	return 0;
}

static int load_strict(struct loader *l, const struct yaml *node, void *target)
{
	static const char *const words[] = { "aware", "plain", NULL };
	int word = load_word(l, node, words);

	if (word < 0)
		return -1;
	((struct network *)target)->plain = word == 1;
	return 0;
}

static int load_unix_pairs(struct loader *l, const struct yaml *node, void *target)
{
	static const char *const words[] = { "deny", "allow", NULL };
	int word = load_word(l, node, words);

	if (word < 0)
		return -1;
	((struct network *)target)->unix_pairs = word == 1;
	return 0;
}

typedef vec_of(struct destination) endpoint_vec;

static int load_endpoint(struct loader *l, const struct yaml *node, void *target)
{
	static const char expected[] = "ADDRESS:PORT of a proxy, as 127.0.0.1:3128";
	struct place place = load_place(l, node);
	struct destination *d = vec_add((endpoint_vec *)target);

	if (!d)
		return load_no_memory(l);
	if (load_text(l, node, expected) < 0)
		return -1;
	if (destination_parse(
		    node->text, node->len, DESTINATION_CONNECT, &l->policy->arena, d, l->err) < 0)
		return load_wrap(l, &place);
	if (d->type != DESTINATION_PREFIX || d->prefix.len != d->prefix.addr.bits || !d->ports ||
		d->protocols == PROTOCOL_UDP)
		return load_fail_text(l, node, "expected %s", expected);
	d->protocols = PROTOCOL_TCP;
	return 0;
}

static int load_endpoints(struct loader *l, const struct yaml *node, void *target)
{
	struct destination_list *list = &((struct network *)target)->listed;
	endpoint_vec endpoints = { 0 };
	int ret = load_each(l, node, load_endpoint, &endpoints);

	if (ret == 0) {
		list->len = endpoints.len;
		list->items = vec_seal(&endpoints, &l->policy->arena);
		ret = list->items ? 0 : load_no_memory(l);
	}
	vec_free(&endpoints);
	return ret;
}

static int check_network(struct loader *l, const struct yaml *node, const struct network *n)
{
	if (n->plain && n->mode != NETWORK_RESTRICTED)
		return load_fail(l, node, "strict goes with \"mode: restricted\" only");
	if ((n->unix_pairs || n->listed.len) && n->mode != NETWORK_PROXY)
		return load_fail(l, node, "unix-pairs and endpoints go with \"mode: proxy\" only");
	return 0;
}

int load_network(struct loader *l, const struct yaml *node, void *unused)
{
	static const struct load_key rows[] = {
		{ "mode", load_mode },
		{ "strict", load_strict },
		{ "unix-pairs", load_unix_pairs },
		{ "endpoints", load_endpoints },
		{ NULL, NULL },
	};
	struct network *n = &l->policy->network, draft = { .place = load_place(l, node) };

	(void)unused;
	if (n->place.file)
		return load_fail(l, node,
			"the network mode is given already, at %s:%d: keep one of them",
			n->place.file, n->place.line);
	if ((node->type == YAML_MAP ? load_map(l, node, "network", rows, &draft)
				    : load_mode(l, node, &draft)) < 0)
		return -1;
	if (node->type == YAML_MAP && !load_find(node, "mode"))
		return load_fail(l, node, "no mode here: add \"mode: restricted\" or another");
	if (check_network(l, node, &draft) < 0)
		return -1;
	*n = draft;
	return 0;
}

/* What the variable names, when that is on this host; otherwise it is as if it were not there. */
static int add_proxies(struct loader *l, endpoint_vec *found, const char *url)
{
	struct proxy_url proxy;
	char text[PROXY_TEXT_SIZE];

	if (!proxy_url_parse(url, &proxy))
		return 0;
	for (size_t i = 0; proxy_url_endpoint(&proxy, i, text); i++) {
		struct destination *d = vec_add(found);
		struct err *err = NULL;

		if (!d)
			return load_no_memory(l);
		if (destination_parse(text, strlen(text), DESTINATION_CONNECT, &l->policy->arena, d,
			    &err) < 0)
			found->len--;
		err_free(&err);
	}
	return 0;
}

int load_network_finish(struct loader *l)
{
	const struct environment *set = &l->policy->environment;
	struct network *n = &l->policy->network;
	const char *const *e;
	endpoint_vec found = { 0 };
	int ret = 0;

	if (n->mode != NETWORK_PROXY || n->listed.len)
		return 0;
	for (size_t i = 0; ret == 0 && i < set->nset; i++)
		if (proxy_variable(set->set[i].text))
			ret = add_proxies(l, &found, proxy_variable(set->set[i].text));
	for (e = l->env ? l->env->environ : NULL; ret == 0 && e && *e; e++)
		if (proxy_variable(*e) && environment_fate(l->policy, *e) == ENV_STAYS)
			ret = add_proxies(l, &found, proxy_variable(*e));
	if (ret == 0) {
		n->found.len = found.len;
		n->found.items = vec_seal(&found, &l->policy->arena);
		ret = n->found.items ? 0 : load_no_memory(l);
	}
	vec_free(&found);
	return ret;
}
