"""Logarithm, exponential and normal quantile with the same bits on every processor.

numpy picks its own variant of log, exp and pow by processor, and they differ in the last bit. What enters the state
of a run goes through these instead: only + - * / and bit operations, in a fixed order, without fused multiply-add.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.compiled import kernel, loop

LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
LN2_32 = np.float32(0.6931471805599453)
THIRD, FIFTH, SEVENTH, NINTH = (np.float32(1.0 / k) for k in (3, 5, 7, 9))


@loop
def log(x: float) -> float:
    """Natural logarithm of a positive normal double; within 1 ulp.

    Reduction to m in [sqrt(1/2), sqrt(2)) and the series of 2 atanh(f / (2 + f)), coefficients of the fdlibm
    (Sun Microsystems, 1993) minimax fit.

    >>> float(log(1.0))
    0.0
    """
    bits = np.float64(x).view(np.int64)
    exponent = (bits >> 52) - 1023
    mantissa = (bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000
    m = np.int64(mantissa).view(np.float64)
    if m > 1.4142135623730951:
        m *= 0.5
        exponent += 1
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    t1 = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    t2 = z * (
        6.666666666666735130e-01
        + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half = 0.5 * f * f
    k = float(exponent)
    return k * LN2_HIGH - ((half - (s * (half + t1 + t2) + k * LN2_LOW)) - f)


@loop
def log32(x):  # type: ignore[no-untyped-def]
    """Natural logarithm of a positive normal float32, in single precision; within 2 ulp or 1e-7.

    Reduction to m in [sqrt(1/2), sqrt(2)) and the series of 2 atanh(f / (2 + f)) to the ninth power.

    >>> float(log32(np.float32(1.0)))
    0.0
    """
    bits = np.float32(x).view(np.int32)
    shift = np.int32(bits - np.int32(0x3F3504F3)) >> np.int32(23)  # exponent once m is below sqrt(2)
    m = np.int32(bits - np.int32(shift << np.int32(23))).view(np.float32)
    f = m - np.float32(1.0)
    s = f / (np.float32(2.0) + f)
    z = s * s
    series = z * (THIRD + z * (FIFTH + z * (SEVENTH + z * NINTH)))
    return np.float32(shift) * LN2_32 + np.float32(2.0) * (s + s * series)


@loop
def exp(x: float) -> float:
    """e to the x for |x| < 700 (clamped beyond); within 1 ulp.

    Reduction by multiples of ln 2 and the fdlibm rational fit.

    >>> float(exp(0.0))
    1.0
    """
    x = min(max(x, -700.0), 700.0)
    k = np.int64(x * 1.4426950408889634 + (0.5 if x >= 0.0 else -0.5))
    high = x - k * LN2_HIGH
    low = k * LN2_LOW
    r = high - low
    t = r * r
    c = r - t * (
        1.66666666666666019037e-01
        + t
        * (
            -2.77777777770155933842e-03
            + t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))
        )
    )
    y = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
    return y * np.int64((k + 1023) << 52).view(np.float64)


@loop
def normal_quantile(p: float) -> float:
    """Standard normal quantile of p in (0, 1); relative error below 1.2e-9.

    P. J. Acklam's rational approximation (2003), tails by `log` and the correctly rounded square root.

    >>> float(normal_quantile(0.5))
    0.0
    """
    if p < 0.02425 or p > 0.97575:
        tail = p if p < 0.5 else 1.0 - p
        q = np.sqrt(-2.0 * log(tail))
        top = (
            (((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q
            + 4.374664141464968
        ) * q + 2.938163982698783
        bottom = (
            ((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416
        ) * q + 1.0
        edge: float = top / bottom
        return edge if p < 0.5 else -edge
    q = p - 0.5
    r = q * q
    top = (
        (
            (((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r + 1.383577518672690e02)
            * r
            - 3.066479806614716e01
        )
        * r
        + 2.506628277459239
    ) * q
    bottom = (
        (((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r
        - 1.328068155288572e01
    ) * r + 1.0
    return top / bottom


@kernel
def logs(x: np.ndarray) -> np.ndarray:
    """Elementwise `log` of a 1-d array."""
    out = np.empty(x.size)
    for i in range(x.size):
        out[i] = log(x[i])
    return out


@kernel
def exps(x: np.ndarray) -> np.ndarray:
    """Elementwise `exp` of a 1-d array."""
    out = np.empty(x.size)
    for i in range(x.size):
        out[i] = exp(x[i])
    return out


@kernel
def normal_quantiles(p: np.ndarray) -> np.ndarray:
    """Elementwise `normal_quantile` of a 1-d array."""
    out = np.empty(p.size)
    for i in range(p.size):
        out[i] = normal_quantile(p[i])
    return out
