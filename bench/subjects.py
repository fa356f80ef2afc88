"""What a load is run under: words put in front of its command.

A subject is named by its key; {x} stands for a name of `Places`.
"""

# The calls that trace shows, when nothing else is said, and that strace knows.
TRACED = (
    "socket,socketpair,connect,bind,listen,accept,accept4,sendto,sendmsg,sendmmsg,"
    "execve,execveat,fork,vfork,clone,clone3"
)

SUBJECTS = {
    "native": "",
    "allow filter": "{bench}/allow_filter",
    "floor: notify": "{bench}/notify_floor continue",
    "floor: on behalf": "{bench}/notify_floor behalf",
    "floor: ptrace entry": "{bench}/ptrace_floor entry",
    "floor: ptrace exit": "{bench}/ptrace_floor exit",
    "strace bpf": "strace -f --seccomp-bpf -qq -e trace=" + TRACED + " -o {tmp}/strace",
    "strace": "strace -f -qq -e trace=" + TRACED + " -o {tmp}/strace",
    "strace bpf -k": "strace -k -f --seccomp-bpf -qq -e trace=" + TRACED + " -o {tmp}/strace",
    "bubblewrap": "bwrap --dev-bind / / --",
    "firejail": "firejail --quiet --noprofile --",
    "trace": "{callgate} trace {options} -o {tmp}/text",
    "trace, logged": "{callgate} trace {options} -o {tmp}/text --log {tmp}/log",
    "trace -k": "{callgate} trace -k {options} -o {tmp}/text --log {tmp}/log",
    "trace -kk": "{callgate} trace -kk {options} -o {tmp}/text --log {tmp}/log",
    "enforce, denied": "{callgate} enforce {options} -p {tmp}/none.yaml --denied-only"
    " -o {tmp}/text --log {tmp}/log",
    "enforce -k, denied": "{callgate} enforce -k {options} -p {tmp}/none.yaml --denied-only"
    " -o {tmp}/text --log {tmp}/log",
    "audit": "{callgate} audit {options} -p {tmp}/ten.yaml -o {tmp}/text --log {tmp}/log",
    "enforce": "{callgate} enforce {options} -p {tmp}/ten.yaml --denied-only"
    " -o {tmp}/text --log {tmp}/log",
    "enforce, no log": "{callgate} enforce {options} -p {tmp}/ten.yaml --denied-only"
    " -o {tmp}/text",
    "enforce, large policy": "{callgate} enforce {options} -p {tmp}/large.yaml --denied-only"
    " -o {tmp}/text --log {tmp}/log",
}


def prefix(subject, places):
    """The words of a subject, with the names of `places` put in."""
    return SUBJECTS[subject].format(**places).split()
