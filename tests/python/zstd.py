"""Packs standard input with zstd onto standard output."""

import sys

import zstandard

sys.stdout.buffer.write(zstandard.ZstdCompressor().compress(sys.stdin.buffer.read()))
