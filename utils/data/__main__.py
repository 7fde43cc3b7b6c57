"""``python -m utils.data [cifar10] [mnist]``: fetch the real data sets."""

from utils.data.download import main

raise SystemExit(main())
