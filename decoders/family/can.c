#include <inttypes.h>
#include <linux/can.h>

#include "decoders/family.h"

static void can_text(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	struct sockaddr_can can;

	(void)facts;
	address_padded(s, &can, sizeof(can));
	sbuf_fmt(out, "can ifindex %" PRId32, can.can_ifindex);
	if (can.can_addr.tp.rx_id || can.can_addr.tp.tx_id)
		sbuf_fmt(out, " rx 0x%" PRIx32 " tx 0x%" PRIx32, can.can_addr.tp.rx_id,
			can.can_addr.tp.tx_id);
}

static void can_json(
	struct json_out *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	struct sockaddr_can can;

	(void)facts;
	address_padded(s, &can, sizeof(can));
	record_number(out->record, "ifindex", can.can_ifindex);
	record_number(out->record, "rx_id", can.can_addr.tp.rx_id);
	record_number(out->record, "tx_id", can.can_addr.tp.tx_id);
}

const struct address_family can_family = {
	.min_len = offsetof(struct sockaddr_can, can_addr),
	.text = can_text,
	.json = can_json,
};
