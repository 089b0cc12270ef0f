"""Faults to plant in the ledger's rules, actions and statements. The tests must notice every one of them."""

from dataclasses import dataclass

LEDGER = "backend/loyalty/ledger/"
RULES = LEDGER + "rules/"
BOOK = "migrations/functions/book.sql"
TESTS_OF_RULES = ("tests/loyalty/ledger/test_rules.py",)
TESTS_OF_LEDGER = ("tests/loyalty/ledger", "tests/properties/test_ledger_machine.py")


@dataclass(frozen=True)
class Mutant:
    """In `file`, the one place that reads `text` reads `fault` instead."""

    says: str
    file: str
    text: str
    fault: str
    tests: tuple[str, ...] = TESTS_OF_LEDGER


MUTANTS = [
    Mutant(
        "The fraction of a point is lost with every sale",
        RULES + "accrual.py",
        "    return Accrual(points, total - points)",
        "    return Accrual(points, Fraction(0))",
        TESTS_OF_RULES,
    ),
    Mutant(
        "A sale rounds up",
        RULES + "accrual.py",
        "points = max(0, floor(total))",
        "points = max(0, ceil(total))",
        TESTS_OF_RULES,
    ),
    Mutant(
        "A return takes more than the sale gave",
        RULES + "accrual.py",
        "points = min(left, max(0, ceil(worth - carry)))",
        "points = max(0, ceil(worth - carry))",
        TESTS_OF_RULES,
    ),
    Mutant(
        "Each part of a return is rounded down",
        RULES + "accrual.py",
        "points = min(left, max(0, ceil(worth - carry)))",
        "points = min(left, floor(worth))",
        TESTS_OF_RULES,
    ),
    Mutant(
        "A lot can be spent in the instant it expires",
        RULES + "lots.py",
        "sorted(dated, key=lambda entry: entry[:2]) if expires_at > moment.now]",
        "sorted(dated, key=lambda entry: entry[:2]) if expires_at >= moment.now]",
        TESTS_OF_RULES,
    ),
    Mutant(
        "The oldest lot is spent first, not the one that expires first",
        RULES + "lots.py",
        "sorted(dated, key=lambda entry: entry[:2])",
        "sorted(dated, key=lambda entry: entry[1])",
        TESTS_OF_RULES,
    ),
    Mutant(
        "What expires this instant is not booked as expired",
        RULES + "lots.py",
        "(expiry_of(lot, moment) or FAR_AWAY) <= moment.now]",
        "(expiry_of(lot, moment) or FAR_AWAY) < moment.now]",
        TESTS_OF_RULES,
    ),
    Mutant(
        "The last day of a lot is cut off",
        RULES + "expiry.py",
        "datetime.combine(day + timedelta(days=1), time(), zone)",
        "datetime.combine(day, time(), zone)",
        TESTS_OF_RULES,
    ),
    Mutant(
        "Days end in UTC",
        RULES + "expiry.py",
        "datetime.combine(day + timedelta(days=1), time(), zone)",
        'datetime.combine(day + timedelta(days=1), time(), ZoneInfo("UTC"))',
        TESTS_OF_RULES,
    ),
    Mutant(
        "A period ends a month late",
        RULES + "expiry.py",
        "passed = (day.month - 1) // months * months + months",
        "passed = day.month // months * months + months",
        TESTS_OF_RULES,
    ),
    Mutant(
        "The daily limit counts days of UTC",
        RULES + "stamps.py",
        "if at.astimezone(zone).date() == today)",
        "if at.date() == today)",
        TESTS_OF_RULES,
    ),
    Mutant(
        "The cooldown is forgotten when the daily limit is not reached",
        RULES + "stamps.py",
        "if abs(at - stamp) < cooldown]",
        "if abs(at - stamp) < timedelta(0)]",
        TESTS_OF_RULES,
    ),
    Mutant(
        "Grace is given again and again",
        RULES + "expiry.py",
        "expires_at > moment.now or lot.has_grace",
        "expires_at > moment.now",
        TESTS_OF_RULES,
    ),
    Mutant(
        "Points that come back late never expire",
        RULES + "expiry.py",
        "return ReturnedLife(moment.now + GRACE, None, has_grace=True)",
        "return ReturnedLife(None, None, has_grace=True)",
        TESTS_OF_RULES,
    ),
    Mutant(
        "A return in parts gives the same lot back twice",
        RULES + "lots.py",
        "passed = min(lot_paid, skipped)",
        "passed = min(lot_paid, 0)",
        TESTS_OF_RULES,
    ),
    Mutant(
        "A hold that timed out still holds",
        RULES + "holds.py",
        'return hold.state == "reserved" and hold.expires_at > now',
        'return hold.state == "reserved"',
    ),
    Mutant(
        "What is set aside can be spent a second time",
        LEDGER + "booking/lots.py",
        "return max(0, left_in(self.live(unit)) - held(self.state.holds, unit, self.now))",
        "return left_in(self.live(unit))",
    ),
    Mutant(
        "Debt is never paid",
        LEDGER + "booking/lots.py",
        'paid = min(self.card.debt_points, amount) if unit == "points" else 0',
        "paid = 0",
    ),
    Mutant(
        "Expiry waits for the task",
        LEDGER + "booking/draft.py",
        "        self.book_expired()\n",
        "",
    ),
    Mutant("Spending does not count as activity", LEDGER + "operations/redeem.py", "    draft.touch()\n", ""),
    Mutant(
        "The minimum to redeem is ignored",
        LEDGER + "offers.py",
        "needed = max(price, state.terms.minimum_redemption_points)",
        "needed = price",
    ),
    Mutant(
        "The last piece is handed out to everybody",
        LEDGER + "offers.py",
        "if reward.stock is not None and reward.stock < quantity:",
        "if reward.stock is not None and reward.stock < 0:",
    ),
    Mutant(
        "The limit per card counts bookings, not pieces",
        LEDGER + "offers.py",
        "had_of(reward.id, state, now) + quantity > reward.limit_per_card",
        "had_of(reward.id, state, now) >= reward.limit_per_card",
    ),
    Mutant(
        "A program that forgives lets customers owe",
        LEDGER + "operations/void.py",
        'owed = points - available if draft.state.terms.return_policy == "debt" else 0',
        "owed = points - available",
    ),
    Mutant(
        "Taking back needs no PIN",
        LEDGER + "operations/void.py",
        "return not all(_is_undo(target, origin) for target in state.targets)",
        "return False",
    ),
    Mutant(
        "More can be returned than was sold",
        LEDGER + "operations/void.py",
        "        if cents > target.left_cents:\n            raise ReturnExceedsSale(left=target.left_cents)\n",
        "",
    ),
    Mutant(
        "An order's sale is taken back before what it paid for",
        LEDGER + "operations/void.py",
        'else target.transaction.kind != "redeemed"',
        'else target.transaction.kind == "redeemed"',
        ("tests/loyalty/ledger/operations/test_returns.py",),
    ),
    Mutant(
        "A return does not know its points when they were restored",
        LEDGER + "operations/restore.py",
        "draft.lots.grant(line, part.amount, life, from_lot_id=part.lot_id)",
        "draft.lots.grant(line, part.amount, life)",
        ("tests/loyalty/ledger/operations/test_restore.py",),
    ),
    Mutant(
        "A return loses its points where cards were merged",
        "migrations/functions/void_target.sql",
        "l.from_lot_id = g.id",
        "l.from_lot_id = g.id AND false",
        ("tests/loyalty/ledger/operations/test_merge.py",),
    ),
    Mutant(
        "What expired unused is taken back once more",
        LEDGER + "operations/void.py",
        "points = min(reversal.points, max(0, left - expired))",
        "points = reversal.points",
    ),
    Mutant(
        "A late stamp is judged by when it is booked",
        LEDGER + "operations/stamp.py",
        "draft.occurred_at = checks.check_occurred_at(self.body.occurred_at, draft.now, self.oldest)",
        "checks.check_occurred_at(self.body.occurred_at, draft.now, self.oldest)",
        ("tests/loyalty/ledger/booking/test_late_bookings.py",),
    ),
    Mutant(
        "A late booking slips past the limits of its time",
        "migrations/functions/reached_limit.sql",
        "WHERE w.at >= l.happened_at;",
        "WHERE w.at = l.happened_at;",
        ("tests/loyalty/ledger/booking/test_late_bookings.py",),
    ),
    Mutant(
        "What was taken back still counts toward limits",
        "migrations/functions/counted_bookings.sql",
        "HAVING count(*) > 0",
        "HAVING count(*) > 1",
        ("tests/properties/test_limit_counting.py",),
    ),
    Mutant(
        "A replay does not find what merges have made of a lot",
        "backend/loyalty/previews/lot_lineage.py",
        "if lot.from_lot_id is not None:",
        "if False:",
        ("tests/properties/test_lineage.py",),
    ),
    Mutant(
        "A return that was undone still counts",
        "migrations/functions/is_undone.sql",
        "SELECT EXISTS (",
        "SELECT false AND EXISTS (",
        ("tests/loyalty/ledger/operations/test_undo_return.py",),
    ),
    Mutant(
        "An undone return leaves its fraction of a point behind",
        LEDGER + "operations/undo_return.py",
        "draft.card.carry += worth - (voided.reversed_points or 0)",
        "draft.card.carry += 0",
        ("tests/loyalty/ledger/operations/test_undo_return.py",),
    ),
    Mutant(
        "An undone return does not count toward limits",
        LEDGER + "operations/undo_return.py",
        "draft.counted_again.append(returned.transaction)",
        "pass",
        ("tests/loyalty/ledger/operations/test_undo_return.py",),
    ),
    Mutant(
        "The number of a receipt is never free again",
        LEDGER + "operations/void.py",
        "            draft.free_reference(target.transaction)",
        "            pass",
        ("tests/loyalty/ledger/test_receipts.py",),
    ),
    Mutant(
        "Half an order is returned where it was booked on two cards",
        LEDGER + "operations/void.py",
        "if len(state.target_cards) > 1:",
        "if False:",
        ("tests/loyalty/ledger/test_receipts.py",),
    ),
    Mutant(
        "Pieces that were set aside and not taken stay out of stock",
        LEDGER + "operations/hold.py",
        "draft.take_reward(price.reward_id, hold.quantity - quantity)",
        "draft.take_reward(price.reward_id, 0)",
    ),
    Mutant(
        "Two tills book on the same state",
        BOOK,
        " AND c.version = v_card.version - 1;",
        ";",
    ),
    Mutant(
        "The answer to a key is not kept",
        BOOK,
        "  IF b.answer IS NOT NULL THEN",
        "  IF false THEN",
    ),
    Mutant("A reward never leaves the stock", BOOK, "SET stock = r.stock + b.reward_stock", "SET stock = r.stock"),
    Mutant(
        "One key may be used for another request",
        "backend/core/answers.py",
        "if self.fingerprint != key.fingerprint:",
        "if False:",
    ),
    Mutant(
        "The database lets rewards go anywhere",
        "migrations/functions/refuse_elsewhere.sql",
        "      AND (p.allow_cross_location_redemption OR c.store_id = NEW.store_id)\n",
        "",
    ),
    Mutant(
        "The chain leaves the amount out",
        "migrations/functions/chain_digest.sql",
        "t.kind, t.unit, t.amount, ",
        "t.kind, t.unit, ",
    ),
]
