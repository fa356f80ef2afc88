"""requests.py PORT N: N requests to a web server on this host, a connection each."""

import http.client
import sys
import time


def request(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"ok"
    connection.close()


PORT, N = int(sys.argv[1]), int(sys.argv[2])
for _ in range(N // 10 + 1):
    request(PORT)
begin = time.perf_counter_ns()
for _ in range(N):
    request(PORT)
print("ns", (time.perf_counter_ns() - begin) / N)
