"""Answers for a user, a list of films or a group: a list by what they think of films, with reasons for each film."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from almazara.errors import InputError, NotFoundError
from almazara.movies.answers import shown
from almazara.movies.catalog.catalog import IMDB_ID, Arrays, Catalog, FilmId, Found
from almazara.movies.catalog.search import SearchIndex
from almazara.movies.catalog.titles import check_query
from almazara.movies.similar.answering import HYBRID, SimilarAnswers
from almazara.movies.similar.attributes import NO_FILTERS, Filters
from almazara.movies.similar.ranking import Ranking, check_n
from almazara.movies.similar.reasons import Reasons
from almazara.movies.similar.stored import SimilarFilms
from almazara.movies.users.answers import (
    GroupAnswer,
    Member,
    ProfileAnswer,
    Understood,
    UserAnswer,
    UserRecommendation,
)
from almazara.movies.users.events import Event, Kind, check_user
from almazara.movies.users.exports.rows import Entry
from almazara.movies.users.groups import together
from almazara.movies.users.matching import match
from almazara.movies.users.profiles import Opinion, Profile, UserHistory, fold
from almazara.movies.users.scores import LearnedScores, NeighborScores, UserScores
from almazara.movies.users.speakers import Speakers
from almazara.words.numbers import Language
from almazara.words.said import Figure, Said, said

MAX_LISTED: Final = 200
MAX_MEMBERS: Final = 10
_NEAR: Final = 3
_POPULAR: Final = 1000
"""Votes from which on a film is popular."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What is asked of a list.

    Attributes:
        seen: Whether films may come that the user knows; disliked ones never do.
        diversity: From 0 (by score alone) to 1.
    """

    n: int = 10
    filters: Filters = NO_FILTERS
    seen: bool = False
    diversity: float = 0.0


@dataclass(frozen=True, slots=True)
class UserAnswers:
    """Answers from one version of the catalog; events come as arguments: nothing is kept here.

    A film is explained by the film that `alike` finds most like it.
    """

    catalog: Catalog
    title_search: SearchIndex
    ranking: Ranking
    model: UserScores
    alike: SimilarFilms
    reasons: Reasons
    history: UserHistory

    def id_of(self, film_id: FilmId) -> int | None:
        """The number of a film, None where the catalog does not have it."""
        row = self.catalog.row_of(film_id)
        return None if row is None else self.catalog.facts(row)[0]

    def film_of(self, entry: Entry) -> int | str:
        """The id of the film that a row of an export means, or why none can be told."""
        row = match(entry, self.catalog)
        return row if isinstance(row, str) else self.catalog.facts(row)[0]

    def is_rated_by(self, user: str) -> bool:
        """Whether the ratings file has a user."""
        return user in self.history

    def for_user(
        self, user: str, events: Iterable[Event], query: ListQuery, language: Language = Language.ES
    ) -> UserAnswer:
        """Films for a user: popular ones while nothing is known of them, their own from the first event on."""
        profile = self._profile(user, events)
        detail = self._for_one(profile, query, language)
        titles = [one.titulo for one in detail]
        message = _listed("known" if profile else "unknown", detail, user=user, n=len(profile))
        return UserAnswer(user, not profile, len(profile), titles, detail, message.text(language))

    def for_profile(
        self,
        liked: Sequence[str | int],
        disliked: Sequence[str | int],
        query: ListQuery,
        language: Language = Language.ES,
    ) -> ProfileAnswer:
        """Films for a list of liked films, by title, id or IMDb id; of films of one title the most voted is meant.

        Raises:
            NotFoundError: naming each title or id that the catalog does not have.
            InputError: when there is no liked film, more than 200 films, or a film is liked and disliked.
        """
        if not liked or len(liked) + len(disliked) > MAX_LISTED:
            raise InputError(said("films.error.liked", most=str(MAX_LISTED)))
        found = self.find_all([*liked, *disliked], language)
        good, bad = found[: len(liked)], found[len(liked) :]
        rows = {one.row for one in good}
        if both := [self.catalog.title(one.row, language) for one in bad if one.row in rows]:
            raise InputError(said("films.error.both", titles="; ".join(both)))
        opinions = {one.row: Opinion(Kind.LIKE) for one in good} | {one.row: Opinion(Kind.DISLIKE) for one in bad}
        detail = self._for_one(Profile(opinions), query, language)
        titles = [one.titulo for one in detail]
        understood = [
            self._understood(asked, one, language) for asked, one in zip([*liked, *disliked], found, strict=True)
        ]
        message = _listed("profile", detail).text(language)
        return ProfileAnswer(understood[: len(liked)], understood[len(liked) :], titles, detail, message)

    def for_group(
        self, events_of: Mapping[str, Iterable[Event]], query: ListQuery, language: Language = Language.ES
    ) -> GroupAnswer:
        """Films for several users at once; what one of them knows is left out, what one dislikes is so for good."""
        if not 1 < len(events_of) <= MAX_MEMBERS:
            raise InputError(said("films.error.group", most=str(MAX_MEMBERS), n=str(len(events_of))))
        members = [(user, self._profile(user, events)) for user, events in events_of.items()]
        allowed = self._allowed([profile for _, profile in members], query)
        scores = together(np.stack([self._scores(profile) for _, profile in members]), allowed)
        detail = self._detail(scores, allowed, query, members, language)
        titles = [one.titulo for one in detail]
        told = [Member(user, not profile, len(profile)) for user, profile in members]
        *users, last = events_of
        return GroupAnswer(told, titles, detail, _listed("group", detail, users=users, last=last).text(language))

    def _profile(self, user: str, events: Iterable[Event]) -> Profile:
        return fold(events, self.catalog.row_of, self.history.rated(check_user(user)))

    def _for_one(self, profile: Profile, query: ListQuery, language: Language) -> list[UserRecommendation]:
        return self._detail(self._scores(profile), self._allowed([profile], query), query, [("", profile)], language)

    def _scores(self, profile: Profile) -> np.ndarray:
        """What the model says of a profile; of one that speaks for nothing, what is popular."""
        return self.model.scores(*(profile if profile.speaks() else Profile({})).arrays())

    def _allowed(self, profiles: Iterable[Profile], query: ListQuery) -> np.ndarray:
        left_out = [row for one in profiles for row in (one.disliked() if query.seen else one.opinions)]
        return self.ranking.allowed(query.filters, left_out)

    def _detail(
        self,
        scores: np.ndarray,
        allowed: np.ndarray,
        query: ListQuery,
        members: Sequence[tuple[str, Profile]],
        language: Language,
    ) -> list[UserRecommendation]:
        check_n(query.n)
        speakers = [(user, Speakers(profile, self.alike, self.reasons)) for user, profile in members]
        rows, affinity = self.ranking.first(scores, allowed, query.n, query.diversity)
        found = [
            (row, round(suits, 4), [reason.text(language) for reason in self._reasons(row, speakers, language)])
            for row, suits in zip(rows.tolist(), affinity.tolist(), strict=True)
        ]
        catalog = self.catalog
        return [
            UserRecommendation(*catalog.facts(row), suits, reasons, titulo_local=catalog.local_title(row, language))
            for row, suits, reasons in found
        ]

    def _reasons(self, row: int, members: Sequence[tuple[str, Speakers]], language: Language) -> list[Said]:
        if len(members) == 1:
            return self._why(row, members[0][1], language)
        whys = [(user, self._why(row, speakers, language)[0]) for user, speakers in members]
        return [said("films.reason.of_member", user=user, reason=why) for user, why in whys]

    def _why(self, row: int, speakers: Speakers, language: Language) -> list[Said]:
        """`porque viste X` and what it shares with X; where no film speaks for it, what is true of it all the same."""
        spoken_for = speakers.of(row)
        if spoken_for is not None:
            return self._because(row, *spoken_for, speakers.profile, language)
        votes = self.catalog.votes(row)
        popular = [said("films.reason.popular", n=votes)] if votes >= _POPULAR or not speakers.liked else []
        match speakers.liked:
            case []:
                return popular
            case [known]:
                if self.reasons.share_something(known, row):
                    return self._because(row, known, 0, speakers.profile, language)
                return popular or [self.reasons.alone(row)]
            case _:
                return [said("films.reason.all_together"), *popular]

    def _because(self, row: int, known: int, shared: int, profile: Profile, language: Language) -> list[Said]:
        title = self.catalog.title(known, language)
        return [_because(profile.opinions[known], title), *self.reasons.of(known, title, [(row, shared)])[0]]

    def find_all(self, asked: Sequence[str | int], language: Language) -> list[Found]:
        """The films that titles and ids mean; raises NotFoundError naming each that the catalog does not have."""
        found = [self.find(one) for one in asked]
        missing = [one for one, film in zip(asked, found, strict=True) if film is None]
        if missing:
            named = ", ".join(f"«{one}»" if isinstance(one, str) else f"id {one}" for one in missing)
            near = [hit for one in missing if isinstance(one, str) for hit in self._near(one, language)]
            raise NotFoundError(said("films.error.not_in_catalog", named=named), near)
        return [film for film in found if film is not None]

    def find(self, asked: str | int) -> Found | None:
        """The film that a title or an id means, None where the catalog has no such film."""
        if isinstance(asked, str) and not IMDB_ID.fullmatch(asked.strip()):
            return self.catalog.find(check_query(asked))
        row = self.catalog.row_of(asked.strip() if isinstance(asked, str) else asked)
        return None if row is None else Found(row, [])

    def _near(self, title: str, language: Language) -> list[str]:
        return [self.catalog.named(match.entry_id, language) for match in self.title_search.search(title, _NEAR)]

    def _understood(self, asked: str | int, found: Found, language: Language) -> Understood:
        others = [self.catalog.reference(row, language) for row in found.others]
        local = self.catalog.local_title(found.row, language)
        return Understood(str(asked), *self.catalog.facts(found.row), others, titulo_local=local)


def _listed(beginning: str, films: Sequence[UserRecommendation], **figures: Figure) -> Said:
    titles = "; ".join(map(shown, films))
    return said(f"films.user.{beginning}", titles=titles, **figures) if films else said("films.user.nothing")


def _because(opinion: Opinion, title: str) -> Said:
    match opinion.kind:
        case Kind.LIKE:
            return said("films.reason.liked", title=title)
        case Kind.RATING if opinion.value is not None:
            return said("films.reason.rated", title=title, value=round(opinion.value, 1))
        case _:
            return said("films.reason.seen", title=title)


def open_user_answers(
    group: Callable[[str], Arrays], catalog: Catalog, title_search: SearchIndex, similar: SimilarAnswers
) -> UserAnswers:
    """Over the arrays of a built catalog, which `group` gives by the name of their group."""
    history, alike = group("user_history"), similar.methods[HYBRID]
    model: UserScores = NeighborScores(alike, similar.ranking.popularity)
    if len(history["ids"]):  # without ratings there was nothing to learn from
        model = LearnedScores(group("user_model"), group("hybrid"))
    return UserAnswers(
        catalog=catalog,
        title_search=title_search,
        ranking=similar.ranking,
        model=model,
        alike=alike,
        reasons=similar.reasons,
        history=UserHistory(history),
    )
