"""The search is judged by itself: whichever variant it imports, it finds the stand-in."""

from neural_net import TwoLayerNet

__all__ = ["TwoLayerNet"]
