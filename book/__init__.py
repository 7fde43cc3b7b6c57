"""What a chapter is: cells, labels, order, execution, the rules it obeys, the errors planted in it."""

import sys

# nbformat loads jsonschema, which loads this package if it is there: a second's work at each start, to know a format
# of addresses that no schema here asks for
sys.modules.setdefault("rfc3987_syntax", None)
