"""The files of deploy/ and the programs that check them, for tests."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


def text(name: str) -> str:
    """A file of deploy/."""
    return (DEPLOY / name).read_text(encoding="utf-8")


@cache
def commands() -> str:
    """What `main.py --help` lists."""
    done = subprocess.run(
        [sys.executable, "main.py", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE
    )
    return done.stdout


def needed(program: str, capfd: pytest.CaptureFixture[str]) -> str:
    """Where a program is; the test is left out loudly where it is not."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if not found and os.environ.get("CI"):
        pytest.fail(f"{program} is not installed")
    if not found:
        with capfd.disabled():
            sys.stdout.write(f"\n{program} is not installed: what it would check DID NOT RUN\n")
        pytest.skip(f"{program} is not installed")
    return found


@cache
def compose() -> dict[str, Any]:
    """The services and all else, with what they share written out."""
    found: dict[str, Any] = yaml.safe_load(text("compose.yaml"))
    return found


def services() -> dict[str, dict[str, Any]]:
    """The services by name."""
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def ours() -> dict[str, dict[str, Any]]:
    """Those that run the program."""
    return {name: one for name, one in services().items() if one["image"] == "huiqi:latest"}


def seconds(written: str) -> float:
    """A span of seconds."""
    return float(written.removesuffix("ms")) / 1000 if written.endswith("ms") else float(written.removesuffix("s"))


# nginx

HOST = "huiqi.example.gov.cn"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")  # where a distribution puts them may not be there


def write_nginx(folder: Path, *, ports: tuple[int, int], plain: int, sealed: int) -> Path:
    """The configuration of deploy/ with the instances at `ports` of this machine, and all its files in a folder."""
    _certify(folder)
    written = text("nginx.conf").replace("/etc/nginx/tls", str(folder)).replace("/var/log/nginx", str(folder))
    written = written.replace("/var/cache/nginx", str(folder))
    written = written.replace("    include      /etc/nginx/mime.types;\n", "")
    written = re.sub(r"serve-(\d):8080", lambda found: f"127.0.0.1:{ports[int(found[1]) - 1]}", written)
    written = re.sub(r"^ *listen \[::\].*\n", "", written, flags=re.MULTILINE)
    written = written.replace("listen 80 ", f"listen 127.0.0.1:{plain} ").replace("listen 443 ", f"listen {sealed} ")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in TEMPORARY)
    user = "user root;" if os.geteuid() == 0 else ""  # the folder is nobody else's
    path = folder / "nginx.conf"
    path.write_text(f"{user} pid {folder}/pid;\n{written}".replace("http {", f"http {{{places}"), encoding="utf-8")
    return path


@contextmanager
def nginx(program: str, path: Path, port: int) -> Iterator[ssl.SSLContext]:
    """nginx with a configuration that was written, until the end; how to speak to it at its `port` by TLS."""
    folder = path.parent
    command = [program, "-e", f"{folder}/error.log", "-p", str(folder), "-c", str(path), "-g", "daemon off;"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not _listens(port):
            assert process.poll() is None, (folder / "error.log").read_text(encoding="utf-8")
            time.sleep(0.02)
        yield ssl.create_default_context(cafile=str(folder / "huiqi.pem"))
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _listens(port: int) -> bool:
    with socket.socket() as looking:
        return looking.connect_ex(("127.0.0.1", port)) == 0


def _certify(folder: Path) -> None:
    """A certificate that nobody trusts, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=3650))
    certificate = builder.sign(key, hashes.SHA256())
    (folder / "huiqi.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "huiqi.key").write_bytes(private)
