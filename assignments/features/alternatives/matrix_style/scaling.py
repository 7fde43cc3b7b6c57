from sklearn.preprocessing import StandardScaler


def standardize(F_train, *others):
    scaler = StandardScaler().fit(F_train)
    return tuple(scaler.transform(F) for F in (F_train, *others))
