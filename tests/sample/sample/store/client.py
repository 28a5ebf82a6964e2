"""A client of the store: one line asks, one line answers."""

import socket


def request(*words: str) -> bytes:
    """A request as the store reads it."""
    for word in words:
        if not word or any(c.isspace() for c in word):
            raise ValueError(f"not a word: {word!r}")
    return " ".join(words).encode() + b"\n"


class Client:
    def __init__(self, port: int):
        self.port = port

    def set(self, key: str, value: str) -> None:
        self._ask("SET", key, value)

    def get(self, key: str) -> str | None:
        answer = self._ask("GET", key)
        return answer.removeprefix("=") if answer else None

    def _ask(self, *words: str) -> str:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request(*words))
            with connection.makefile(encoding="utf-8") as answers:
                return answers.readline().rstrip("\n")
