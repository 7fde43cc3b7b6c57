def available(n): return True
def cifar10(): pass
