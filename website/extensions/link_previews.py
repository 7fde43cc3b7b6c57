"""What other sites show of a link (Open Graph), without the extension that draws pictures for it.

sphinxext-opengraph draws them with Matplotlib, and imports it in each build, though here they are switched off; where
there is no Matplotlib it does without.
"""

from __future__ import annotations

import sys
from unittest.mock import patch


def setup(app):
    with patch.dict(sys.modules, {"matplotlib": None}):
        app.setup_extension("sphinxext.opengraph")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
