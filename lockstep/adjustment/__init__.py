"""Adjustment by design: propensity scores, weights, matched sets, balance, unmeasured confounding, imputed values."""
