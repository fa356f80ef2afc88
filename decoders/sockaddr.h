/*
 * Socket addresses: from bytes to members, an array of decoders by family.
 * What is unknown or too short keeps its family and its raw bytes.
 */
#ifndef CALLGATE_DECODERS_SOCKADDR_H
#define CALLGATE_DECODERS_SOCKADDR_H

#include "decoders/value.h"

/* Fills family, decoded and the family's members from raw and raw_len. Touches nothing else. */
void sockaddr_decode(struct sockaddr_value *s);

#endif
