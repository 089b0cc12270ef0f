"""The worker without due timed jobs: they are half an hour away, so everything it does was triggered by a wake-up."""

from backend.core.clock import clock
from workers.main import main
from workers.schedule import SCHEDULE

FAR_MINUTES = 30

if __name__ == "__main__":
    for job in SCHEDULE:
        job.minute, job.second = (clock.now().minute + FAR_MINUTES) % 60, 0
    main()
