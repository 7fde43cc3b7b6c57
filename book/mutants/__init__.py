"""Prove that a wrong formula cannot be published: break the formulas of a chapter one by one and see what notices.

A mutant is the chapter with one change in a formula that a `check` verifies (`population`). Each must end in a failed
check, a failed claim or an error (`trial`). One that runs to the end SURVIVED: nothing in the chapter would have
noticed that mistake. `python -m book.mutants` tries all mutants of a chapter; when the notebooks are tested, a few of
each chapter are tried on the way (book/nbval_plugin.py).
"""
