"""Addresses of the pages about background work."""

JOBS = "/admin/jobs"
RUNS = f"{JOBS}/runs"
WAITING = f"{JOBS}/waiting"
