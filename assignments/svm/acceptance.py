"""What the solution of this assignment obtains on real CIFAR-10; `tests/test_assignments_real.py` says what it must."""

from pathlib import Path

from grading.course.acceptance import cs231n_accuracies


def real_cifar10() -> dict[str, float]:
    """Accuracies at CS231n's settings."""
    return cs231n_accuracies(Path(__file__).parent / "solution", "LinearSVM")
