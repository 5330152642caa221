"""One variable's missing values drawn given the others: predictive mean matching, and multinomial logistic draws."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..statistics.arrays import Bools, Floats, Ints

RIDGE: Final = 1e-5  # of the diagonal of the cross products, as mice: columns may determine each other
STEPS: Final = 25
SETTLED_STEP: Final = 1e-6
"""The step after one of this size would be of 1e-12: Newton's method doubles the digits."""
HALF_A_DEVIATION: Final = 0.5


def drawn_numbers(
    values: Floats, observed: Bools, predictors: Floats, rng: np.random.Generator, *, donors: int
) -> Ints:
    """Return, for each missing value of a number, the patient whose value is taken (predictive mean matching).

    Parameters
    ----------
    values : (n,) of which those `observed` count.
    predictors : (n, p) standardised, without the intercept.

    Notes
    -----
    As ``mice.impute.pmm`` with type 1 matching: coefficients are drawn from their posterior, the predictions with them
    of those missing are compared with the predictions of those observed, and one of the nearest `donors` is taken at
    random. Equals are put in a random order first: one whose label comes first is no better a donor.
    """
    x = np.column_stack((np.ones(len(values)), predictors))
    known, unknown = np.flatnonzero(observed), np.flatnonzero(~observed)
    middle, scale = float(values[known].mean()), float(values[known].std()) or 1.0
    y, of_known = (values[known] - middle) / scale, x[known]
    root = _root(of_known.T @ of_known)
    coefficients = _solved(root, of_known.T @ y)
    residual = y - of_known @ coefficients
    spread = np.sqrt(float(residual @ residual) / rng.chisquare(max(len(known) - x.shape[1], 1)))
    drawn = coefficients + spread * np.linalg.solve(root.T, rng.standard_normal(x.shape[1]))
    # Summed row by row: the predictions of patients alike are then equal, and not equal but for rounding.
    places, wanted = (of_known * coefficients).sum(axis=1), x[unknown] @ drawn

    donors = min(donors, len(known))
    order = np.lexsort((rng.permutation(len(known)), places))
    places, known = places[order], known[order]
    # The nearest donors are among as many on either side of where the prediction would stand.
    window = np.searchsorted(places, wanted)[:, np.newaxis] + np.arange(-donors, donors)
    inside = (window >= 0) & (window < len(places))
    window = np.clip(window, 0, len(places) - 1)
    distance = np.where(inside, np.abs(places[window] - wanted[:, np.newaxis]), np.inf)
    nearest = np.argsort(distance, axis=1, kind="stable")
    chosen = nearest[np.arange(len(unknown)), rng.integers(donors, size=len(unknown))]
    return np.asarray(known[window[np.arange(len(unknown)), chosen]])


def drawn_levels(codes: Ints, observed: Bools, predictors: Floats, levels: int, rng: np.random.Generator) -> Ints:
    """Return a level for each missing value of a category, drawn by multinomial logistic regression.

    Parameters
    ----------
    codes : (n,) levels as whole numbers below `levels`, of which those `observed` count.
    predictors : (n, p) standardised, without the intercept.

    Notes
    -----
    Of two levels logistic regression, as ``mice.impute.logreg``. Coefficients are drawn from the normal approximation
    of their posterior. A few patients of little weight in every level, half a standard deviation from the mean of each
    predictor, keep separated levels from infinite coefficients (White, Daniel & Royston; ``mice:::augment``).

    References
    ----------
    White IR, Daniel R, Royston P. Avoiding bias due to perfect prediction in multiple imputation of incomplete
    categorical variables. Comput Stat Data Anal 2010;54:2267-2275.
    """
    x = np.column_stack((np.ones(len(codes)), predictors))
    y, of_known = codes[observed], x[observed]
    p = predictors.shape[1]
    added = np.kron(np.eye(p), np.tile([[HALF_A_DEVIATION], [-HALF_A_DEVIATION]], (levels, 1)))
    weight = np.concatenate((np.ones(len(y)), np.full(len(added), (p + 1) / max(len(added), 1))))
    of_known = np.vstack((of_known, np.column_stack((np.ones(len(added)), added))))
    y = np.concatenate((y, np.tile(np.repeat(np.arange(levels), 2), p)))
    coefficients, root = _multinomial(of_known, y[:, np.newaxis] == np.arange(levels), weight)
    step = np.linalg.solve(root.T, rng.standard_normal(coefficients.size))
    probability = _probabilities(x[~observed], coefficients + step.reshape(coefficients.shape))
    return np.asarray((probability.cumsum(axis=1)[:, :-1] < rng.random((len(probability), 1))).sum(axis=1))


def _multinomial(x: Floats, chosen: Bools, weight: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients of all levels but the first, (levels - 1, p), and the root of their information."""
    levels, p = chosen.shape[1], x.shape[1]
    coefficients = np.zeros((levels - 1, p))
    weighted = weight[:, np.newaxis] * x
    root = np.eye(coefficients.size)
    for _ in range(STEPS):
        probability = _probabilities(x, coefficients)[:, 1:]
        score = (chosen[:, 1:] - probability).T @ weighted
        information = np.empty((levels - 1, p, levels - 1, p))
        for i in range(levels - 1):
            for j in range(i + 1):
                share = probability[:, i] * ((i == j) - probability[:, j])
                information[i, :, j, :] = x.T @ (share[:, np.newaxis] * weighted)
                information[j, :, i, :] = information[i, :, j, :].T
        root = _root(information.reshape(coefficients.size, -1))
        step = _solved(root, score.ravel())
        # A step of more than 4 standard deviations of a predictor is one out of the region where the curve is known.
        step *= min(1.0, 4 / max(float(np.abs(step).max()), 1e-300))
        coefficients = coefficients + step.reshape(coefficients.shape)
        if np.abs(step).max() < SETTLED_STEP:
            break
    return coefficients, root


def _probabilities(x: Floats, coefficients: Floats) -> Floats:
    predictor = np.column_stack((np.zeros(len(x)), x @ coefficients.T))
    predictor = np.exp(predictor - predictor.max(axis=1, keepdims=True))
    return np.asarray(predictor / predictor.sum(axis=1, keepdims=True))


def _root(matrix: Floats) -> Floats:
    """Return the Cholesky factor, with a ridge: columns may determine each other."""
    return np.asarray(np.linalg.cholesky(matrix + np.diag(RIDGE * np.diag(matrix) + RIDGE**2)), dtype=np.float64)


def _solved(root: Floats, right: Floats) -> Floats:
    return np.asarray(np.linalg.solve(root.T, np.linalg.solve(root, right)))
