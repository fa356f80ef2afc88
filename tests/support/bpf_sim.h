/*
 * Runs a seccomp filter on made-up calls, for ABIs this host may not have.
 * Only the classic BPF instructions that libseccomp emits: loads of words of
 * struct seccomp_data, AND, jumps, returns.
 */
#ifndef CALLGATE_TESTS_SUPPORT_BPF_SIM_H
#define CALLGATE_TESTS_SUPPORT_BPF_SIM_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What the kernel does with a filter it would not have loaded. */
#define BPF_SIM_INVALID 0xdeadbeefu

static inline bool bpf_sim_jump(uint16_t code, uint32_t a, uint32_t k)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == k;
	case BPF_JGT:
		return a > k;
	case BPF_JGE:
		return a >= k;
	default:
		return (a & k) != 0; /* BPF_JSET */
	}
}

static inline uint32_t bpf_sim_run(const struct sock_fprog *prog, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (uint32_t pc = 0; pc < prog->len; pc++) {
		const struct sock_filter *in = &prog->filter[pc];

		switch (in->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (in->k % 4 || in->k > sizeof(*data) - 4)
				return BPF_SIM_INVALID;
			memcpy(&a, (const char *)data + in->k, 4);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= in->k;
			break;
		case BPF_JMP | BPF_JA:
			pc += in->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += bpf_sim_jump(in->code, a, in->k) ? in->jt : in->jf;
			break;
		case BPF_RET | BPF_K:
			return in->k;
		default:
			return BPF_SIM_INVALID;
		}
	}
	return BPF_SIM_INVALID;
}

#endif
