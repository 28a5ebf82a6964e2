"""Settings, as text."""


def parse(text: str) -> dict[str, str]:
    """Reads `name = value`, a line each. What follows a `#` is a comment."""
    settings = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise ValueError(f"line {number}: no `=`")
        settings[name.strip()] = value.strip()
    return settings
