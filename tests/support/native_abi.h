/* The ABI of the tests themselves, whose calls are real. */
#ifndef CALLGATE_TESTS_SUPPORT_NATIVE_ABI_H
#define CALLGATE_TESTS_SUPPORT_NATIVE_ABI_H

#include "decoders/abi.h"

static inline const struct abi *abi_native(void)
{
#if defined(__x86_64__) && defined(__ILP32__)
	return &abi_x32;
#elif defined(__x86_64__)
	return &abi_x86_64;
#elif defined(__i386__)
	return &abi_i386;
#elif defined(__aarch64__)
	return &abi_aarch64;
#else
	return &abi_unknown;
#endif
}

#endif
