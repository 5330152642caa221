"""Models with covariates: Cox, Fine-Gray, logistic, Poisson and linear, and the tests of their terms."""
