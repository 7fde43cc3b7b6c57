"""Sphinx reads and writes pages in parallel where every extension allows it; this says so for those that do not say it.

Ours keep to the rules: what they keep in the environment they forget with a page, and take over from other processes.
"""

from __future__ import annotations

from sphinx_proof.domain import ProofDomain

#: Extensions of Jupyter Book that keep nothing while pages are read.
SILENT = ("sphinx_jupyterbook_latex", "sphinx_multitoc_numbering")


class Proofs(ProofDomain):
    """Theorems and proofs; sphinx_proof declares itself safe, but its domain refuses to be merged."""

    def merge_domaindata(self, docnames, otherdata):
        """There is nothing to merge: proofs are kept in `env.proof_list`, which sphinx_proof merges by an event."""


def declare(app):
    for name in SILENT:
        app.extensions[name].parallel_read_safe = True


def setup(app):
    app.setup_extension("sphinx_proof")
    app.add_domain(Proofs, override=True)
    app.connect("builder-inited", declare)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
