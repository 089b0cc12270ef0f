"""The form of a person's rights: a role, and permissions at each store."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from backend.identity.members.schemas import MemberChange, MemberDetail, StorePermissions
from frontend.kit.forms import Form

PREFIX = "at_"
ROLES = ("store_member", "merchant_owner")

Rights = dict[UUID, list[str]]


def form_of(member: MemberDetail) -> Form:
    lists = {f"{PREFIX}{place.store_id}": list(place.permissions) for place in member.stores}
    return Form({"version": str(member.version), "role": member.role}, lists)


def rights_of(form: Form) -> Rights:
    """The permissions ticked, by store. A store without any is left out."""
    rights: Rights = {}
    for name, codes in form.lists.items():
        store_id = _store_of(name)
        ticked = [code for code in dict.fromkeys(codes) if code]
        if store_id is not None and ticked:
            rights[store_id] = ticked
    return rights


def stores_of(form: Form) -> list[StorePermissions]:
    return [StorePermissions(store_id, codes) for store_id, codes in rights_of(form).items()]


def role_of(form: Form) -> str:
    return form.text("role") if form.text("role") in ROLES else ROLES[0]


def change_of(form: Form, *, is_own: bool) -> MemberChange:
    """Nobody changes their own role: it is left out."""
    if is_own:
        return MemberChange(stores=stores_of(form))
    return MemberChange(
        role="merchant_owner" if role_of(form) == "merchant_owner" else "store_member", stores=stores_of(form)
    )


def stored_differences(form: Form, member: MemberDetail) -> tuple[str | None, Mapping[UUID, Sequence[str]]]:
    """Role and stores as they are saved now, where the form means something else."""
    meant, stored = rights_of(form), {place.store_id: place.permissions for place in member.stores}
    role = member.role if member.role != role_of(form) else None
    differing = [
        store_id
        for store_id in {**stored, **meant}
        if sorted(meant.get(store_id, [])) != sorted(stored.get(store_id, []))
    ]
    return role, {store_id: stored.get(store_id, []) for store_id in differing}


def _store_of(name: str) -> UUID | None:
    try:
        return UUID(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    except ValueError:
        return None
