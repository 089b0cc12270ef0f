from backend.cli.orion import main

main()
