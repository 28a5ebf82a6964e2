"""Nobody can mark a doctest: it needs no marker, and what it is given counts.

>>> 1 + 1
2
"""
