"""An application that never has started, as on a machine that is very busy."""

import os
import time
from pathlib import Path


def create_app() -> None:
    Path(os.environ["STARTING"]).touch()
    time.sleep(3600)
