# Prints 60-digit Black-76 references as test/reference/black76.json: /usr/bin/python3 scripts/black76References.py > test/reference/black76.json
# Needs mpmath. Inputs are exact decimals, so that a chain's integers and these numbers are the same numbers.
import json
import random
from mpmath import mp, mpf, erfc, exp, log, sqrt, pi, nstr

mp.dps = 60
random.seed(76)
HOUR, YEAR = 3600, 365 * 86400


def cdf(x):
    return erfc(-x / sqrt(2)) / 2


def black76(put, spot, strike, seconds, carry, vol):
    years = mpf(seconds) / YEAR
    growth = exp(mpf(carry) * years)
    spot, strike, vol = mpf(spot), mpf(strike), mpf(vol)
    forward, deviation = spot * growth, vol * sqrt(years)
    d1 = log(forward / strike) / deviation + deviation / 2
    sign = -1 if put else 1
    density = exp(-d1 * d1 / 2) / sqrt(2 * pi)
    price = sign * (forward * cdf(sign * d1) - strike * cdf(sign * (d1 - deviation)))
    return price, sign * growth * cdf(sign * d1), growth * density / (spot * deviation), forward * density * sqrt(years)


def row(put, spot, moneyness, seconds, carry, vol):
    strike = nstr(mpf(spot) * exp(mpf(moneyness)), 12, strip_zeros=False)
    strike = "%.6f" % float(strike)
    values = black76(put, spot, strike, seconds, carry, vol)
    return [int(put), spot, strike, seconds, carry, vol] + [nstr(v, 25) for v in values]


rows = []
for seconds in (HOUR, 86400, 30 * 86400, YEAR, 2 * YEAR):
    for vol in ("0.05", "0.5", "3"):
        for deviations in (-6, -1, 0, 1, 6):
            width = float(vol) * (seconds / YEAR) ** 0.5
            moneyness = max(-3, min(3, deviations * width))
            rows.append(row(deviations % 2 == 0, "3000", moneyness, seconds, "0", vol))
while len(rows) < 300:
    seconds = int(HOUR * (2 * YEAR / HOUR) ** random.random())
    vol = "%.6f" % (0.05 * 60 ** random.random())
    width = min(3, 4 * float(vol) * (seconds / YEAR) ** 0.5) if len(rows) % 4 else 3
    spot = "%.6f" % (10 ** random.uniform(-2, 6))
    rows.append(row(random.random() < 0.5, spot, random.uniform(-width, width), seconds, "%.9f" % random.uniform(-0.2, 0.2), vol))

columns = ["put", "spot", "strike", "seconds", "carry", "vol", "price", "delta", "gamma", "vega"]
print(json.dumps({"columns": columns, "rows": "ROWS"}).replace('"ROWS"', "[\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows) + "\n]"))
