"""The vocabulary of the sample: themes from which invented films take titles, plots, genres and keywords."""
# ruff: noqa: E501, SIM905 - word lists read best as they are

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GENRE_IDS: Final = {
    "Action": 28, "Adventure": 12, "Animation": 16, "Comedy": 35, "Crime": 80, "Documentary": 99, "Drama": 18,
    "Family": 10751, "Fantasy": 14, "Foreign": 10769, "History": 36, "Horror": 27, "Music": 10402, "Mystery": 9648,
    "Romance": 10749, "Science Fiction": 878, "TV Movie": 10770, "Thriller": 53, "War": 10752, "Western": 37,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Theme:
    """What the films of one kind have in common; each field is a tuple of ready phrases."""

    name: str
    genres: tuple[str, ...]
    adjectives: tuple[str, ...]
    nouns: tuple[str, ...]
    places: tuple[str, ...]
    heroes: tuple[str, ...]
    deeds: tuple[str, ...]
    troubles: tuple[str, ...]
    keywords: tuple[str, ...]


def _theme(name: str, *fields: str) -> Theme:
    return Theme(name, *(tuple(part.strip() for part in field.split(",")) for field in fields))


THEMES: Final = (
    _theme(
        "mill",
        "Comedy, Family, Drama",
        "Extra Virgin, Bitter, Green, Cold-Pressed, Unfiltered, Golden",
        "Olive, Harvest, Millstone, Grandmother, Oil Jar, Toast, Pit",
        "Valdeaceite, Torremolienda, San Hueso, Aceitar de la Sierra, Fuente Alpechín",
        "a stubborn miller, a tax inspector, three quarrelling sisters, a retired oil taster, the village priest",
        "save the last stone mill, win the tasting prize, hide a barrel of contraband oil, marry off the miller",
        "the multinational next door, a plague of tourists, the longest drought, a rival cousin with a new press",
        "olive grove, village life, harvest, family business, small town, grandmother, olive oil, inheritance",
    ),
    _theme(
        "space",
        "Science Fiction, Adventure, Drama",
        "Silent, Orbital, Distant, Zero, Stellar, Frozen",
        "Orbit, Signal, Airlock, Comet, Beacon, Vacuum, Colony",
        "Kepra Station, the Oort Line, New Halvorn, the moon Tessaly, Dock Eleven",
        "a tired navigator, a botanist without plants, the last radio operator, a crew of four, a cadet",
        "answer a call from nowhere, bring the colony home, repair the only airlock, outrun a comet",
        "a failing reactor, a mutiny, a voice that knows their names, an empty oxygen tank",
        "space station, astronaut, distant future, alien contact, isolation, spaceship, rescue mission, colony",
    ),
    _theme(
        "noir",
        "Crime, Mystery, Thriller",
        "Crooked, Midnight, Cold, Second, Velvet, Broken",
        "Alibi, Witness, Matchbook, Shadow, Verdict, Raincoat, Ledger",
        "Port Merrow, Gannet Street, the Alder Hotel, Lower Quay, Brackwater",
        "a private detective, a night clerk, a widow with two names, an honest policeman, a court reporter",
        "find a missing ledger, clear a dead man's name, protect the only witness, leave town before dawn",
        "a blackmailer, the mayor's brother, a murder in a locked room, an old partner",
        "detective, murder, blackmail, femme fatale, corruption, investigation, night, police",
    ),
    _theme(
        "haunted",
        "Horror, Thriller, Mystery",
        "Hollow, Pale, Whispering, Buried, Crawling, Thirteenth",
        "Cellar, Attic, Doll, Lantern, Well, Nursery, Mirror",
        "Thornley House, the Marsh Asylum, Ravel Abbey, Gull Cottage, Wickham Lane",
        "a young couple, a skeptical nurse, five students, a piano tuner, a grieving father",
        "survive until morning, break the curse, sell the house, find out who is knocking",
        "something under the floor, a drowned child, an old portrait, the previous tenants",
        "haunted house, ghost, curse, possession, supernatural, basement, nightmare, ritual",
    ),
    _theme(
        "romance",
        "Romance, Drama, Comedy",
        "Late, Tender, Borrowed, Paper, Seaside, Unsent",
        "Letter, Summer, Promise, Wedding, Goodbye, Ferry, Umbrella",
        "Playa Serena, Lindenau, the Café Miramar, Saint-Orval, Kestrel Bay",
        "a shy translator, two pen friends, a runaway bride, a ferry captain, a divorced florist",
        "deliver a letter ten years late, fall in love before the ferry leaves, tell the truth at last",
        "a jealous sister, the wrong address, a proposal on television, the end of the summer",
        "love, wedding, summer, love letter, unrequited love, seaside, jealousy, second chance",
    ),
    _theme(
        "western",
        "Western, Action, Drama",
        "Dusty, Lonesome, Crooked, Last, Burning, Silver",
        "Saddle, Canyon, Marshal, Stagecoach, Coyote, Gallows, Spur",
        "Dry Fork, Coffin Ridge, Salt Mesa, Fort Harlan, Perdition Wells",
        "a retired marshal, a horse thief, a schoolteacher with a rifle, two feuding brothers, a gambler",
        "cross the desert with a prisoner, hold the pass, avenge a brother, guard the silver",
        "a cattle baron, an old bounty, the coming railroad, a gang of deserters",
        "gunfight, outlaw, sheriff, desert, revenge, cowboy, bounty hunter, horse",
    ),
    _theme(
        "war",
        "War, Drama, History",
        "Forgotten, Iron, Muddy, Distant, Final, Broken",
        "Trench, Bugle, Armistice, Regiment, Bridge, Telegram, Frontier",
        "Vossburg, the River Ansel, Hill 317, the Karst Line, Montferro",
        "a field surgeon, a deserter, a boy messenger, a general's driver, the last platoon",
        "carry an order across the lines, hold the bridge, bury the dead, get one letter home",
        "a winter without boots, a foolish colonel, a truce nobody believes, the retreat",
        "soldier, battle, trench warfare, resistance, prisoner of war, courage, army, winter",
    ),
    _theme(
        "musical",
        "Music, Comedy, Romance",
        "Swinging, Electric, Broken, Golden, Off-Key, Midnight",
        "Trumpet, Chorus, Jukebox, Encore, Piano, Tango, Microphone",
        "the Lido Ballroom, Radio Ultramar, Calle Bemol, the Paradox Club, Opera Square",
        "a wedding singer, a deaf composer, a chorus girl, four brothers in a band, a music critic",
        "win back the ballroom, write one last song, go on tour in a hearse, steal the show",
        "a greedy manager, a lost voice, the rival orchestra, a broken record contract",
        "musician, singer, dance, nightclub, orchestra, fame, jazz, rehearsal",
    ),
    _theme(
        "critters",
        "Animation, Family, Comedy",
        "Tiny, Brave, Fuzzy, Runaway, Sleepy, Upside-Down",
        "Hedgehog, Penguin, Snail, Duckling, Badger, Goat, Sparrow",
        "Acorn Valley, the Ministry of Ponds, Mossy Junction, Tortoise Island, the Great Barn",
        "a hedgehog afraid of heights, an orphaned penguin, a snail in a hurry, a goat who sings",
        "find the way home, save the pond, win the great race, teach an owl to sleep",
        "a hungry fox, the new motorway, a magic acorn, the coldest winter",
        "talking animal, friendship, forest, cartoon, orphan, journey, anthropomorphism, farm",
    ),
    _theme(
        "dragons",
        "Fantasy, Adventure, Action",
        "Crimson, Ancient, Sworn, Hidden, Ninth, Winged",
        "Dragon, Crown, Spellbook, Tower, Oath, Prophecy, Ember",
        "Eldermoor, the Vale of Ys-Tharn, Castle Greymantle, the Amber Steppe, Nine Wells",
        "a blacksmith's daughter, an exiled prince, a wizard without magic, a band of thieves",
        "return the stolen crown, wake the last dragon, break an oath, cross the burning steppe",
        "a false king, the dead army, a bargain with a witch, a dragon who remembers",
        "dragon, magic, sword, kingdom, wizard, quest, prophecy, castle",
    ),
    _theme(
        "heist",
        "Crime, Action, Thriller",
        "Perfect, Double, Clean, Borrowed, Fast, Counterfeit",
        "Vault, Getaway, Diamond, Safecracker, Blueprint, Casino, Forger",
        "the Bank of Lisandria, Monte Doro, Pier Nineteen, the Alcazar Casino, Zurbach",
        "a retired safecracker, a crew of five, an insurance clerk, a getaway driver, twin forgers",
        "rob the same bank twice, return a stolen painting, disappear with the diamonds",
        "an undercover agent, a broken elevator, the silent alarm, one betrayal too many",
        "heist, bank robbery, thief, double cross, car chase, casino, con artist, police",
    ),
    _theme(
        "nature",
        "Documentary, History, Family",
        "Living, Secret, Vanishing, Deep, Patient, Wild",
        "Glacier, River, Reef, Migration, Beehive, Soil, Lighthouse",
        "the Sarn Delta, Cape Orlan, the Ulmen Forest, Lake Itsu, the Tavira Salt Pans",
        "a beekeeper, a team of divers, the last lighthouse keeper, an old ranger, a cartographer",
        "follow the herd for a year, map a vanished river, count what is left, film the first snow",
        "a warming sea, the dam upstream, forty years of silence, a single storm",
        "nature, environment, wildlife, climate change, interview, ocean, science, archive footage",
    ),
    _theme(
        "sports",
        "Drama, Comedy, Family",
        "Underdog, Final, Second, Losing, Barefoot, Home",
        "Goalkeeper, Marathon, Season, Bicycle, Referee, Bench, Champion",
        "Racing de Olivar, Stadium Nord, Harrow Falls, the Velodrome, Saint Brannock's",
        "a blind coach, a village team, a cyclist past forty, two boxing sisters, the substitute goalkeeper",
        "win one single match, finish the race, fill the stadium, train the worst team in the league",
        "a bribe, an injury in the last minute, a rich club, a jealous father",
        "sport, underdog, coach, team, training, football, competition, comeback",
    ),
    _theme(
        "robots",
        "Science Fiction, Thriller, Action",
        "Artificial, Obsolete, Recursive, Patient, Human, Binary",
        "Robot, Algorithm, Archive, Android, Password, Server, Prototype",
        "Neo Cartago, Level Forty, the Helix Tower, District Null, Memoria City",
        "a robot who cannot lie, a programmer without a past, an obsolete android, a memory dealer",
        "delete one memory, pass for human, shut the tower down, escape the archive",
        "a company that owns dreams, a perfect copy, its own maker, an update at midnight",
        "robot, artificial intelligence, dystopia, memory, android, virtual reality, hacker, future",
    ),
    _theme(
        "pirates",
        "Adventure, Action, Comedy",
        "Sunken, Salty, One-Eyed, Drunken, Stormy, Black",
        "Anchor, Galleon, Mutiny, Parrot, Island, Compass, Lagoon",
        "Tortola Perdida, the Sea of Glass, Port Cutlass, Skull Shoal, the Windless Coast",
        "a cabin girl, a captain who cannot swim, a cursed crew, the governor's cook, a mapmaker",
        "find an island that moves, steal the governor's ship, lift the curse, share the treasure",
        "a hurricane, the royal fleet, a treacherous first mate, a hungry sea serpent",
        "pirate, treasure, sea, island, shipwreck, mutiny, treasure map, sailing",
    ),
    _theme(
        "school",
        "Drama, Comedy, Romance",
        "First, Awkward, Long, Last, Invisible, Honest",
        "Detention, Diary, Homework, Prom, Notebook, Substitute, Recess",
        "Larkspur High, Instituto Arbequina, Saint Odile, Room 12, Maple Row",
        "a new pupil, a worn-out teacher, the quiet twin, a boy who writes letters, four best friends",
        "survive the first year, put on a play, keep a secret, find the stolen diary",
        "a cruel rumor, the final exam, a strict headmistress, the end of childhood",
        "high school, coming of age, teacher, friendship, teenager, bullying, first love, diary",
    ),
)  # fmt: skip

FIRST_NAMES: Final = tuple(
    "Ada Abel Alma Amaro Anselm Asta Aurelio Basil Bettina Bruno Carmela Casimir Celia Cosmo Dagny Darío Delia "
    "Edmundo Elin Emeric Estela Ezra Fabiola Faustino Fenna Gaspar Greta Hana Hilario Ida Ilario Ingrid Ismael "
    "Jacinta Joaquín Junia Kaspar Kenji Leocadia Linus Lourdes Magnus Maite Nadia Néstor Odile Olmo Otis Paloma "
    "Perpetua Quentin Ramona Rufino Sabina Silas Soledad Tadeo Thora Ulrich Valeria Vito Wanda Ximena Yuki Zoë".split()
)
SURNAME_STARTS: Final = tuple(
    "Aceit Almaz Arbeq Bell Brax Cald Dask Eld Ferr Gran Halv Ister Jarr Korn Lent Marl Nev Oliv Picu Quar Ros Sard "
    "Tolv Umbr Vald Wend Xant Ysk Zarz".split()
)
SURNAME_ENDS: Final = "ero arín wick onvale ström éndez ovic uela garten hurst ini ández ako berg ín mora ø".split()
SPECIAL_PEOPLE: Final = (
    "Clementina Arbequín",  # she acts and directs
    "Ramón Aceitero, Jr.",
    "DJ Prensa | MC Hueso",
    "Oona O'Molino",
    'Rosa "La Picual" Hoyo',
    "Zoë D'Ångqvist-Öst",
    "Νίκος Ελαιόπουλος",
    "油井 しずく",
    "Hojiblanca",
    "J.\xa0J. Alpechín",
)

COMPANIES: Final = (
    "Molino Rojo Bajo Pictures", "Kestrel Bay Films", "Almazara Original Negatives", "Halvorn & Sons", "Studio Mochuelo",
    "Producciones La Aceituna, S.L.", "Brackwater Entertainment", "Les Films de l'Olivette", "Nine Wells Animation",
    "Dry Fork Features", "Tessaly Television", "Cooperativa Cinematográfica San Hueso", "Grünhain Film", "Itsu Eiga",
)  # fmt: skip
COUNTRIES: Final = (
    ("US", "United States of America", "en", "English"),
    ("GB", "United Kingdom", "en", "English"),
    ("ES", "Spain", "es", "Español"),
    ("FR", "France", "fr", "Français"),
    ("JP", "Japan", "ja", "日本語"),
    ("GR", "Greece", "el", "ελληνικά"),
    ("DE", "Germany", "de", "Deutsch"),
    ("AR", "Argentina", "es", "Español"),
)
TAGLINES: Final = (
    "Some stains never wash out.", "Every drop counts.", "Nobody leaves hungry.", "The truth is never filtered.",
    "First comes the harvest. Then comes the pressing.", "It was never about the money.", "Don't look back.", "¡Ni una gota menos!",
)  # fmt: skip
ORIGINAL_WORDS: Final = {
    "es": tuple("sombra noche molino abuela viento carta camino sierra silencio aceituna".split()),
    "ja": tuple("夜 海 油 約束 雨 狐 手紙 山 石臼 夏".split()),
    "el": tuple("νύχτα θάλασσα ελιά γράμμα δρόμος σκιά φως μύλος".split()),
    "fr": tuple("nuit mer lettre ombre moulin été chemin silence".split()),
    "de": tuple("Nacht Mühle Brief Schatten Sommer Berg Stille Garten".split()),
}
