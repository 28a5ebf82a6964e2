"""A store of keys and values for tests: `SET key value`, `GET key`, `QUIT`, a line each.

Port 0 takes any free one; the one taken is printed.
"""

import argparse
import socketserver
import threading


class Store(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int):
        super().__init__(("127.0.0.1", port), Handler)
        self.values: dict[str, str] = {}


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            answer = ""
            match line.decode().split():
                case ["SET", key, value]:
                    self.server.values[key] = value
                case ["GET", key] if key in self.server.values:
                    answer = "=" + self.server.values[key]
                case ["QUIT"]:
                    threading.Thread(target=self.server.shutdown).start()
            self.wfile.write(answer.encode() + b"\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--lifetime", type=float, help="ends by itself after so many seconds")
    arguments = parser.parse_args()
    with Store(arguments.port) as store:
        print(store.server_address[1], flush=True)
        if arguments.lifetime:
            timer = threading.Timer(arguments.lifetime, store.shutdown)
            timer.daemon = True
            timer.start()
        store.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main()
