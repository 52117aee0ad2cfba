"""What holds for the whole suite: the same examples at each run, so that a red test is red for everyone."""

from hypothesis import settings

settings.register_profile("suite", derandomize=True)
settings.load_profile("suite")
