"""The proxies that are measured: how each is configured, started and ended. All of them do the same work: HTTP/1.1 on
both sides, kept-alive connections to the backends, no log unless everything is on."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
IDLE_CONNECTIONS = 512  # kept to the backends: more than the most clients


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tool(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")


class Server:
    """A program of ours that listens on `port`, and the processes that it consists of. It ends with its `with`."""

    def __init__(self, name, command, port, folder):
        self.name, self.port = name, port
        self._errors = open(folder / f"{name}.stderr", "wb")
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._errors, stderr=self._errors,
                                         cwd=folder)
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _wait_until_it_listens(self):
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise SystemExit(f"bench: {self.name} does not listen; see {self._errors.name}")

    def pids(self):
        """Its own process and its children's (nginx and haproxy work in children)."""
        out = [self._process.pid]
        for pid in out:
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                with contextlib.suppress(OSError):  # a thread that has just ended
                    out += [int(child) for child in (task / "children").read_text().split()]
        return out

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()


def write(path, text):
    path.write_text(text)
    return str(path)


def temporary_paths(folder, name):
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    for kind in kinds:
        (folder / f"{name}-{kind}").mkdir(exist_ok=True)
    return "".join(f"  {kind}_temp_path {folder}/{name}-{kind};\n" for kind in kinds)


def nginx(name, http_lines, port, folder):
    config = write(folder / f"{name}.conf", f"""
daemon off; worker_processes 1; pid {folder}/{name}.pid; error_log {folder}/{name}.log;
{'user root;' if os.getuid() == 0 else ''}
events {{ worker_connections 16384; }}
http {{
{temporary_paths(folder, name)}
  keepalive_requests 1000000000; keepalive_timeout 600s; client_max_body_size 0;
{http_lines}
}}
""")
    return Server(name, [tool("nginx"), "-p", str(folder), "-c", config, "-e", f"{folder}/{name}.log"], port, folder)


class Backends:
    """One nginx that answers on three ports: 20 bytes, 64 KiB, 1 MiB, and 20 bytes to whatever is sent."""

    def __init__(self, folder):
        files = folder / "files"
        files.mkdir()
        (files / "64k").write_bytes(b"x" * 65536)
        (files / "1m").write_bytes(b"x" * 1048576)
        self.ports = [free_port() for _ in range(3)]
        listen = " ".join(f"listen 127.0.0.1:{port} backlog=4096;" for port in self.ports)
        self.server = nginx("backends", f"""
  access_log off;
  server {{
    {listen}
    location / {{ return 200 "hello, twenty bytes\\n"; }}
    location /files/ {{ root {folder}; }}
  }}""", self.ports[0], folder)


def glassgate(program, folder, backends):
    port = free_port()
    config = write(folder / "glassgate.yaml", f"""
listen: 127.0.0.1:{port}
log: {{access: false}}
routes: [{{path: /, upstream: b}}]
upstreams: {{b: {{backends: ["127.0.0.1:{backends[0]}"], pool: {{max_idle: {IDLE_CONNECTIONS}}}}}}}
""")
    return Server("glassgate", [program, "--config", config], port, folder)


def glassgate_everything(program, folder, backends):
    port = free_port()
    config = write(folder / "glassgate_everything.yaml", f"""
listen: 127.0.0.1:{port}
admin: 127.0.0.1:0
log: {{access: true, file: {folder}/glassgate_access.log}}
rate_limit: {{requests: 10000000, window: 1s, key: client_ip}}
routes: [{{path: /, upstream: b}}]
upstreams:
  b:
    balancer: weighted_round_robin
    backends:
      - {{address: "127.0.0.1:{backends[0]}", weight: 3}}
      - {{address: "127.0.0.1:{backends[1]}"}}
      - {{address: "127.0.0.1:{backends[2]}"}}
    pool: {{max_idle: {IDLE_CONNECTIONS}}}
    circuit_breaker: {{}}
    health:
      active: {{path: /, interval: 1s}}
      passive: {{}}
""")
    return Server("glassgate_everything", [program, "--config", config], port, folder)


NGINX_PROXY = """
    location / {
      proxy_pass http://b; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Request-ID $request_id;
      client_body_buffer_size 64k;
      %s
    }"""


def nginx_bare(folder, backends):
    port = free_port()
    return nginx("nginx", f"""
  access_log off;
  upstream b {{ server 127.0.0.1:{backends[0]}; keepalive {IDLE_CONNECTIONS}; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; {NGINX_PROXY % ""} }}""", port, folder)


def nginx_everything(folder, backends):
    """What nginx has of it: the log, the limit per client, weights, and failures counted."""
    port = free_port()
    servers = " ".join(f"server 127.0.0.1:{b} weight={w} max_fails=5;" for b, w in zip(backends, (3, 1, 1)))
    return nginx("nginx_everything", f"""
  access_log {folder}/nginx_access.log;
  limit_req_zone $binary_remote_addr zone=clients:1m rate=1000000r/s;
  upstream b {{ {servers} keepalive {IDLE_CONNECTIONS}; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; {NGINX_PROXY % "limit_req zone=clients burst=100000 nodelay;"} }}""",
                 port, folder)


def haproxy(folder, backends):
    port = free_port()
    config = write(folder / "haproxy.cfg", f"""
global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend f
  bind 127.0.0.1:{port} backlog 4096
  option forwardfor
  default_backend b
backend b
  server s 127.0.0.1:{backends[0]} pool-max-conn {IDLE_CONNECTIONS}
""")
    return Server("haproxy", [tool("haproxy"), "-db", "-f", config], port, folder)


def caddy(folder, backends):
    port = free_port()
    config = write(folder / "Caddyfile", f"""
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  reverse_proxy 127.0.0.1:{backends[0]} {{
    transport http {{
      compression off
      keepalive_idle_conns_per_host {IDLE_CONNECTIONS}
    }}
  }}
}}
""")
    return Server("caddy", [tool("caddy"), "run", "--adapter", "caddyfile", "--config", config], port, folder)


def go_proxy(folder, backends):
    port = free_port()
    environment = {**os.environ, "GO111MODULE": "off", "GOCACHE": str(folder / "go-cache"), "GOFLAGS": ""}
    subprocess.run([tool("go"), "build", "-o", folder / "go_proxy", HERE / "go_proxy.go"], check=True, env=environment)
    return Server("go", [str(folder / "go_proxy"), str(port), str(backends[0])], port, folder)


def floor(program, folder, backend, request_bytes, answer_bytes):
    port = free_port()
    return Server("floor", [program, str(port), str(backend), str(request_bytes), str(answer_bytes)], port, folder)
