"""Writes reference.json: features, labels and what scikit-learn makes of them.

    python3 make.py > reference.json

Made with scikit-learn 1.2.1, scipy 1.10.1, numpy 1.24.2. For each C: the fit of
LogisticRegression (multinomial, L2, intercept not penalised) to a gradient of 1e-6 of the sum, its largest component, its objective
C * sum(cross-entropy) + |W|^2 / 2, and the predictions on both sets; then the same behind a
StandardScaler, with the accuracy on the queries alone.
"""
import json

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

TRAIN, QUERIES, DIM, CLASSES = 160, 80, 10, 4

random = np.random.default_rng(3)
centres = random.normal(0, 0.8, (CLASSES, DIM))
mixing = random.normal(0, 0.4, (DIM, DIM)) + np.diag(np.linspace(0.3, 2, DIM))


def some(count):
    labels = random.integers(0, CLASSES, count)
    rows = (centres[labels] + random.normal(0, 1, (count, DIM))) @ mixing + 0.5
    return np.round(rows, 3).astype(np.float32).astype(np.float64), labels


def model(c):
    return LogisticRegression(
        C=c, multi_class="multinomial", solver="newton-cg", tol=1e-6, max_iter=100_000)


def objective(fit, c, rows, labels):
    logits = rows @ fit.coef_.T + fit.intercept_
    largest = logits.max(1)
    losses = np.log(np.exp(logits - largest[:, None]).sum(1)) + largest - logits[range(len(labels)), labels]
    return c * losses.sum() + (fit.coef_ ** 2).sum() / 2


train, labels = some(TRAIN)
queries, query_labels = some(QUERIES)
fits = []
for c in (0.01, 1.0, 100.0):
    fit = model(c).fit(train, labels)
    scaled = make_pipeline(StandardScaler(), model(c)).fit(train, labels)
    fits.append({
        "c": c,
        "objective": objective(fit, c, train, labels),
        "coefficients": fit.coef_.tolist(),
        "intercepts": fit.intercept_.tolist(),
        "train_predictions": fit.predict(train).tolist(),
        "query_predictions": fit.predict(queries).tolist(),
        "standardised_query_accuracy": scaled.score(queries, query_labels),
    })
print(json.dumps({
    "classes": CLASSES,
    "train": np.round(train, 3).tolist(),
    "train_labels": labels.tolist(),
    "queries": np.round(queries, 3).tolist(),
    "query_labels": query_labels.tolist(),
    "fits": fits,
}))
