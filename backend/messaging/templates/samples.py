"""Four people whose emails show what a text looks like. Everything that is sent must read well for all of them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from i18n.formatting import get_formatter
from i18n.translator import get_translator

CARD_URL = "https://cards.example/c/sample"
UNSUBSCRIBE_URL = "https://cards.example/u/sample"
NOT_ME_URL = "https://cards.example/account/not-me/sample"
GOOGLE_URL = "https://cards.example/wallets/google/sample"
CHRISTMAS_EVE = datetime(2026, 12, 24, 17, 5, tzinfo=UTC)
APPLE_URL = "https://cards.example/wallets/apple/sample.pkpass"


@dataclass(frozen=True, slots=True)
class SamplePerson:
    first_name: str | None
    merchant: str
    program: str
    card_code: str
    points: int
    stamps: int
    missing_points: int
    """Until the next reward."""
    reward: str
    day: date
    google_url: str | None = GOOGLE_URL
    apple_url: str | None = APPLE_URL
    card_url: str = CARD_URL
    language: str = "en"

    def reads(self, sentence: str, **values: str) -> str:
        """The sentence in the language of the email."""
        return get_translator(self.language).gettext(sentence, **values)

    @property
    def christmas_eve(self) -> str:
        return get_formatter(self.language).date(CHRISTMAS_EVE)

    @property
    def evening(self) -> str:
        """Day and time."""
        return get_formatter(self.language).datetime(CHRISTMAS_EVE)


NEW = SamplePerson(
    first_name="Marie", merchant="Café Aurora", program="Aurora Card", card_code="BDFH KLNP RSTV XGCJ",
    points=50, stamps=1, missing_points=450, reward="Tote bag", day=date(2026, 12, 24),
)  # fmt: skip
NEAR_REWARD = SamplePerson(
    first_name="Luc", merchant="Fashionhub", program="Fashionhub", card_code="XVTS RPNL KHFD BJCG",
    points=499, stamps=9, missing_points=1, reward="10 €", day=date(2027, 1, 1), google_url=None,
)  # fmt: skip
LONG_NAME = SamplePerson(
    first_name="Maximiliane-Alexandra Wilhelmine",
    merchant="Boulangerie-Pâtisserie-Confiserie Schumacher & Filles, Luxembourg-Bonnevoie",
    program="Boulangerie-Pâtisserie-Confiserie Schumacher & Filles: carte de fidélité",
    card_code="JCGX VTSR PNLK HFDB", points=1_234_567, stamps=50, missing_points=98_765,
    reward="Petit-déjeuner gourmand pour deux personnes, un dimanche de votre choix", day=date(2027, 9, 30),
)  # fmt: skip
NO_FIRST_NAME = SamplePerson(
    first_name=None, merchant="Café Aurora", program="Aurora Card", card_code="GCJX BDFH KLNP RSTV",
    points=1, stamps=1, missing_points=499, reward="Tote bag", day=date(2026, 12, 31), google_url=None, apple_url=None,
)  # fmt: skip

PEOPLE = {"new": NEW, "near_reward": NEAR_REWARD, "long_name": LONG_NAME, "no_first_name": NO_FIRST_NAME}
