#include <string.h>

#include "decoders/family.h"
#include "decoders/socket_names.h"
#include "decoders/text/parts.h"

enum { L2CAP = 0, HCI = 1, SCO = 2, RFCOMM = 3 }; /* BTPROTO_* */

struct bluetooth {
	int protocol;
	uint8_t bdaddr[6];     /* as people write it: the most significant byte first */
	uint16_t dev, channel; /* hci */
	uint8_t rfcomm_channel;
	uint16_t psm, cid; /* l2cap */
	uint8_t bdaddr_type;
};

static uint16_t raw_u16(const struct sockaddr_value *s, size_t offset)
{
	uint16_t v;

	memcpy(&v, s->raw + offset, sizeof(v));
	return v;
}

static uint16_t raw_le16(const struct sockaddr_value *s, size_t offset)
{
	return (uint16_t)(s->raw[offset] | s->raw[offset + 1] << 8);
}

/* bdaddr_t has the least significant byte first. */
static void copy_bdaddr(struct bluetooth *b, const struct sockaddr_value *s, size_t offset)
{
	for (size_t i = 0; i < sizeof(b->bdaddr); i++)
		b->bdaddr[i] = s->raw[offset + 5 - i];
}

/*
 * The protocols share a family and differ in their structs, which have
 * different sizes: include/net/bluetooth/{hci_sock,sco,rfcomm,l2cap}.h. Their
 * last byte may be missing or padding.
 */
static bool bluetooth_parse(const struct sockaddr_value *s, struct bluetooth *b)
{
	*b = (struct bluetooth){ 0 };
	switch (s->raw_len) {
	case 6:
		b->protocol = HCI;
		b->dev = raw_u16(s, 2);
		b->channel = raw_u16(s, 4);
		return true;
	case 8:
		b->protocol = SCO;
		copy_bdaddr(b, s, 2);
		return true;
	case 9:
	case 10:
		b->protocol = RFCOMM;
		copy_bdaddr(b, s, 2);
		b->rfcomm_channel = s->raw[8];
		return true;
	case 13:
	case 14:
		b->protocol = L2CAP;
		b->psm = raw_le16(s, 2);
		copy_bdaddr(b, s, 4);
		b->cid = raw_le16(s, 10);
		b->bdaddr_type = s->raw[12];
		return true;
	default:
		return false;
	}
}

static bool bluetooth_decode(struct sockaddr_value *s)
{
	struct bluetooth b;

	return bluetooth_parse(s, &b);
}

static void bluetooth_text(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	struct bluetooth b;

	(void)facts;
	bluetooth_parse(s, &b);
	sbuf_str(out, "bluetooth ");
	text_name(out, socket_bluetooth_protocols, (uint64_t)b.protocol, "protocol");
	if (b.protocol == HCI) {
		sbuf_fmt(out, " dev %u channel %u", b.dev, b.channel);
		return;
	}
	for (size_t i = 0; i < sizeof(b.bdaddr); i++)
		sbuf_fmt(out, "%c%02x", i ? ':' : ' ', b.bdaddr[i]);
	if (b.protocol == RFCOMM)
		sbuf_fmt(out, " channel %u", b.rfcomm_channel);
	if (b.protocol == L2CAP)
		sbuf_fmt(out, " psm %u cid %u type %u", b.psm, b.cid, b.bdaddr_type);
}

static void bluetooth_json(
	struct json_out *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	struct bluetooth b;

	bluetooth_parse(s, &b);
	/* The length of an address tells its protocol, but the socket knows better. */
	if (!json_facts_have_protocol(facts))
		json_put_name(out, "protocol", socket_bluetooth_protocols, (uint64_t)b.protocol);
	if (b.protocol == HCI) {
		record_number(out->record, "dev", b.dev);
		record_number(out->record, "channel", b.channel);
		return;
	}
	json_put_hex_bytes(out, "bdaddr", b.bdaddr, sizeof(b.bdaddr), ':');
	if (b.protocol == RFCOMM)
		record_number(out->record, "channel", b.rfcomm_channel);
	if (b.protocol != L2CAP)
		return;
	record_number(out->record, "psm", b.psm);
	record_number(out->record, "cid", b.cid);
	record_number(out->record, "bdaddr_type", b.bdaddr_type);
}

const struct address_family bluetooth_family = {
	.min_len = 6,
	.decode = bluetooth_decode,
	.text = bluetooth_text,
	.json = bluetooth_json,
};
