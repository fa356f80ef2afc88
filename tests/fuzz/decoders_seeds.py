#!/usr/bin/env python3
"""Writes the seed corpus of the fuzzer decoders.c: one well-formed call a file.

Usage: decoders_seeds.py DIRECTORY
"""
import os
import struct
import sys

IMAGE_AT = 0x1000
X86_64, I386, X32, AARCH64, UNKNOWN = range(5)
BY_ID, CONTENTS, SMALL_ARENA, FACTS, NO_TASK, SHORT_READS = (1 << i for i in range(6))
VALUE, NEGATIVE, IN_IMAGE, AT_TOP, HIGH_HALF = range(5)

INET = bytes.fromhex("0200003568100123") + bytes(8)
INET6 = bytes.fromhex("0a0001bb00001234fe80") + bytes(13) + b"\x01" + struct.pack("<I", 2)
ADDRESSES = {
    "inet": INET,
    "inet6": INET6,
    "unspec": bytes(2) + INET[2:],
    "unix_path": b"\x01\0/run/x.sock\0",
    "unix_abstract": b"\x01\0\0a\0b",
    "unix_unnamed": b"\x01\0",
    "netlink": b"\x10\0\0\0\x01\0\0\0\x02\0\0\0",
    "packet": bytes.fromhex("1100080602000000010004060211223344550000"),
    "vsock": bytes.fromhex("28000000d20400000200000000000000"),
    "rfcomm": bytes.fromhex("1f000605040302010700"),
    "l2cap": bytes.fromhex("1f000110060504030201400002") + b"\0",
    "hci": bytes.fromhex("1f0001000300"),
    "sco": bytes.fromhex("1f00060504030201"),
    "alg": b"\x26\0skcipher".ljust(24, b"\0") + b"cbc(aes)".ljust(64, b"\0"),
    "can": bytes.fromhex("1d000000030000002301000021030000"),
    "xdp": bytes.fromhex("2c0004000200000001000000") + b"\x09\0\0\0",
    "ax25": b"\x03\0raw",
}


def seed(nr, args, image=b"", abi=X86_64, choices=0, result=0, holes=0):
    """args are (kind, value) or plain values."""
    packed = b""
    for arg in list(args) + [0] * (6 - len(args)):
        kind, value = arg if isinstance(arg, tuple) else (VALUE, arg)
        packed += struct.pack("<B3xI", kind, value & 0xFFFFFFFF)
    return struct.pack("<BBHiQ", abi, choices, nr, result, holes) + packed + image


def at(offset):
    return (IN_IMAGE, offset)


def words(fmt, *values):
    return struct.pack("<" + fmt * len(values), *values)


def seeds():
    for name, address in ADDRESSES.items():
        yield "connect_" + name, seed(42, [5, at(0), len(address)], address, choices=FACTS)
    yield "bind_autobind", seed(49, [5, at(0), 2], b"\x01\0")
    yield "socket", seed(41, [10, 0x80801, 6])
    yield "socketpair", seed(53, [1, 1, 0, at(0)], words("i", 3, 4))
    yield "accept4", seed(288, [3, at(4), at(0), 0x80000], words("i", 16) + INET, result=7)
    yield "sendto", seed(44, [5, at(16), 5, 0x4040, at(0), 16], INET + b"hello", choices=CONTENTS)

    strings = b"/bin/sh\0sh\0-c\0\x1b[2J\xe2\x80\xae\xff\0A=b\0"
    argv = words("Q", IMAGE_AT + 8, IMAGE_AT + 11, IMAGE_AT + 14, 0, IMAGE_AT + 23, 0)
    image = strings.ljust(32, b"\0") + argv
    yield "execve", seed(59, [at(0), at(32), at(64)], image, choices=CONTENTS)
    yield "execve_holes", seed(59, [at(0), at(32), at(64)], image, holes=2)
    yield "execve_short_reads", seed(59, [at(0), at(32), at(64)], image, choices=SHORT_READS)
    yield "execve_no_task", seed(59, [at(0), at(32), at(64)], image, choices=NO_TASK)
    yield "execveat", seed(322, [(NEGATIVE, -100), at(0), at(32), at(64), 0x1000], image)
    argv32 = words("I", IMAGE_AT + 8, IMAGE_AT + 11, IMAGE_AT + 14, 0, IMAGE_AT + 23, 0)
    yield "execve_i386", seed(11, [at(0), at(32), at(48)], strings.ljust(32, b"\0") + argv32, I386)
    yield "execve_x32", seed(520, [at(0), at(32), at(48)], strings.ljust(32, b"\0") + argv32, X32)
    yield "execve_top", seed(59, [(AT_TOP, 8)], b"/bin/sh\0")

    rights = words("Q", 24) + words("i", 1, 1, 7, 8)
    creds = words("Q", 28) + words("i", 1, 2, 100, 1000, 1001, 0)
    data = INET + words("Q", IMAGE_AT, 16, IMAGE_AT, 4) + rights + creds
    header = words("Q", IMAGE_AT, 16, IMAGE_AT + 16, 2, IMAGE_AT + 48, 56, 0)
    yield "sendmsg", seed(46, [5, at(len(data)), 0], data + header, choices=CONTENTS)
    yield "sendmmsg", seed(307, [5, at(len(data)), 3, 0], data + 2 * (header + words("Q", 9)), result=2)
    rights32 = words("I", 20, 1, 1, 7, 8)
    data32 = INET + words("I", IMAGE_AT, 16) + rights32
    header32 = words("I", IMAGE_AT, 16, IMAGE_AT + 16, 1, IMAGE_AT + 24, 20, 0)
    yield "sendmsg_i386", seed(370, [5, at(len(data32)), 0], data32 + header32, I386)

    for number, name in ((3, "connect"), (2, "bind")):
        yield "socketcall_" + name, seed(
            102, [number, at(0)], words("I", 5, IMAGE_AT + 12, 16) + INET, I386)
    yield "socketcall_sendto", seed(
        102, [11, at(0)], words("I", 5, IMAGE_AT, 4, 0, IMAGE_AT + 24, 16) + INET, I386)
    yield "socketcall_sendmsg", seed(
        102, [16, at(0)], words("I", 5, IMAGE_AT + 12 + len(data32), 0) + data32 + header32, I386)
    yield "socketcall_unreadable", seed(102, [20, 16], b"", I386)

    yield "clone", seed(56, [0x50F00, at(0), at(0), at(0), at(0)])
    yield "clone_i386", seed(120, [0x1200011], b"", I386)
    yield "clone3", seed(435, [at(0), 88], words("Q", 0x100, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0))
    yield "clone_aarch64", seed(220, [0x50F00], b"", AARCH64)
    yield "ptrace", seed(101, [16, 1234])
    yield "mount", seed(165, [at(0), at(5), 0, 0x5000], b"none\0/mnt\0")
    yield "bpf", seed(321, [5, at(0), 128])
    yield "undecoded", seed(51, [3, at(0), at(16)])
    yield "unknown_abi", seed(42, [5, at(0), 16], INET, UNKNOWN)
    yield "small_arena", seed(42, [5, at(0), 16], INET, choices=SMALL_ARENA)
    yield "by_id", seed(30, [5, at(0), 16], INET, choices=BY_ID)


def main():
    for name, data in seeds():
        with open(os.path.join(sys.argv[1], name), "wb") as f:
            f.write(data)


main()
