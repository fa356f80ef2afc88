"""inetd.py CMD...: listens on a free port of this machine, says "port N", and
runs CMD for every connection, with the connection as its standard input and
output."""

import socketserver
import subprocess
import sys


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        subprocess.run(sys.argv[1:], stdin=self.request, stdout=self.request, check=False)


with socketserver.ForkingTCPServer(("127.0.0.1", 0), Handler) as server:
    print("port", server.server_address[1], flush=True)
    server.serve_forever()
