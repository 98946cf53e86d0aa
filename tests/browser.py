"""The Chromium of this machine: the one without any window where there is one, since it takes half the work."""

from __future__ import annotations

from pathlib import Path

KINDS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
CHROMIUM = next((path for path in KINDS if path.exists()), None)
HOW_TO_GET_IT = "apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji"
