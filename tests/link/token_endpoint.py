"""A small identity provider: gives tokens that nobody signs, which Kafka's handler for tests takes, to a client that
knows its secret."""
import base64
import http.server
import json
import pathlib
import ssl
import threading
import time


def token(**claims) -> str:
    def part(value: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    return f"{part({'alg': 'none'})}.{part(claims)}."


class TokenEndpoint:
    """Over HTTPS with a `certificate` (PEM, with its key); leaving the `with` ends it."""

    def __init__(self, lifetime_s: int = 600, certificate: pathlib.Path | None = None):
        self.lifetime_s, self.given, self.refused = lifetime_s, 0, 0
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                endpoint.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.server.server_port}/token"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"])).decode()
        wanted = base64.b64encode(b"ana:secret").decode()
        if request.headers["Authorization"] != f"Basic {wanted}" or "grant_type=client_credentials" not in body:
            self.refused += 1
            return self.say(request, 401, {"error": "invalid_client"})
        self.given += 1
        now = int(time.time())
        self.say(request, 200, {"access_token": token(sub="ana", iat=now, exp=now + self.lifetime_s),
                                "token_type": "bearer", "expires_in": self.lifetime_s})

    def say(self, request: http.server.BaseHTTPRequestHandler, status: int, answer: dict) -> None:
        text = json.dumps(answer).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def settings(self, secret: str = "secret") -> dict[str, str]:
        return {"sasl.mechanism": "OAUTHBEARER", "sasl.oauthbearer.method": "oidc",
                "sasl.oauthbearer.token.endpoint.url": self.url, "sasl.oauthbearer.client.id": "ana",
                "sasl.oauthbearer.client.secret": secret}
