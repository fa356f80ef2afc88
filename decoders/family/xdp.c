#include <inttypes.h>
#include <linux/if_xdp.h>

#include "decoders/family.h"

static void xdp_text(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	struct sockaddr_xdp xdp;

	(void)facts;
	address_padded(s, &xdp, sizeof(xdp));
	sbuf_fmt(
		out, "xdp ifindex %" PRIu32 " queue %" PRIu32, xdp.sxdp_ifindex, xdp.sxdp_queue_id);
	if (xdp.sxdp_flags)
		sbuf_fmt(out, " flags 0x%x", xdp.sxdp_flags);
	if (xdp.sxdp_shared_umem_fd)
		sbuf_fmt(out, " umem fd %" PRId32, (int32_t)xdp.sxdp_shared_umem_fd);
}

static void xdp_json(
	struct json_out *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	struct sockaddr_xdp xdp;

	(void)facts;
	address_padded(s, &xdp, sizeof(xdp));
	record_number(out->record, "ifindex", xdp.sxdp_ifindex);
	record_number(out->record, "queue_id", xdp.sxdp_queue_id);
	record_hex(out->record, "xdp_flags", xdp.sxdp_flags);
	record_number(out->record, "shared_umem_fd", (int32_t)xdp.sxdp_shared_umem_fd);
}

const struct address_family xdp_family = {
	.min_len = sizeof(struct sockaddr_xdp),
	.text = xdp_text,
	.json = xdp_json,
};
