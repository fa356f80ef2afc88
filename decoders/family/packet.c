#include <inttypes.h>
#include <arpa/inet.h>
#include <linux/if_packet.h>

#include "decoders/family.h"

/* Bytes of the hardware address that the program gave. */
static size_t hwaddr_len(const struct sockaddr_value *s, const struct sockaddr_ll *ll)
{
	size_t len = s->raw_len - offsetof(struct sockaddr_ll, sll_addr);

	if (len > ll->sll_halen)
		len = ll->sll_halen;
	return len < sizeof(ll->sll_addr) ? len : sizeof(ll->sll_addr);
}

static void packet_text(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	struct sockaddr_ll ll;

	(void)facts;
	address_padded(s, &ll, sizeof(ll));
	sbuf_fmt(out, "packet ethertype 0x%04x ifindex %" PRId32, ntohs(ll.sll_protocol),
		ll.sll_ifindex);
	for (size_t i = 0; i < hwaddr_len(s, &ll); i++)
		sbuf_fmt(out, "%s%02x", i ? ":" : " ", ll.sll_addr[i]);
}

static void packet_json(
	struct json_out *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	struct sockaddr_ll ll;

	(void)facts;
	address_padded(s, &ll, sizeof(ll));
	record_number(out->record, "ethertype", ntohs(ll.sll_protocol));
	record_number(out->record, "ifindex", ll.sll_ifindex);
	record_number(out->record, "hatype", ll.sll_hatype);
	record_number(out->record, "pkttype", ll.sll_pkttype);
	json_put_hex_bytes(out, "hwaddr", ll.sll_addr, hwaddr_len(s, &ll), ':');
}

const struct address_family packet_family = {
	.min_len = offsetof(struct sockaddr_ll, sll_addr),
	.text = packet_text,
	.json = packet_json,
};
