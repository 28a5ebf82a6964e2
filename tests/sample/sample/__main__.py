"""The command line: `python3 -m sample PORT set KEY VALUE` and `python3 -m sample PORT get KEY`."""

import sys

from sample.store.client import Client


def run(arguments: list[str]) -> int:
    match arguments:
        case [port, "set", key, value]:
            Client(int(port)).set(key, value)
        case [port, "get", key]:
            value = Client(int(port)).get(key)
            if value is None:
                print(f"there is no {key}", file=sys.stderr)
                return 1
            print(value)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


def main() -> None:
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
