"""`python -m bot` is `swarm`."""

from bot.cli import main

if __name__ == "__main__":
    main()
