"""What the solutions of the assignments obtain on real CIFAR-10, where it is there."""

import pytest

from grading.course.assignment import ROOT
from grading.importing import import_file
from utils.data import available

pytestmark = pytest.mark.skipif(not available("cifar10"), reason="CIFAR-10 is not here: set DATA_ROOT or run make data")


def acceptance(name):
    return import_file(ROOT / "assignments" / name / "acceptance.py")


def test_knn_classifies_exactly_as_many_as_it_must():
    assert acceptance("knn").rightly("cifar10") == {1: 137, 5: 139, 10: 141}


def test_a_tuned_two_layer_net_is_above_48_percent():
    accuracy = acceptance("two_layer_net").real_cifar10()
    assert min(accuracy.values()) > 0.48, accuracy


@pytest.mark.parametrize(("name", "published"), [("svm", 0.377), ("softmax", 0.341)])
def test_linear_classifiers_validate_within_two_points_of_the_published_accuracy(name, published):
    assert abs(acceptance(name).real_cifar10()["val"] - published) < 0.02


def test_a_net_on_features_is_above_55_percent():
    assert acceptance("features").real_cifar10()["two-layer net"] > 0.55
