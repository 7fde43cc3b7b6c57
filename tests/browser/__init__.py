import pytest

pytest.register_assert_rewrite("tests.browser.gestures")  # its assertions say what they compared, like those of tests
