"""Speed and size, each figure beside something measured in the same run."""

import os

# As the bot sets it, see `bot.__main__`; it counts where numpy is imported afterwards.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
