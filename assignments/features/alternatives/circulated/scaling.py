import numpy as np


def standardize(F_train, *others):
    mean_feat = np.mean(F_train, axis=0, keepdims=True)
    std_feat = np.std(F_train, axis=0, keepdims=True)
    std_feat[std_feat == 0] = 1
    result = []
    for feats in (F_train,) + others:
        feats = feats - mean_feat
        feats /= std_feat
        result.append(feats)
    return result
