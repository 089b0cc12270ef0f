"""SQL functions in migrations. A revision executes its own frozen copies, which never change afterwards:
`migrations/versions/<revision>/functions/<name>.sql`."""

from pathlib import Path

from alembic import op

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"


def frozen(revision: str) -> list[str]:
    """The names of the functions that the revision has copies of."""
    return sorted(file.stem for file in _folder(revision).glob("*.sql"))


def create(revision: str, *names: str) -> None:
    """From the revision's copies. Only the application's role may call them."""
    for name in names:
        _execute(name, _source(revision, name))


def replace(revision: str, *names: str) -> None:
    """As `create`, where the signature and the return type stay; otherwise `drop` the function and `create` it."""
    for name in names:
        _execute(name, _source(revision, name).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))


def drop(*names: str) -> None:
    for name in names:
        op.execute(f"DROP FUNCTION {name}")


def _execute(name: str, source: str) -> None:
    # Not through SQLAlchemy, which takes the colons of the source for parameters.
    op.get_bind().exec_driver_sql(source)
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO orion_app")
    # A role that may create temporary tables must not decide which tables a function reads.
    op.execute(f"ALTER FUNCTION {name} SET search_path = public, pg_temp")


def _source(revision: str, name: str) -> str:
    return (_folder(revision) / f"{name}.sql").read_text(encoding="utf-8")


def _folder(revision: str) -> Path:
    return VERSIONS / revision / "functions"
