"""Serves requests in process, through the WSGI handler, and measures each.

Reads orders from standard input, one a line: `refresh 200` sends 200 requests, each with the refresh token of
the answer before; `list 200` lists the five devices of a customer. Prints one JSON object a line with the CPU
time (of the process, user and system) and the wall time of each request, in microseconds. The end of the
input ends it.
"""

import io
import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")

from backend.wsgi import application  # noqa: E402, the settings come first
from django.core.management import call_command  # noqa: E402
from rest_framework_simplejwt.tokens import RefreshToken  # noqa: E402

from customers.models import Customer  # noqa: E402

CUSTOMERS = 100


class Client:
    """One customer's phone."""

    def __init__(self, customer):
        tokens = RefreshToken.for_user(customer)
        self.refresh_token = str(tokens)
        self.bearer = f"Bearer {tokens.access_token}"

    def refresh(self):
        body = json.dumps({"refresh": self.refresh_token}).encode()
        measured, answer = send("POST", "/api/refresh-token/", body)
        self.refresh_token = json.loads(answer)["refresh"]
        return measured

    def list(self):
        measured, answer = send("GET", "/api/devices/", b"", HTTP_AUTHORIZATION=self.bearer)
        assert len(json.loads(answer)) == 5, answer
        return measured


def send(method, path, body, **headers):
    """Serves one request. Returns its CPU and wall time in microseconds, and the body of the answer."""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "203.0.113.7",
        "HTTP_HOST": "localhost",
        "HTTP_USER_AGENT": "Satchel/4.2 (Android 16)",
        "HTTP_ACCEPT": "application/json",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **headers,
    }
    status = []
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    response = application(environ, lambda line, _headers: status.append(line))
    answer = b"".join(response)
    response.close()
    cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
    assert status == ["200 OK"], (status, answer)
    return {"cpu": cpu / 1000, "wall": wall / 1000}, answer


def main():
    """Fills an empty database, then carries out orders until the input ends."""
    call_command("migrate", verbosity=0)
    if not Customer.objects.exists():
        call_command("fill", customers=CUSTOMERS, devices=5, stdout=sys.stderr)
    client = Client(Customer.objects.order_by("id").first())
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        operation, count = line.split()
        request = {"refresh": client.refresh, "list": client.list}[operation]
        measured = [request() for _ in range(int(count))]
        print(json.dumps({key: [each[key] for each in measured] for key in ("cpu", "wall")}), flush=True)


if __name__ == "__main__":
    main()
