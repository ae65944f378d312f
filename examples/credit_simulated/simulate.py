"""A revolving-credit book made by a small process whose truth is known; README.md tells it in words.

Run from the top of the repository; writes the three data files beside this one, the same bytes every time:

    python -m examples.credit_simulated.simulate
"""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

HERE = Path(__file__).parent
FIRST_LOOK, SECOND_LOOK, OLDEST = 18, 30, 7  # calendar months; the book starts in month 7
REGIONS = ("north", "east", "west", "south")
LEDGER_DELAY = 12  # months by which the southern branches' ledger reports arrears late: the planted bias
Array = NDArray[np.float64]
Monthly = dict[str, Array]


def sigmoid(x: Array) -> Array:
    """The logistic function."""
    return 1 / (1 + np.exp(-x))


def histories(n: int, rng: np.random.Generator) -> Monthly:
    """What happens on `n` accounts in months 7 to 30: name -> (n, 24), true values, nothing missing.

    Stress, a hidden AR(1), makes an account fall into arrears, borrow more and ask elsewhere for credit.
    """
    months = SECOND_LOOK - OLDEST + 1
    stress = np.empty((n, months))
    use, arrears, paid = np.empty((n, months)), np.zeros((n, months)), np.empty((n, months))
    payer = rng.random(n) < 0.3  # pays most of the balance each month
    usual = rng.beta(2, 3, n)  # the share of its limit an account tends to use
    for t in range(months):
        before = stress[:, t - 1] if t else rng.normal(size=n)
        stress[:, t] = 0.85 * before + np.sqrt(1 - 0.85**2) * rng.normal(size=n)
        last_use = use[:, t - 1] if t else usual
        drift = 0.20 * (usual - last_use) + 0.035 * stress[:, t]
        use[:, t] = np.clip(last_use + drift + 0.05 * rng.normal(size=n), 0, 1.3)
        paid[:, t] = 100 * np.where(payer, rng.beta(8, 2, n), rng.beta(1.3, 9, n))
        falls = rng.random(n) < sigmoid(-2.5 + 1.2 * stress[:, t] - 0.02 * paid[:, t])
        cured = rng.random(n) < 0.40
        owed = arrears[:, t - 1] if t else np.zeros(n)
        arrears[:, t] = np.clip(np.where(falls, owed + 1, np.where(cured, 0, owed)), 0, 6)
    return {
        "arrears": arrears,
        "utilisation": use,
        "payment": paid,
        "cash_advances": rng.poisson(np.exp(-1.0 + 0.5 * stress)).astype(float),
        "enquiries": rng.poisson(np.exp(-1.3 + 0.4 * stress)).astype(float),
        "purchases": 900 * use + 1500 * np.maximum(np.diff(use, axis=1, prepend=use[:, :1]), 0),
        "logins": rng.negative_binomial(2, 0.2, (n, months)).astype(float),
    }


def parts_of_risk(history: Monthly, end: int, opened: NDArray[np.int64], limit: Array) -> dict[str, Array]:
    """The parts that add up to the true log-odds of default after month `end`: name -> (n,).

    Only what stands here matters; purchases, logins, billing day, sex and age appear in no part.
    """
    last = end - OLDEST
    arrears, use, paid, cash = (history[k] for k in ("arrears", "utilisation", "payment", "cash_advances"))
    start = np.maximum(last - 5, opened - OLDEST)
    rows = np.arange(len(opened))
    tight = use[:, last] > 0.7
    return {
        "arrears in the last 3 months": arrears[:, last - 2 : last + 1] @ np.array([0.4, 0.8, 1.3]),
        "utilisation: rise over the last 6 months": 3.0 * (use[:, last] - use[rows, start]),
        "payment share, 3 to 5 months ago": -0.025 * paid_share(paid, last, opened - OLDEST),
        "cash advances, only above 70 % utilisation": 0.45 * tight * cash[:, last - 2 : last + 1].sum(axis=1),
        "enquiries in the last 2 months": 0.35 * history["enquiries"][:, last - 1 : last + 1].sum(axis=1),
        "credit limit": -0.35 * np.log2(limit / 4000),
    }


def paid_share(paid: Array, last: int, start: NDArray[np.int64]) -> Array:
    """Mean share of the balance paid, in months last-5 to last-3 as far as the account existed: (n,), per cent."""
    months = np.arange(last - 5, last - 2)
    known = np.maximum(months[None, :], start[:, None])
    return np.asarray(np.take_along_axis(paid, known, axis=1).mean(axis=1))


def book(n: int, seed: int, first_account: int = 1) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Simulate `n` accounts: (monthly lines as recorded, one line an account, one line a look with its truth)."""
    rng = np.random.default_rng(seed)
    account = np.arange(first_account, first_account + n)
    opened = np.where(rng.random(n) < 0.6, OLDEST, rng.integers(OLDEST + 1, FIRST_LOOK - 2, n))
    limit = np.round(np.exp(rng.normal(np.log(4000), 0.6, n)), -2).clip(500, 30000)
    region = rng.choice(len(REGIONS), n, p=[0.30, 0.25, 0.20, 0.25])
    history = histories(n, rng)
    own = rng.normal(0, 0.5, n)  # what else makes an account good or bad: the same at both looks
    looks: list[pd.DataFrame] = []
    for end in (FIRST_LOOK, SECOND_LOOK):
        parts = parts_of_risk(history, end, opened, limit)
        log_odds = -2.3 + own + np.sum(list(parts.values()), axis=0)
        default = rng.random(n) < sigmoid(log_odds)
        looks.append(pd.DataFrame({"account": account, "month": end, "default": default, **parts}))
    again = ~looks[0]["default"].to_numpy() & (rng.random(n) < 0.25)
    static = pd.DataFrame(
        {
            "account": account.astype("int32"),
            "credit_limit": limit.astype("int32"),
            "billing_day": rng.integers(1, 29, n).astype("int8"),
            "region": np.array(REGIONS)[region],
            "sex": rng.choice(np.array(["female", "male"]), n),
            "age": rng.integers(20, 80, n).astype("int8"),
        }
    )
    lines = recorded(history, account, opened, again, region == REGIONS.index("south"), rng)
    return lines, static, pd.concat([looks[0], looks[1][again]], ignore_index=True)


def recorded(
    history: Monthly,
    account: NDArray[np.int64],
    opened: NDArray[np.int64],
    again: NDArray[np.bool_],
    south: NDArray[np.bool_],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The lines as the bank's system holds them: rounded, late in the south, 6 % of payments and 2 % of use missing."""
    seen = dict(history)
    late = np.zeros_like(history["arrears"])
    late[:, LEDGER_DELAY:] = history["arrears"][:, :-LEDGER_DELAY]
    seen["arrears"] = np.where(south[:, None], late, history["arrears"])
    months = np.arange(OLDEST, SECOND_LOOK + 1)
    kept = (months >= opened[:, None]) & (months <= np.where(again, SECOND_LOOK, FIRST_LOOK)[:, None])
    who, when = np.nonzero(kept)
    lines = pd.DataFrame({"account": account[who].astype("int32"), "month": months[when].astype("int8")})
    for name in ("arrears", "cash_advances", "enquiries", "logins"):
        lines[name] = seen[name][kept].clip(max=120).astype("int8")
    lines["purchases"] = np.round(seen["purchases"][kept], -1).astype("int16")
    for name, step, missing in (("utilisation", 0.01, 0.02), ("payment", 1.0, 0.06)):
        value = np.round(seen[name][kept] / step) * step
        lines[name] = np.where(rng.random(len(value)) < missing, np.nan, value).astype("float32")
    return lines


def write(n: int, seed: int, first_account: int, lines_file: str) -> pd.DataFrame:
    """Simulate a book, write its lines, with the outcome on those where the bank looked, and give its accounts."""
    lines, static, looks = book(n, seed, first_account)
    lines = lines.merge(looks[["account", "month", "default"]], on=["account", "month"], how="left")
    lines["default"] = lines["default"].astype("float32")  # missing where the bank did not look
    lines.to_parquet(HERE / lines_file, compression="zstd", index=False)
    return static


def main() -> None:
    """Write reference.parquet, test.parquet and accounts.parquet."""
    accounts = [write(7000, 2024, 1, "reference.parquet"), write(7000, 2025, 10001, "test.parquet")]
    pd.concat(accounts).to_parquet(HERE / "accounts.parquet", compression="zstd", index=False)


if __name__ == "__main__":
    main()
