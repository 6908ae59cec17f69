"""The house asks the employer for its cards, and answers the charge point."""

from typing import override

from custom_components.ocpp_cs.csms.access.authorization import (
    Authorization,
    AuthorizationStatus,
    Authorizer,
    KnownTag,
    TagAuthorizer,
    TagPolicy,
    TagRules,
)
from custom_components.ocpp_cs.csms.model.tags import Tag, tag_key
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.csms.upstream.model import Role
from simulator import Generic
from tests.csms.quirks.test_quirks_on_the_wire import TIMES, url
from tests.csms.test_central_system import until

from .pair import Pair

AUTHORIZE = frozenset({Role.AUTHORIZE})
COMPANY = frozenset({tag_key("COMPANY")})


class Employer(Authorizer):
    """Decides by a dictionary, and remembers what it was asked for."""

    def __init__(self, **statuses: AuthorizationStatus) -> None:
        """Decide by `statuses`; other id tags are invalid."""
        self.statuses = statuses
        self.asked: list[str] = []

    @override
    def authorize(
        self,
        charge_point_id: str,
        tag: Tag,
        *,
        starting: Transaction | None = None,
    ) -> Authorization:
        if starting is None:
            self.asked.append(tag.id)
        return Authorization(
            status=self.statuses.get(tag.id, AuthorizationStatus.INVALID)
        )


def house(*tags: KnownTag, policy: TagPolicy = TagPolicy.KNOWN) -> TagAuthorizer:
    """Return a house that knows some cards."""
    authorizer = TagAuthorizer(lambda: ())
    authorizer.rules = TagRules(tags=tags, policy=policy)
    return authorizer


async def connected(pair: Pair) -> None:
    """Wait until the employer is connected."""
    await until(lambda: all(one.connected for one in pair.upstreams.stations.values()))


async def test_a_card_of_the_employer_is_asked_there_and_answered_here() -> None:
    employer = Employer(COMPANY=AuthorizationStatus.ACCEPTED)
    async with Pair(
        house=house(KnownTag(id="HOME", name="Home")), employer=employer
    ) as pair:
        pair.attach(roles=AUTHORIZE, tags=COMPANY)
        async with Generic(url(pair.house), "CP1", **TIMES) as charger:
            await connected(pair)
            assert await charger.authorize("COMPANY") == "Accepted"
            assert employer.asked == ["COMPANY"]
            # Its own cards are nobody else's business, and unknown ones are refused.
            assert await charger.authorize("HOME") == "Accepted"
            assert await charger.authorize("OTHER") == "Invalid"
            assert employer.asked == ["COMPANY"]
            # The session that starts right after it needs no second question.
            await charger.plug(1)
            charger.start_transaction(charger.connector(1), "COMPANY")
            await until(lambda: pair.told)
            assert pair.ours[0].accepted
            assert employer.asked == ["COMPANY"]
