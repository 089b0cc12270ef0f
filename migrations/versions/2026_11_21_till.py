"""The till's statements: read a card with all that decides about it, find cards, book."""

from pathlib import Path

from alembic import op

revision = "2026_11_21_till"
down_revision = "2026_11_21_tenancy"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
FUNCTIONS = {
    "actor_by_token": "bytea, timestamptz",
    "till_setup": "uuid, uuid",
    "store_setup": "uuid, uuid",
    "card_state": "uuid, uuid, uuid, uuid, text, timestamptz",
    "card_at_home": "uuid, uuid, timestamptz",
    "find_cards": "uuid, uuid, text, text, text, text[], timestamptz",
    "history_line": "transactions",
    "list_transactions": "uuid, uuid, uuid, timestamptz, uuid, int",
    "book": "uuid, json",
    "answer_status": "uuid, text",
    "keep_answer": "uuid, json",
    "count_pin_attempt": "uuid, uuid, int, interval, timestamptz",
    "confirm_pin": "uuid, uuid, text, timestamptz",
}


def upgrade() -> None:
    for name, arguments in FUNCTIONS.items():
        # The driver's own protocol, because the text holds colons that are no parameters.
        op.get_bind().exec_driver_sql((SQL / f"2026_11_21_{name}.sql").read_text())
        op.execute(f"REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}({arguments}) TO orion_app")


def downgrade() -> None:
    for name, arguments in reversed(FUNCTIONS.items()):
        op.execute(f"DROP FUNCTION {name}({arguments})")
