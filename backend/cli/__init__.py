from backend.cli.orion import main as main
