#include "decoders/sockaddr.h"

#include <string.h>

#include "decoders/family.h"

#define ADDRESS_FAMILY_ROW(number, name) [number] = &name##_family,
static const struct address_family *const families[] = { ADDRESS_FAMILIES(ADDRESS_FAMILY_ROW) };
#undef ADDRESS_FAMILY_ROW

const struct address_family *address_family_of(unsigned number)
{
	return number < sizeof(families) / sizeof(families[0]) ? families[number] : NULL;
}

void address_padded(const struct sockaddr_value *s, void *to, size_t size)
{
	memset(to, 0, size);
	memcpy(to, s->raw, s->raw_len < size ? s->raw_len : size);
}

void address_set_raw(struct sockaddr_value *s, const void *raw, size_t len)
{
	memcpy(s->raw, raw, len);
	s->raw_len = len;
}

void sockaddr_decode(struct sockaddr_value *s)
{
	const struct address_family *family;

	s->decoded = false;
	s->family = 0;
	if (s->raw_len < sizeof(s->family))
		return;
	memcpy(&s->family, s->raw, sizeof(s->family));
	family = address_family_of(s->family);
	s->decoded =
		family && s->raw_len >= family->min_len && (!family->decode || family->decode(s));
}
