"""Which passwords are accepted, from everybody."""

import asyncio
import unicodedata

import pytest

from backend.core.problems import Problem
from backend.staff import passwords
from backend.staff.passwords import DEMO_PASSWORD, PasswordOwner, hash_new_password, is_long, verify_password
from tests.world.caller import Json

ANNA = PasswordOwner(email="anna.muller@fashion.example", name="Anna Müller", merchants=["Fashion Group"])
ANNA_WITH_FACTOR = PasswordOwner(email=ANNA.email, name=ANNA.name, merchants=ANNA.merchants, has_second_factor=True)
WORDS = "kettle orbit walnut fjord"


async def refusal(password: str, owner: PasswordOwner = ANNA) -> Problem:
    with pytest.raises(Problem) as caught:
        await hash_new_password(password, owner)
    return caught.value


async def test_a_password_of_several_words_is_accepted() -> None:
    stored = await hash_new_password(WORDS, ANNA)
    assert await verify_password(stored, WORDS)
    assert not await verify_password(stored, WORDS.upper())


@pytest.mark.parametrize(
    ("owner", "length_min"), [(ANNA, 15), (ANNA_WITH_FACTOR, 12)], ids=["password alone", "second factor"]
)
async def test_a_second_factor_allows_three_characters_less(owner: PasswordOwner, length_min: int) -> None:
    long_enough = "xk9#mw2$vq7!tz4"[:length_min]
    assert await hash_new_password(long_enough, owner)
    problem = await refusal(long_enough[:-1], owner)
    assert (problem.code, problem.facts) == ("password_too_short", {"minimum": length_min})


async def test_a_password_has_at_most_256_characters_as_they_are_stored() -> None:
    assert await hash_new_password(WORDS + "x" * (256 - len(WORDS)), ANNA)
    problem = await refusal(WORDS + "x" * (257 - len(WORDS)))
    assert (problem.code, problem.facts) == ("password_too_long", {"maximum": 256})
    expands = "\ufdfa"
    assert len(unicodedata.normalize("NFKC", expands)) == 18
    assert (await refusal(WORDS + expands * 15)).code == "password_too_long"


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        (DEMO_PASSWORD, "published"),
        ("ppppppppppppppppp", "repeat"),
        ("abcdefghijklmnopq", "sequence"),
        ("mnbvcxzlkjhgfds", "spatial"),
        ("fashiongroup2026", "user_inputs"),
        ("AnnaMüllerfashion", "user_inputs"),
        ("anna.muller@fashion.example", "user_inputs"),
        ("elizabethalexander", "surnames"),
        ("2512199001011991", "date"),
        ("123456789password", "passwords"),
    ],
)
async def test_a_password_that_others_can_guess_is_refused_with_the_reason(password: str, weakness: str) -> None:
    problem = await refusal(password)
    assert (problem.code, problem.facts["weakness"]) == ("password_weak", weakness)
    assert 0 <= problem.facts["score"] < 3
    english, german = (problem.as_dict(language=code, instance="", request_id="")["detail"] for code in ("en", "de"))
    assert english != german, "the reason is translated"


async def test_the_reason_depends_on_the_password() -> None:
    assert (await refusal("p" * 20)).detail != (await refusal("fashiongroup2026")).detail


async def test_what_is_known_of_others_makes_no_password_weak() -> None:
    stranger = PasswordOwner(email="x@y.example", name="Xaver")
    assert (await refusal("mullerfashiongroup")).facts["weakness"] == "user_inputs"
    assert await hash_new_password("mullerfashiongroup", stranger)


async def test_the_same_password_on_another_keyboard_is_the_same() -> None:
    composed, decomposed = (unicodedata.normalize(form, "gréng Këscht fir Äppel") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert await verify_password(await hash_new_password(decomposed, ANNA), composed)


def test_a_password_is_long_in_the_form_that_is_stored() -> None:
    assert is_long("x" * 15)
    assert not is_long("x" * 14)
    assert not is_long("e\u0301" * 14), "two code points that are one character"


async def test_the_judge_reads_a_beginning_only_and_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = []

    def judge(password: str, user_inputs: list[str]) -> Json:
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        judged.append(password)
        return {"score": 4, "sequence": []}

    monkeypatch.setattr(passwords, "zxcvbn", judge)
    await hash_new_password("4@8({[<3694601!1|70$5+2%2" * 10, ANNA)
    assert [len(password) for password in judged] == [passwords.JUDGED_LENGTH]
