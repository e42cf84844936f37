"""What all tests share."""

from hypothesis import settings

# A slow moment of the machine must not decide a test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
