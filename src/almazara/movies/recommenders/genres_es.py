"""Genres as Spanish speakers write them, beside the names that catalogs use."""

from __future__ import annotations

from typing import Final

SPANISH_GENRES: Final = {
    "Acción": "Action",
    "Animación": "Animation",
    "Aventura": "Adventure",
    "Aventuras": "Adventure",
    "Bélica": "War",
    "Bélico": "War",
    "Ciencia ficción": "Science Fiction",
    "Comedia": "Comedy",
    "Crimen": "Crime",
    "Documental": "Documentary",
    "Drama": "Drama",
    "Extranjera": "Foreign",
    "Extranjero": "Foreign",
    "Familia": "Family",
    "Familiar": "Family",
    "Fantasía": "Fantasy",
    "Guerra": "War",
    "Historia": "History",
    "Misterio": "Mystery",
    "Música": "Music",
    "Musical": "Music",
    "Oeste": "Western",
    "Película de TV": "TV Movie",
    "Romance": "Romance",
    "Romántica": "Romance",
    "Suspense": "Thriller",
    "Suspenso": "Thriller",
    "Telefilme": "TV Movie",
    "Terror": "Horror",
    "Western": "Western",
}
"""Spanish names -> the names of TMDB, whose own Spanish names are among them."""
