#!/usr/bin/python3
"""Writes a log of a long run, as callgate would: long_log.py EVENTS

make(1) starts one program after the other, of forty; each makes a socket, connects
somewhere and ends. One in ten would be denied that, one in five is refused.
"""
import sys

SESSION = ('"callgate":"0.1.0","command":["make","-j8","all"],"cwd":"/home/me/project","mode":"audit",'
           '"backend":"ptrace","kernel":"6.1.0","uid":1000,"gid":1000,"policies":["ci.yaml"]')
MAKE = '"pid":100,"tid":100,"comm":"make","exe":"/usr/bin/make","lineage":["/usr/bin/make"]'
CHILD = '"pid":%d,"tid":%d,"comm":"make","exe":"/usr/bin/make","lineage":["/usr/bin/make"]'
TOOL = '"pid":%d,"tid":%d,"comm":"tool","exe":"%s","lineage":["%s","/usr/bin/make"]'
JUDGED = ('"mode":"audit","verdict":"allow","would":"%s",%s"reason":"default",'
          '"rule":{"file":"ci.yaml","line":2},"result":%d,%s"duration_ns":%d')
PIDS = 30000  # before they are used again


class Log:
    def __init__(self):
        self.seq = 0

    def put(self, kind, ns, rest):
        self.seq += 1
        sys.stdout.write('{"v":1,"type":"%s","seq":%d,"time":"2026-01-02T03:%02d:%02d.%09dZ","mono_ns":%d,%s}\n' % (
            kind, self.seq, ns // 60000000000 % 60, ns // 1000000000 % 60, ns % 1000000000, ns, rest))

    def call(self, ns, who, name, nr, kind, args, judged):
        self.put("call", ns, '%s,"abi":"x86_64","call":"%s","nr":%d,"kind":"%s","args":%s,%s' % (
            who, name, nr, kind, args, judged))


def judged(result, duration, denied=False, error=None):
    return JUDGED % ("deny" if denied else "allow", '"errno":"EACCES",' if denied else "", result,
                     '"error":"%s",' % error if error else "", duration)


def process(log, n, ns):
    """The n-th program that make starts, in six events."""
    pid, path = 101 + n % PIDS, "/usr/bin/tool%d" % (n % 40)
    child, tool = CHILD % (pid, pid), TOOL % (pid, pid, path, path)
    log.put("start", ns, child + ',"parent":100,"thread":false,"how":"vfork"')
    log.call(ns - 50000, MAKE, "vfork", 58, "spawn", "{}",
             '"child":%d,"child_is_thread":false,' % pid + judged(pid, 60000))
    log.call(ns + 1000, child, "execve", 59, "exec",
             '{"path":"%s","argv":["tool","--input","file%d.c","-o","file%d.o"],"envp_count":30}' % (path, n, n),
             '"program":"%s",' % path + judged(0, 250000))
    log.call(ns + 400000, tool, "socket", 41, "socket",
             '{"family":"inet","type":"stream","type_flags":["cloexec"],"protocol":"ip"}', judged(3, 5000))
    refused = n % 5 == 0
    log.call(ns + 500000, tool, "connect", 42, "connect",
             '{"fd":3,"family":"inet","address":"10.%d.%d.%d","port":443,"type":"stream","protocol":"tcp"}' % (
                 n % 7, n % 251, n % 13),
             judged(-111 if refused else 0, 20000 + n % 1000000, n % 10 == 0, "ECONNREFUSED" if refused else None))
    log.put("exit", ns + 900000, tool + ',"thread":false,"exit_code":%d,"lifetime_ns":900000' % (n % 50 == 0))


def main():
    log, n, ns = Log(), 0, 1000
    log.put("session", 0, SESSION)
    log.put("start", ns, '"pid":100,"tid":100,"comm":"callgate","lineage":[],"parent":99,"thread":false,"how":"spawn"')
    log.call(2000, '"pid":100,"tid":100,"comm":"callgate","lineage":[]', "execve", 59, "exec",
             '{"path":"/usr/bin/make","argv":["make","-j8","all"],"envp_count":30}',
             '"program":"/usr/bin/make",' + judged(0, 300000))
    while log.seq < int(sys.argv[1]) - 7:
        n += 1
        ns += 1000000
        process(log, n, ns)
    log.put("exit", ns + 1000000, MAKE + ',"thread":false,"exit_code":0,"lifetime_ns":%d' % ns)
    log.put("summary", ns + 1000001,
            '"processes":%d,"threads":0,"peak_processes":2,"peak_tasks":2,"warnings":0,"lost":0,'
            '"calls":[],"destinations":[],"programs":[],"failures":[],"denials":[]' % (n + 1))


if __name__ == "__main__":
    main()
