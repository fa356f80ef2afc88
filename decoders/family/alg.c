#include <inttypes.h>
#include <string.h>
#include <linux/if_alg.h>

#include "base/escape.h"
#include "decoders/family.h"

/* The name ends at its NUL or at the address's end; so the struct's own array is not used. */
struct alg_name {
	const char *text;
	size_t len;
};

static struct alg_name alg_name(const struct sockaddr_value *s)
{
	const size_t head = offsetof(struct sockaddr_alg_new, salg_name);
	const char *text = (const char *)s->raw + head;

	return (struct alg_name){ text, strnlen(text, s->raw_len - head) };
}

/* One that fills the array has no NUL. */
static size_t type_len(const struct sockaddr_alg_new *alg)
{
	return strnlen((const char *)alg->salg_type, sizeof(alg->salg_type));
}

static void alg_text(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	struct alg_name name = alg_name(s);
	struct sockaddr_alg_new alg;

	(void)facts;
	address_padded(s, &alg, sizeof(alg));
	sbuf_str(out, "alg ");
	escape_word(out, alg.salg_type, type_len(&alg));
	sbuf_char(out, ' ');
	escape_word(out, name.text, name.len);
	if (alg.salg_feat || alg.salg_mask)
		sbuf_fmt(out, " feat 0x%" PRIx32 " mask 0x%" PRIx32, alg.salg_feat, alg.salg_mask);
}

static void alg_json(
	struct json_out *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	struct alg_name name = alg_name(s);
	struct sockaddr_alg_new alg;

	(void)facts;
	address_padded(s, &alg, sizeof(alg));
	record_bytes(out->record, "alg_type", alg.salg_type, type_len(&alg));
	record_bytes(out->record, "alg_name", name.text, name.len);
	record_hex(out->record, "feat", alg.salg_feat);
	record_hex(out->record, "mask", alg.salg_mask);
}

const struct address_family alg_family = {
	.min_len = sizeof(struct sockaddr_alg_new) + 1,
	.text = alg_text,
	.json = alg_json,
};
