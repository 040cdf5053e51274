"""Constants of selection procedures: how far apart means must lie, in standard errors, before one is called best.

Each is the root of a probability written as an integral. The integrals are plain sums over evenly spaced nodes of an
axis on which the integrand is smooth and dies out on both sides, where such sums converge fastest: about ten digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

F64 = npt.NDArray[np.float64]

TAIL = 1e-20  # probability left beyond the nodes on either side


def kn_h2(k: int, n: npt.ArrayLike, alpha: float) -> F64:
    """h squared of Kim and Nelson's procedure at c = 1, for k options and variances from n replications (any shape).

    (n - 1) * ((2 alpha / (k - 1)) ** (-2 / (n - 1)) - 1), with the Bonferroni level alpha / (k - 1), which holds
    under common random numbers too. Kim and Nelson, "A fully sequential procedure for indifference-zone selection in
    simulation", ACM TOMACS 11(3), 2001.

    Raises:
        ValueError: k below 2, n below 2, or alpha outside (0, 1 - 1/k).
    """
    counts = np.asarray(n, dtype=np.float64)
    check_level(k, alpha)
    if not (counts >= 2).all():
        raise ValueError(f"n must be at least 2, got {n!r}")
    return np.asarray((counts - 1.0) * np.expm1(2.0 / (counts - 1.0) * math.log((k - 1) / (2.0 * alpha))))


@lru_cache(maxsize=256)
def rinott_h(k: int, nu: int, p: float) -> float:
    """Rinott's h for k options, nu = n0 - 1 degrees of freedom and probability p of correct selection.

    Root of E_Y[E_X[Phi(h / sqrt(nu (1/X + 1/Y)))] ** (k - 1)] = p with X and Y chi-square on nu. Rinott, "On
    two-stage selection procedures and related probability-inequalities", Commun. Statist. A7(8), 1978.

    Raises:
        ValueError: k below 2, nu below 1, or p outside (1/k, 1).
    """
    _check(k, nu, p)
    x, weight = _chi_square_nodes(nu)
    spread = np.sqrt(nu * (1.0 / x[:, None] + 1.0 / x))
    return _root(lambda h: float(weight @ (special.ndtr(h / spread) @ weight) ** (k - 1)) - p)


@lru_cache(maxsize=256)
def dudewicz_dalal_h(k: int, nu: int, p: float) -> float:
    """Dudewicz and Dalal's h for k options, nu = n0 - 1 degrees of freedom and probability p: the h1 of Law's tables.

    Root of E[F(T + h) ** (k - 1)] = p with T and its distribution F Student's t on nu. At k = 2 it is Rinott's h;
    beyond, it is smaller, because the procedure weighs the two stages. Dudewicz and Dalal, "Allocation of observations
    in ranking and selection with unequal variances", Sankhya B37, 1975; Law, Simulation Modeling and Analysis, 10.4.

    Raises:
        ValueError: k below 2, nu below 1, or p outside (1/k, 1).
    """
    _check(k, nu, p)
    end = math.asinh(float(stats.t.isf(TAIL, nu)))
    u = np.linspace(-end, end, 4001)
    t = np.sinh(u)
    weight = _normed(stats.t.pdf(t, nu) * np.cosh(u))
    return _root(lambda h: float(weight @ special.stdtr(nu, t + h) ** (k - 1)) - p)


@lru_cache(maxsize=256)
def equicoordinate_t(m: int, nu: int, p: float) -> float:
    """The point that m multivariate-t variables with all correlations 1/2 and nu degrees of freedom stay below with p.

    One-sided Dunnett point: root of E_S[E_Z[Phi(Z + sqrt(2) g S) ** m]] = p with Z normal and S**2 chi-square on nu
    over nu. Hochberg and Tamhane, Multiple Comparison Procedures, 1987.

    Raises:
        ValueError: m or nu below 1, or p outside (2 ** -m, 1).
    """
    if m < 1 or nu < 1:
        raise ValueError(f"m and nu must be at least 1, got {m} and {nu}")
    if not 0.5**m < p < 1.0:
        raise ValueError(f"p must be in ({0.5**m:.6g}, 1), got {p}")
    x, weight = _chi_square_nodes(nu)
    z = np.linspace(-9.0, 9.0, 201)
    normal = _normed(np.exp(-0.5 * z * z))
    scale = math.sqrt(2.0) * np.sqrt(x / nu)[:, None]
    return _root(lambda g: float(weight @ (special.ndtr(z + g * scale) ** m @ normal)) - p)


def check_level(k: int, alpha: float) -> None:
    """Refuse a number of options or an error probability for which no procedure is defined.

    Raises:
        ValueError: k below 2, or alpha outside (0, 1 - 1/k), the error of choosing blindly.
    """
    if k < 2:
        raise ValueError(f"k must be at least 2 options, got {k}")
    if not 0.0 < alpha < 1.0 - 1.0 / k:
        raise ValueError(f"alpha must be in (0, {1.0 - 1.0 / k:.6g}) with {k} options, got {alpha}")


def _check(k: int, nu: int, p: float) -> None:
    if k < 2:
        raise ValueError(f"k must be at least 2 options, got {k}")
    if nu < 1:
        raise ValueError(f"nu must be at least 1 degree of freedom, got {nu}")
    if not 1.0 / k < p < 1.0:
        raise ValueError(f"p must be in ({1.0 / k:.6g}, 1) with {k} options, got {p}")


def _root(excess: Callable[[float], float]) -> float:
    high = 1.0
    while excess(high) < 0.0:
        high *= 2.0
    return float(optimize.brentq(excess, 0.0, high, xtol=1e-12))


def _chi_square_nodes(nu: int) -> tuple[F64, F64]:
    """Nodes and weights of an expectation over chi-square on nu, evenly spaced on the logarithm's axis."""
    x = np.exp(np.linspace(math.log(stats.chi2.ppf(TAIL, nu)), math.log(stats.chi2.isf(TAIL, nu)), 301))
    return x, _normed(stats.chi2.pdf(x, nu) * x)


def _normed(weight: npt.ArrayLike) -> F64:
    values = np.asarray(weight, dtype=np.float64)
    return np.asarray(values / values.sum())
