"""Notices as media servers send them, of invented accounts and films, after the documentation of their senders."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

PLEX_SCROBBLE: dict[str, Any] = {
    "event": "media.scrobble",
    "user": True,
    "owner": True,
    "Account": {"id": 1, "thumb": "https://plex.example/users/1/avatar", "title": "Ana"},
    "Server": {"title": "salón", "uuid": "54664a3d8acc39983675640ec9ce00b70af9cc36"},
    "Player": {"local": True, "publicAddress": "192.0.2.7", "title": "TV", "uuid": "r6yfkdnfggbh2bdnvkffwbms"},
    "Metadata": {
        "librarySectionType": "movie",
        "ratingKey": "77",
        "key": "/library/metadata/77",
        "guid": "plex://movie/5d7768ba96b655001fdc0408",
        "type": "movie",
        "title": "El molino",
        "originalTitle": "The Mill",
        "year": 1999,
        "rating": 7.1,
        "viewCount": 1,
        "lastViewedAt": 1772395200,
        "Guid": [{"id": "imdb://tt0000010"}, {"id": "tmdb://1"}, {"id": "tvdb://9"}],
        "Role": [{"id": 5, "tag": "Ana Prensa"}],
    },
}
PLEX_RATE: dict[str, Any] = {
    **PLEX_SCROBBLE,
    "event": "media.rate",
    "rating": 9.0,
    "Metadata": {**PLEX_SCROBBLE["Metadata"], "userRating": 9.0, "lastRatedAt": 1772395260},
}
JELLYFIN_STOP: dict[str, Any] = {
    "ServerId": "3f1c",
    "ServerName": "salon",
    "ServerVersion": "10.11.2",
    "ServerUrl": "http://jellyfin.example:8096",
    "NotificationType": "PlaybackStop",
    "Timestamp": "2026-03-01T21:00:00.0000000+01:00",
    "UtcTimestamp": "2026-03-01T20:00:00.0000000Z",
    "Name": "The Mill",
    "ItemId": "0a1b",
    "ItemType": "Movie",
    "Year": 1999,
    "Provider_tmdb": "1",
    "Provider_imdb": "tt0000010",
    "PlaybackPositionTicks": 54000000000,
    "PlayedToCompletion": True,
    "NotificationUsername": "Ana",
    "UserId": "77aa",
}
JELLYFIN_RATED: dict[str, Any] = {
    **{name: value for name, value in JELLYFIN_STOP.items() if name != "PlayedToCompletion"},
    "NotificationType": "UserDataSaved",
    "SaveReason": "UpdateUserRating",
    "Likes": True,
    "Rating": 8,
    "Favorite": True,
    "Played": True,
    "PlayCount": 1,
}
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def changed(body: Mapping[str, Any], inner: str, values: Mapping[str, Any], **outer: Any) -> dict[str, Any]:
    """A notice with other values, also of the object that is called `inner`."""
    return {**body, **outer, inner: {**body[inner], **values}}


def anything(sample: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The sample, of which some fields hold anything."""
    fields = st.fixed_dictionaries({}, optional=dict.fromkeys(sample, _ANYTHING))
    return fields.map(lambda other: {**sample, **other})
