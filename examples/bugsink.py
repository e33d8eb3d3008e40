"""A local Bugsink (a small server that takes Sentry's events) with a project to send to. Linux and macOS.

python examples/bugsink.py            # installs it on the first start, prints a DSN, serves until Ctrl-C
python examples/bugsink.py --port 8766 --directory /tmp/bugsink

Everything lies in one directory (`.bugsink` by default); delete it to be rid of it. It listens on 127.0.0.1 only, and
its own reports to its maker are switched off.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path
from typing import Any

VERSION = "2.6.0"
USER, PASSWORD = "admin@localhost.test", "admin"


def main() -> int:
    """Install where needed, serve, make a project, print what to do, wait."""
    parser = argparse.ArgumentParser(description="a local Bugsink with a project to send to")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--directory", type=Path, default=Path(".bugsink"))
    arguments = parser.parse_args()
    home = arguments.directory.resolve()
    token = install(home, arguments.port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends the server, too
    url = f"http://127.0.0.1:{arguments.port}"
    server = subprocess.Popen(
        [home / "venv/bin/gunicorn", f"--bind=127.0.0.1:{arguments.port}", "--threads=4", "bugsink.wsgi"],
        env=environment(home),
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=(home / "server.log").open("a"),
    )
    try:
        wait_for(f"{url}/health/ready", server)
        print(f"Bugsink: {url}  (user {USER}, password {PASSWORD})")
        print(f"export SENTRY_DSN={project_dsn(f'{url}/api/canonical/0', token)}", flush=True)
        server.wait()
    except KeyboardInterrupt:
        print("stopped")
    finally:
        server.terminate()
    return 0


def environment(home: Path) -> dict[str, str]:
    """What Bugsink's commands need to find their configuration."""
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "bugsink_conf", "PYTHONPATH": str(home)}


def install(home: Path, port: int) -> str:
    """Install Bugsink into `home` unless it is there; return a token of its API."""
    kept = home / "installed.json"
    if kept.exists():
        installed = json.loads(kept.read_text())
        if installed["port"] != port:
            sys.exit(f"{home} is set up for port {installed['port']}; name that one, or another --directory")
        return str(installed["token"])
    print(f"installing Bugsink {VERSION} into {home} (a minute)", flush=True)
    venv.create(home / "venv", with_pip=True, clear=True)
    tools = home / "venv/bin"
    run(home, tools / "python", "-m", "pip", "install", "--quiet", f"bugsink=={VERSION}")
    configuration = home / "bugsink_conf.py"
    configuration.unlink(missing_ok=True)
    run(home, tools / "bugsink-create-conf", "--template=local", f"--port={port}", "--host=127.0.0.1")
    text = configuration.read_text()
    wanted = 'BUGSINK = {\n    "PHONEHOME": False,\n    "DIGEST_IMMEDIATELY": True,'
    configuration.write_text(text.replace("BUGSINK = {", wanted, 1))
    manage = tools / "bugsink-manage"
    run(home, manage, "migrate")
    run(home, manage, "migrate", "snappea", "--database=snappea")
    names = {"DJANGO_SUPERUSER_USERNAME": USER, "DJANGO_SUPERUSER_EMAIL": USER, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    run(home, manage, "createsuperuser", "--noinput", **names)
    token = run(home, manage, "create_auth_token").strip().splitlines()[-1]
    kept.write_text(json.dumps({"port": port, "token": token}))
    return token


def run(home: Path, *command: str | Path, **variables: str) -> str:
    """Run one of Bugsink's commands; its output. Stops with that output where it fails."""
    done = subprocess.run(
        command, env={**environment(home), **variables}, cwd=home, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            if server.poll() is not None:
                sys.exit("Bugsink did not start; see server.log in its directory")
            time.sleep(0.2)
    sys.exit("Bugsink did not come up in 40 s; see server.log in its directory")


def project_dsn(api: str, token: str) -> str:
    """The DSN of the project `llm`, made if it is not there."""
    projects = call(f"{api}/projects/", token)["results"]
    found = next((project for project in projects if project["name"] == "llm"), None)
    if found is None:
        team = call(f"{api}/teams/", token, {"name": "llm"})["id"]
        found = call(f"{api}/projects/", token, {"team": team, "name": "llm"})
    return str(call(f"{api}/projects/{found['id']}/", token)["dsn"])


def call(url: str, token: str, body: dict[str, str] | None = None) -> Any:
    """One request to Bugsink's API."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main())
