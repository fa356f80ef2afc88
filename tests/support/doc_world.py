#!/usr/bin/python3
"""The machine that the pages of the documentation are tried on: doc_world.py COMMAND...

To be run in network and mount namespaces of its own (unshare -n -m). The names that the
pages use lead to addresses of the loopback interface, where one web server answers for
all of them, and as a package registry for npm. COMMAND finds the certificate authority
in the variables that curl and npm look at, and runs in an empty directory beneath an empty
home. Ends with COMMAND's status.
"""
import base64
import fcntl
import hashlib
import http.server
import io
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading

HOSTS = {  # one has two, which the C library puts in order by connecting to them over UDP
    "192.0.2.10": "example.org",
    "192.0.2.20": "registry.example.org",
    "192.0.2.21": "registry.example.org",
    "192.0.2.30": "pypi.org",
}
HOME = "/mnt/me"
SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8914, 0x8916, 0x891C
IFF_UP = 1


def interface_up(name, address, netmask):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, text in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, netmask)):
            packed = struct.pack("16sH2s4s8x", name, socket.AF_INET, b"", socket.inet_aton(text))
            fcntl.ioctl(control, request, packed)
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", name, IFF_UP))


def is_apart():
    """In a network namespace that was just made there is the loopback interface, unused."""
    with open("/proc/net/dev") as devices:
        lines = devices.readlines()[2:]
    return len(lines) == 1 and lines[0].split()[:2] == ["lo:", "0"]


def make_network(folder):
    interface_up(b"lo", "127.0.0.1", "255.0.0.0")
    for number, address in enumerate(HOSTS):
        interface_up(b"lo:%d" % number, address, "255.255.255.255")
    path = os.path.join(folder, "hosts")
    with open(path, "w") as hosts:
        print("127.0.0.1 localhost", file=hosts)
        for address, name in HOSTS.items():
            print(address, name, file=hosts)
    subprocess.run(["mount", "--bind", path, "/etc/hosts"], check=True)


def make_home():
    subprocess.run(["mount", "-t", "tmpfs", "none", os.path.dirname(HOME)], check=True)
    os.makedirs(HOME + "/project")
    os.chdir(HOME + "/project")


def package():
    """left-pad, or at least what npm makes of it."""
    files = {
        "package/package.json": json.dumps({"name": "left-pad", "version": "1.3.0"}),
        "package/index.js": "module.exports = String;\n",
    }
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


PACKAGE = package()
PACKAGE_PATH = "/left-pad/-/left-pad-1.3.0.tgz"
PACKUMENT = json.dumps({
    "name": "left-pad",
    "dist-tags": {"latest": "1.3.0"},
    "versions": {"1.3.0": {
        "name": "left-pad",
        "version": "1.3.0",
        "dist": {
            "tarball": "https://registry.example.org" + PACKAGE_PATH,
            "integrity": "sha512-" + base64.b64encode(hashlib.sha512(PACKAGE).digest()).decode(),
        },
    }},
}).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.headers.get("Host", "").startswith("registry."):
            pages = {PACKAGE_PATH: PACKAGE, "/left-pad": PACKUMENT}
            body = pages.get(self.path)
            self.answer(200 if body else 404, "application/json", body or b"{}")
        else:
            self.answer(200, "text/plain", b"here\n")

    def do_POST(self):  # npm asks what is known against a package
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(200, "application/json", b"{}")

    def log_message(self, *args):
        pass


def make_certificate(folder):
    names = ",".join("DNS:" + name for name in HOSTS.values())
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "ca.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test",
                    "-addext", "subjectAltName=" + names, "-keyout", key, "-out", certificate],
                   check=True, stderr=subprocess.DEVNULL)
    return key, certificate


def serve(port, context):
    server = http.server.ThreadingHTTPServer(("", port), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main():
    if not is_apart():
        sys.exit("doc_world.py: to be run by unshare -n -m")
    with tempfile.TemporaryDirectory() as folder:
        make_network(folder)
        make_home()
        key, certificate = make_certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        serve(80, None)
        serve(443, context)
        os.environ.update(HOME=HOME, CURL_CA_BUNDLE=certificate, npm_config_cafile=certificate,
            npm_config_registry="https://registry.example.org/")
        return subprocess.run(sys.argv[1:]).returncode


if __name__ == "__main__":
    sys.exit(main())
