"""Written by protoc."""
