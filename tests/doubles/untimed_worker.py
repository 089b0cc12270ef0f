"""The worker without timed jobs: everything it does was triggered by a wake-up."""

from workers.main import main
from workers.schedule import EVERYWHERE, ONCE

if __name__ == "__main__":
    EVERYWHERE.clear()
    ONCE.clear()
    main()
