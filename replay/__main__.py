"""Run the replayed sources by hand: ``python -m replay --as-of 2016-06-21 --port 8080``."""

import argparse
from datetime import date

from replay.server import SPEAKERS, ReplayServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m replay", description="The registries as they were on a date.")
    parser.add_argument("--as-of", type=date.fromisoformat, required=True, help="the date, as 2016-06-21")
    parser.add_argument("--port", type=int, default=0, help="a free one when left out")
    given = parser.parse_args()
    server = ReplayServer(given.as_of, port=given.port)
    for source in SPEAKERS:
        print(f"{source}: {server.base_url(source)}", flush=True)
    try:
        server.serve_here()
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
